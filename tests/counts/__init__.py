"""What one call asks of PostgreSQL and Asterisk, counted: `python -m tests.counts`."""
