"""The line: everything with a live call in it."""
