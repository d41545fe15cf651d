"""Which callers give up their lines while an urgent alert lacks some: pure, by what each of them has done.

Useful is who hears something that is new to them, or speaks. Keys alone are worth nothing: a menu that
repeats and a code that is begun anew bring nothing new, and neither does silence.
"""

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass

MOST_PER_NUMBER = 2
"""Calls at once that one number keeps."""
WITHHELD = 0.5
"""Part of the callers' lines that all who withhold their number keep together: they may all be one."""


@dataclass(frozen=True, slots=True)
class OnTheLine:
    """One caller at this moment."""

    number: Hashable | None
    """What tells their number from others'; None when it is withheld."""
    useful_until: float
    """When the last thing ends that was new to them, in seconds of any one clock; perhaps still to come."""
    may_finish: bool
    """They are speaking a report, or are an officer who has proved it: nobody takes their line."""


def preempted(callers: Sequence[OnTheLine], *, most: int, lacking: int) -> Sequence[int]:
    """Who is preempted, as places in `callers`, the least useful first; never more than `lacking`.

    Those who are more on one number than it keeps go first, also when all callers together hold no more
    than `most` lines; the others only as far as they do.
    """
    crowding = _crowding(callers, most)
    others = [at for at, one in enumerate(callers) if not one.may_finish and at not in crowding]
    ordered = [*_least_useful_first(callers, list(crowding)), *_least_useful_first(callers, others)]
    return ordered[: max(0, min(lacking, max(len(callers) - most, len(crowding))))]


def _crowding(callers: Sequence[OnTheLine], most: int) -> set[int]:
    """Those beyond what their number keeps, which is the most useful of its calls."""
    by_number: defaultdict[Hashable | None, list[int]] = defaultdict(list)
    for at, one in enumerate(callers):
        by_number[one.number].append(at)
    beyond: set[int] = set()
    for number, calls in by_number.items():
        kept = MOST_PER_NUMBER if number is not None else max(MOST_PER_NUMBER, int(most * WITHHELD))
        finishing = sum(callers[at].may_finish for at in calls)
        others = [at for at in calls if not callers[at].may_finish]
        count = min(len(others), max(0, finishing + len(others) - kept))
        beyond.update(_least_useful_first(callers, others)[:count])
    return beyond


def _least_useful_first(callers: Sequence[OnTheLine], some: Sequence[int]) -> list[int]:
    return sorted(some, key=lambda at: (callers[at].useful_until, at))
