"""What keeps other sites and other people out: headers, cookies, forms of our own, who is signed in."""
