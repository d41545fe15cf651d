"""Backups: what is in one, how it is made, looked through and brought back."""
