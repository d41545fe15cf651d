"""How long it takes until everybody was called once: what an officer hears before sending."""

from math import ceil

RINGS = 15.0
"""Seconds after which people pick up, or their voicemail does."""
FEWEST = 2


def minutes_to_call(calls: int, *, lines: int, calls_per_second: float, call_seconds: float) -> int:
    """Whole minutes until the last of so many calls is over, when each is spoken to for `call_seconds`.

    Nobody is called a second time in it, and it is never less than two minutes: it says about how long.
    """
    each = RINGS + call_seconds
    pace = min(calls_per_second, lines / each)
    return max(FEWEST, ceil((calls / pace + each) / 60))
