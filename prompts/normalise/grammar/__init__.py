"""What can begin at a place in a text: a time, a date, an amount, a telephone number."""
