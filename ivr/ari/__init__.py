"""The only code that knows Asterisk."""
