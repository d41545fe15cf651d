"""The line process."""
