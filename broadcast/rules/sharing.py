"""Whose call is next when several urgent alerts run: lines are shared by what is left to call.

In words for a police officer. Each alert holds such a part of the lines as it has of all people who are still
to be called. So they end at about the same time, and nobody waits until an alert that began before is over.
"""

from collections.abc import Mapping
from fractions import Fraction


def next_calls(left: Mapping[int, int], up: Mapping[int, int], calls: int) -> dict[int, int]:
    """How many of the next so many calls are each alert's.

    `left` has the people who are still to be called, by alert, also those who are being called; `up` has the
    calls that are up. The alert is next whose part of the lines is smallest, and of equal ones the older.
    """
    held, given = dict(up), dict.fromkeys(left, 0)
    sharing = [alert for alert in sorted(left) if left[alert] > 0]
    for _ in range(calls if sharing else 0):
        first = min(sharing, key=lambda alert: Fraction(held.get(alert, 0) + 1, left[alert]))
        held[first] = held.get(first, 0) + 1
        given[first] += 1
    return given
