"""When a call that belongs to no broadcast is placed again, and whom the next one is to.

In words for a police officer. For one purpose there is one call at a time. Somebody who does not answer is
called again after a while, so many times in all; what was settled is followed by no call. A call that
vanished with one of our machines counts for nothing and is placed again, three times at most.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from broadcast.states import Outcome

LOST_AT_MOST = 3
"""Calls for one purpose that may vanish and be placed again."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A call that was placed for a purpose; without an end it is up. Times are aware."""

    outcome: str | None = None
    ended_at: datetime | None = None
    to: int | None = None
    """Whom, where it may be one of several."""


@dataclass(frozen=True, slots=True)
class Persistence:
    """How often somebody is called for one purpose, and how soon again."""

    rounds: int
    again: float = 0.0
    """Seconds from the end of one call to the next."""
    settled_by: frozenset[str] = frozenset()
    """Outcomes after which nobody is called any more."""


class Step(StrEnum):
    """What comes next for a purpose."""

    CALL = "call"
    WAIT = "wait"
    """A call is up, or the last one is too short ago."""
    DONE = "done"


def next_step(placed: Sequence[Placed], persistence: Persistence, *, now: datetime) -> Step:
    """What comes next, of all calls that were placed for it until now."""
    if any(one.ended_at is None for one in placed):
        return Step.WAIT
    counted = _counted(placed)
    is_settled = any(one.outcome in persistence.settled_by for one in placed)
    is_lost_too_often = len(placed) - len(counted) > LOST_AT_MOST
    if is_settled or is_lost_too_often or len(counted) >= persistence.rounds:
        return Step.DONE
    rest = timedelta(seconds=persistence.again)
    has_rested = all(one.ended_at is not None and one.ended_at + rest <= now for one in counted)
    return Step.CALL if has_rested else Step.WAIT


def next_of(
    in_turn: Sequence[int], placed: Sequence[Placed], persistence: Persistence, *, now: datetime
) -> int | None:
    """Whom of these to call now: who was called least often, and then whose turn it is; None: nobody."""
    lost = len(placed) - len(_counted(placed))
    if lost > LOST_AT_MOST or any(one.ended_at is None for one in placed):
        return None
    calls = {to: [one for one in placed if one.to == to] for to in in_turn}
    ready = [to for to in in_turn if next_step(calls[to], persistence, now=now) is Step.CALL]
    return min(ready, key=lambda to: len(_counted(calls[to])), default=None)


def _counted(placed: Sequence[Placed]) -> Sequence[Placed]:
    return [one for one in placed if one.outcome != Outcome.LOST]
