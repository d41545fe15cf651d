"""What to do next for recipients, read from the rows and decided by the retry rules; writes nothing."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from broadcast.policy import RetryPolicy
from broadcast.rules.retry import CallNumber, Tried, decide, result_of
from broadcast.states import AttemptState, RecipientState, Result
from broadcast.tables import Attempt, Recipient, RecipientNumber


@dataclass(frozen=True, slots=True)
class PlannedCall:
    recipient: int
    number: str
    at: datetime


@dataclass(slots=True)
class Plan:
    """The calls to open and what each recipient has so far."""

    calls: list[PlannedCall] = field(default_factory=list)
    standing: dict[int, tuple[RecipientState, Result]] = field(default_factory=dict)

    def by_standing(self) -> dict[tuple[RecipientState, Result], list[int]]:
        """Recipients grouped by what is to be written for them; those with nothing new are left out."""
        groups: dict[tuple[RecipientState, Result], list[int]] = defaultdict(list)
        for recipient, standing in self.standing.items():
            if standing != (RecipientState.WAITING, Result.NOTHING):
                groups[standing].append(recipient)
        return groups


async def plan(
    connection: AsyncConnection,
    broadcast_id: int,
    recipients: Collection[int],
    policy: RetryPolicy,
    *,
    now: datetime,
    expires_at: datetime,
) -> Plan:
    """Decide for each of these recipients who still waits; the caller holds their locks.

    A recipient with an open attempt is left alone until it ends. One call a number: what became of a number
    counts for everyone behind it, so the history is read by number.
    """
    numbers = await _numbers(connection, recipients)
    history = await _history(connection, broadcast_id, {n for own in numbers.values() for n in own})
    busy = await _with_open_attempt(connection, recipients)
    result = Plan()
    for recipient, own in numbers.items():
        if recipient in busy:
            continue
        tried = sorted((t for n in set(own) for t in history[n]), key=lambda t: t.ended_at)
        decision = decide(own, tried, policy, now=now, expires_at=expires_at)
        if isinstance(decision, CallNumber):
            result.standing[recipient] = (RecipientState.WAITING, result_of(tried))
            result.calls.append(PlannedCall(recipient, decision.number, decision.at))
        else:
            result.standing[recipient] = (RecipientState.FINAL, decision.result)
    return result


async def _numbers(connection: AsyncConnection, recipients: Collection[int]) -> dict[int, list[str]]:
    numbers: dict[int, list[str]] = defaultdict(list)
    for recipient, number in await connection.execute(
        select(Recipient.id, RecipientNumber.e164)
        .outerjoin(RecipientNumber, RecipientNumber.recipient_id == Recipient.id)
        .where(Recipient.id.in_(recipients), Recipient.state == RecipientState.WAITING)
        .order_by(Recipient.id, RecipientNumber.position)
    ):
        numbers[recipient] += [number] if number else []
    return numbers


async def _history(
    connection: AsyncConnection, broadcast_id: int, numbers: Collection[str]
) -> dict[str, list[Tried]]:
    rows = await connection.execute(
        select(Attempt.e164, Attempt.outcome, Attempt.ended_at).where(
            Attempt.broadcast_id == broadcast_id,
            Attempt.e164.in_(numbers),
            Attempt.state == AttemptState.DONE,
        )
    )
    history: dict[str, list[Tried]] = defaultdict(list)
    for number, outcome, ended_at in rows:
        assert outcome is not None
        assert ended_at is not None
        history[number].append(Tried(number, outcome, ended_at))
    return history


async def _with_open_attempt(connection: AsyncConnection, recipients: Collection[int]) -> set[int]:
    rows = await connection.scalars(
        select(Attempt.recipient_id).where(
            Attempt.recipient_id.in_(recipients), Attempt.state != AttemptState.DONE
        )
    )
    return set(rows)
