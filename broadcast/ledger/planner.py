"""What to do next for recipients, read from the rows and decided by the retry rules; writes nothing."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import ARRAY, Row, String, case, cast, exists, func, select
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.ext.asyncio import AsyncConnection

from broadcast.ledger.locks import RECIPIENTS
from broadcast.ledger.steered import is_steered
from broadcast.policy import RetryPolicy
from broadcast.rules.follow_ups import owed
from broadcast.rules.retry import CallNumber, Tried, decide, result_of
from broadcast.states import AttemptState, FollowUpKind, Outcome, RecipientState, Result
from broadcast.tables import Attempt, Broadcast, Recipient, RecipientNumber
from directory.tables import Member

Standing = tuple[RecipientState, Result]


@dataclass(frozen=True, slots=True)
class PlannedCall:
    broadcast: int
    recipient: int
    number: str
    at: datetime
    wait: timedelta
    urgent: bool
    is_steered: bool = False
    """Its alert is paused or slowed down: it gets its job when that allows it."""


@dataclass(slots=True)
class CallPlan:
    """The calls to open and what is new for recipients."""

    calls: list[PlannedCall] = field(default_factory=list)
    standing: dict[int, Standing] = field(default_factory=dict)
    done_while_called: list[int] = field(default_factory=list)
    """Recipients who have been reached, or have left, although another call for them is open."""


_NUMBERS = (
    select(RecipientNumber.e164)
    .where(RecipientNumber.recipient_id == Recipient.id)
    .order_by(RecipientNumber.position)
    .scalar_subquery()
)
_OWED = (
    select(RecipientNumber.e164)
    .where(RecipientNumber.recipient_id == Recipient.id, RecipientNumber.is_owed)
    .order_by(RecipientNumber.position)
    .scalar_subquery()
)
_CALLED = (
    select(Attempt.e164)
    .where(Attempt.recipient_id == Recipient.id, Attempt.state != AttemptState.DONE)
    .scalar_subquery()
)
_STANDING = (
    select(
        Recipient.id,
        Recipient.broadcast_id,
        Recipient.state,
        Recipient.result,
        func.array(_NUMBERS, type_=ARRAY(String)).label("numbers"),
        # Only a correction owes anything: of no other alert is it looked up.
        case(
            (Broadcast.kind == FollowUpKind.CORRECTION, func.array(_OWED, type_=ARRAY(String))),
            else_=cast(array([]), ARRAY(String)),
        ).label("boxes"),
        _CALLED.label("called_at"),
        exists().where(Member.id == Recipient.member_id, Member.left_on.is_not(None)).label("has_left"),
        Broadcast.urgent,
        is_steered().label("is_steered"),
        Broadcast.expires_at,
        func.clock_timestamp().label("now"),
    )
    .where(Recipient.id == RECIPIENTS, Broadcast.id == Recipient.broadcast_id)
    .order_by(Recipient.id)
)
_their_numbers = (
    select(RecipientNumber.broadcast_id, RecipientNumber.e164)
    .where(RecipientNumber.recipient_id == RECIPIENTS)
    .distinct()
    .subquery()
)
_HISTORY = select(
    Attempt.broadcast_id, Attempt.e164, Attempt.outcome, Attempt.ended_at, Attempt.dialled_at
).where(
    Attempt.broadcast_id == _their_numbers.c.broadcast_id,
    Attempt.e164 == _their_numbers.c.e164,
    Attempt.state == AttemptState.DONE,
)


async def plan(connection: AsyncConnection, recipients: Collection[int], policy: RetryPolicy) -> CallPlan:
    """Decide for each of these recipients, whose locks the caller holds.

    Who has an open attempt is left alone until it ends, unless they have been reached. One call a number:
    what became of a number counts for everyone behind it, so the history is read by number.
    """
    whom = {"recipients": list(recipients)}
    rows = (await connection.execute(_STANDING, whom)).all()
    history = await _history(connection, whom)
    result = CallPlan()
    for row in rows:
        tried = [one for number in set(row.numbers) for one in history[row.broadcast_id, number]]
        _decide(row, sorted(tried, key=lambda one: one.ended_at), policy, result)
    return result


def _decide(
    row: Row[*tuple[object, ...]], tried: Sequence[Tried], policy: RetryPolicy, result: CallPlan
) -> None:
    best = max(Result(row.result), result_of(tried), key=lambda one: one.rank)
    standing = (RecipientState(row.state), best)
    boxes = owed(row.boxes, tried)
    if standing[0] is RecipientState.WAITING:
        is_done = row.has_left or (best.is_reached and not boxes)
        if is_done:
            standing = (RecipientState.FINAL, best)
        if row.called_at is not None:
            if is_done or (best.is_reached and row.called_at not in boxes):
                result.done_while_called.append(row.id)
        elif not is_done:
            numbers = boxes if best.is_reached else row.numbers
            there = [one for one in tried if one.number in numbers]
            decision = decide(numbers, there, policy, now=row.now, expires_at=row.expires_at)
            if isinstance(decision, CallNumber):
                result.calls.append(
                    PlannedCall(
                        row.broadcast_id,
                        row.id,
                        decision.number,
                        decision.at,
                        wait=decision.at - row.now,
                        urgent=row.urgent,
                        is_steered=row.is_steered,
                    )
                )
            else:
                standing = (RecipientState.FINAL, best)
    if standing != (row.state, row.result):
        result.standing[row.id] = standing


async def _history(
    connection: AsyncConnection, whom: Mapping[str, object]
) -> Mapping[tuple[int, str], list[Tried]]:
    history: dict[tuple[int, str], list[Tried]] = defaultdict(list)
    for broadcast, number, outcome, ended_at, dialled_at in await connection.execute(_HISTORY, whom):
        assert outcome is not None
        assert ended_at is not None
        history[broadcast, number].append(Tried(number, Outcome(outcome), ended_at, dialled_at))
    return history
