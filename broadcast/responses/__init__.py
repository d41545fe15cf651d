"""What members tell us, and what is made of it."""
