"""When a number of which the telephone network says that it does not exist is held for dead.

In words for a police officer. One alert's word is not enough: a number is dead when two alerts that began at
least a day apart found that it does not exist, and no call in between met a telephone there. What the network
says is believed only while it lets other calls through; a trunk that lets nobody through says it of
everybody. Where a telephone rings, is engaged or is answered, the number lives.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from broadcast.policy import BroadcastPolicy
from broadcast.states import Outcome

TELEPHONE = frozenset(
    {
        Outcome.CONFIRMED,
        Outcome.CONFIRMED_BY_CALLBACK,
        Outcome.HEARD,
        Outcome.PARTIAL,
        Outcome.VOICEMAIL,
        Outcome.VOICEMAIL_PARTIAL,
        Outcome.SCREENED,
        Outcome.SILENT,
        Outcome.BUSY,
        Outcome.NO_ANSWER,
        Outcome.REJECTED,
        Outcome.REDIRECTED,
    }
)
"""Outcomes of calls that got through: there is a telephone."""
MEANWHILE = timedelta(hours=1)
"""Within this time of each other, before or after, two calls tell of the same state of the trunk."""


@dataclass(frozen=True, slots=True)
class Said:
    """What alerts have found of a number that does not exist; times are aware."""

    since: datetime
    """When the first of these alerts began."""
    at: datetime
    """When the last of them was over."""
    dead_since: datetime | None = None
    """When the number was first held for dead; None as long as it is not."""


def after_alert(said: Said | None, *, began: datetime, over: datetime, policy: BroadcastPolicy) -> Said:
    """Give what is known of a number after one more alert found that it does not exist."""
    if said is None:
        return Said(began, over)
    is_dead = abs(began - said.since) >= timedelta(seconds=policy.dead_after)
    return Said(
        since=min(said.since, began),
        at=max(said.at, over),
        dead_since=said.dead_since or (over if is_dead else None),
    )


def is_believed(said_at: datetime, got_through: Sequence[datetime]) -> bool:
    """Whether other calls through that trunk got through meanwhile; theirs are `got_through`, in order."""
    first = bisect_left(got_through, said_at - MEANWHILE)
    return first < len(got_through) and got_through[first] <= said_at + MEANWHILE
