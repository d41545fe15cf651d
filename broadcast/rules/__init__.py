"""Decisions as values: pure functions of what is known now, tested by tables."""
