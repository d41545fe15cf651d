"""A telephone on a call."""
