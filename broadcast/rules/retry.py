"""What an outcome leads to: which number of a person is called next, and when, or that we are done with them.

In words for a police officer. After a call the number rests for as long as its outcome says, counted from the
real end of the call. When a number is engaged, the trunk refuses it once or we lost the call ourselves, we
stay with that number. Otherwise we go to the next number in the person's list, round and round, passing over
those that still rest; when all of them rest, the one that has rested first is called. Left out are numbers
that twice did not exist or rejected us, or whose tries are used up. Nobody is called again who confirmed or
heard the alert, who was met twice by the same voicemail, or whose alert has expired. Who called back from a
number for which nobody vouches gets one more of these calls, the last one (`rules.last_call`).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from broadcast.policy import RetryPolicy
from broadcast.rules.last_call import last_call_from
from broadcast.states import Outcome, Result


@dataclass(frozen=True, slots=True)
class Tried:
    """A finished attempt; times are aware."""

    number: str
    outcome: Outcome
    ended_at: datetime
    dialled_at: datetime | None = None
    """None for one that we did not place."""


@dataclass(frozen=True, slots=True)
class CallNumber:
    """Call this number, not sooner than `at`."""

    number: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Finished:
    """Nobody is called for this person any more; this is what they got."""

    result: Result


Decision = CallNumber | Finished


class Then(StrEnum):
    """Where an outcome sends us."""

    FINISH = "finish"
    """Done with this person."""
    NEXT = "next"
    """The next number that has rested; this one again after its wait."""
    SAME = "same"
    """This number again after its wait, as long as it may be called."""
    DROP = "drop"
    """Never this number again in this broadcast; the next one."""
    IGNORE = "ignore"
    """As if there had been no call."""


@dataclass(frozen=True, slots=True)
class Consequence:
    """One row of the table."""

    then: Then
    wait: str | None = None
    """Field of RetryPolicy with the seconds that the number rests; None is no rest."""
    counted: bool = False
    """Whether the call uses up a try of its number and of the person."""
    result: Result = Result.NOTHING
    second: Then | None = None
    """Where this outcome sends us from its second time on the same number, if elsewhere."""
    doubles: bool = False
    """Each one in a row doubles the wait, up to `congestion_longest`."""
    excused: bool = False
    """Our own fault: after `lost_per_person` of them, it is treated as no answer."""


CONSEQUENCES: Mapping[Outcome, Consequence] = MappingProxyType(
    {
        Outcome.CONFIRMED: Consequence(Then.FINISH, None, True, Result.CONFIRMED),
        Outcome.CONFIRMED_BY_CALLBACK: Consequence(Then.FINISH, None, True, Result.CONFIRMED),
        Outcome.CALLED_BACK: Consequence(Then.IGNORE, result=Result.CALLED_BACK),
        Outcome.HEARD: Consequence(Then.FINISH, None, True, Result.HEARD),
        Outcome.VOICEMAIL: Consequence(Then.NEXT, "voicemail", True, Result.VOICEMAIL, second=Then.FINISH),
        Outcome.VOICEMAIL_PARTIAL: Consequence(
            Then.NEXT, "voicemail", True, Result.PARTIAL, second=Then.FINISH
        ),
        Outcome.PARTIAL: Consequence(Then.NEXT, "partial", True, Result.PARTIAL),
        Outcome.SILENT: Consequence(Then.NEXT, "partial", True, Result.PARTIAL),
        Outcome.SCREENED: Consequence(Then.NEXT, "partial", True, Result.PARTIAL),
        Outcome.BUSY: Consequence(Then.SAME, "busy", True),
        Outcome.NO_ANSWER: Consequence(Then.NEXT, "no_answer", True),
        Outcome.REJECTED: Consequence(Then.NEXT, "rejected", True, second=Then.DROP),
        Outcome.REDIRECTED: Consequence(Then.NEXT, "rejected", True, second=Then.DROP),
        Outcome.DEAD_NUMBER: Consequence(Then.NEXT, "dead_number", second=Then.DROP),
        Outcome.REFUSED: Consequence(Then.DROP),
        Outcome.CONGESTION: Consequence(Then.SAME, "congestion", second=Then.NEXT, doubles=True),
        Outcome.TRUNK_DOWN: Consequence(Then.SAME, "congestion", second=Then.NEXT, doubles=True),
        Outcome.TRUNK_REFUSED: Consequence(Then.SAME, "congestion", second=Then.NEXT, doubles=True),
        Outcome.TRUNK_AT_FAULT: Consequence(Then.SAME, second=Then.NEXT),
        Outcome.INCOMPATIBLE: Consequence(Then.NEXT, "congestion", doubles=True, excused=True),
        Outcome.UNKNOWN: Consequence(Then.SAME, excused=True),
        Outcome.LOST: Consequence(Then.SAME, excused=True),
        Outcome.PREEMPTED: Consequence(Then.SAME, "preempted", excused=True),
        Outcome.EXPIRED: Consequence(Then.FINISH),
        Outcome.CANCELLED: Consequence(Then.IGNORE),
    }
)
"""What each outcome leads to: the only place that says so."""

FOR_THE_TRUNK = frozenset(outcome for outcome, row in CONSEQUENCES.items() if row.doubles)
"""After these a number rests for the trunk's sake, and nobody's."""
VOICEMAILS = frozenset({Outcome.VOICEMAIL, Outcome.VOICEMAIL_PARTIAL})
"""The same box, whether it took all of it or not."""
_HIGHEST_DOUBLING = 32
"""Beyond it any wait is the longest one, and a float would overflow."""


def decide(
    numbers: Sequence[str],
    history: Sequence[Tried],
    policy: RetryPolicy,
    *,
    now: datetime,
    expires_at: datetime,
) -> Decision:
    """Say what happens next for one person; `numbers` in their order, without those that are not called.

    `history` holds all finished attempts to these numbers in this broadcast, whoever they were for. A call is
    never due before `now`, nor before the end of the last attempt, nor at or after `expires_at`.
    """
    finished = Finished(result_of(history))
    steps = _steps(history, policy)
    if any(step.then is Then.FINISH for step in steps):
        return finished
    if sum(step.row.counted for step in steps) >= policy.tries_per_person:
        return finished
    calls_to = {number: [step for step in steps if step.number == number] for number in numbers}
    callable_numbers = [number for number, calls in calls_to.items() if _may_be_called(calls, policy)]
    soonest = max(now, steps[-1].ended_at) if steps else now
    due = [
        CallNumber(number, _ready_at(calls_to[number], soonest, policy))
        for number in _in_turn(callable_numbers, numbers, steps)
    ]
    first = min(due, key=lambda call: call.at, default=None)
    if first is None or first.at >= expires_at:
        return finished
    last_from = _last_from(history, policy, expires_at)
    if last_from is None:
        return first
    if any(step.row.counted and step.dialled_at and step.dialled_at >= last_from for step in steps):
        return finished
    return CallNumber(first.number, max(first.at, last_from))


def _last_from(history: Iterable[Tried], policy: RetryPolicy, expires_at: datetime) -> datetime | None:
    """When the last call begins, at the soonest; None for a person who has not called back."""
    called_back = (tried.ended_at for tried in history if tried.outcome is Outcome.CALLED_BACK)
    first = min(called_back, default=None)
    return None if first is None else last_call_from(first, policy, expires_at=expires_at)


def result_of(history: Iterable[Tried]) -> Result:
    """Give the best that a person got so far; more history never lowers it."""
    results = (result_of_outcome(tried.outcome) for tried in history)
    return max(results, key=lambda result: result.rank, default=Result.NOTHING)


def result_of_outcome(outcome: Outcome) -> Result:
    """Give what one call that ended so gave the person, whatever other calls did."""
    return CONSEQUENCES[outcome].result


@dataclass(frozen=True, slots=True)
class _Step:
    """A finished attempt with the row of the table that holds for it in this history."""

    number: str
    dialled_at: datetime | None
    ended_at: datetime
    row: Consequence
    then: Then


def _steps(history: Iterable[Tried], policy: RetryPolicy) -> list[_Step]:
    steps: list[_Step] = []
    seen: set[tuple[str, Outcome]] = set()
    excused = 0
    for tried in sorted(history, key=lambda tried: tried.ended_at):
        row = CONSEQUENCES[tried.outcome]
        if row.then is Then.IGNORE:
            continue
        excused += row.excused
        if row.excused and excused > policy.lost_per_person:
            row = CONSEQUENCES[Outcome.NO_ANSWER]
        met = (tried.number, Outcome.VOICEMAIL if tried.outcome in VOICEMAILS else tried.outcome)
        again = met in seen
        seen.add(met)
        then = row.second if again and row.second else row.then
        steps.append(_Step(tried.number, tried.dialled_at, tried.ended_at, row, then))
    return steps


def _may_be_called(calls: Sequence[_Step], policy: RetryPolicy) -> bool:
    dropped = any(step.then is Then.DROP for step in calls)
    return not dropped and sum(step.row.counted for step in calls) < policy.tries_per_number


def _in_turn(callable_numbers: list[str], numbers: Sequence[str], steps: Sequence[_Step]) -> list[str]:
    """Put the numbers that may be called in the order in which they come after the last call."""
    if not steps or steps[-1].number not in numbers:
        return callable_numbers
    last = steps[-1]
    if last.then is Then.SAME and last.number in callable_numbers:
        return [last.number]
    after = numbers[numbers.index(last.number) + 1 :]
    return sorted(callable_numbers, key=lambda number: number not in after)


def _ready_at(calls: Sequence[_Step], soonest: datetime, policy: RetryPolicy) -> datetime:
    if not calls:
        return soonest
    return max(soonest, calls[-1].ended_at + timedelta(seconds=_rest(calls, policy)))


def _rest(calls: Sequence[_Step], policy: RetryPolicy) -> float:
    """Give the seconds that a number rests after the last of these calls to it."""
    row = calls[-1].row
    if row.wait is None:
        return 0.0
    wait = float(getattr(policy, row.wait))
    if not row.doubles:
        return wait
    in_a_row = next((n for n, step in enumerate(reversed(calls)) if not step.row.doubles), len(calls))
    return min(wait * 2.0 ** min(in_a_row - 1, _HIGHEST_DOUBLING), policy.congestion_longest)
