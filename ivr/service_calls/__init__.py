"""Calls that belong to no broadcast: to officers on duty, to members who leave, and tests."""
