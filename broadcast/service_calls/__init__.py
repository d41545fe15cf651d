"""Calls that belong to no broadcast, as rows."""
