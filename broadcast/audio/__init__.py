"""Sounds in the database and on disk."""
