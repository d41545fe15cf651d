"""The keys that an alert offers, and which of them say that it was understood."""

CONFIRM, AGAIN, REPORT, LEAVE = "1", "2", "9", "0"
OFFERED = CONFIRM + AGAIN + REPORT + LEAVE
CONFIRMS = (CONFIRM, REPORT)
"""Who reports on the alert has understood it, as who confirms it."""
