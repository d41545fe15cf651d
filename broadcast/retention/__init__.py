"""What is kept of people: for how long, all of it in a file, and nothing of it any more."""
