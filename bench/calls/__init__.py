"""`make bench-calls`: our whole system against plain call files."""
