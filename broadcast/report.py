"""What happened, for those who watch a broadcast and those who report on it."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from broadcast.errors import UnknownBroadcast
from broadcast.states import AttemptState, BroadcastState, Outcome, RecipientState, Result
from broadcast.tables import Attempt, Broadcast, Recipient, RecipientNumber
from directory.tables import Member


@dataclass(frozen=True, slots=True)
class Progress:
    """A broadcast at one moment."""

    broadcast: int
    state: BroadcastState
    recipients: int
    results: Mapping[Result, int]
    """Recipients with a final result."""
    to_go: int
    being_called: int
    outcomes: Mapping[Outcome, int]
    """Calls that have ended."""
    started_at: datetime
    stopped_at: datetime | None
    """An officer took it back."""
    code: str | None
    """Opens it to callers whose number is not known."""
    now: datetime


@dataclass(frozen=True, slots=True)
class Call:
    """One attempt, as the report shows it."""

    number: str
    outcome: Outcome | None
    dialled_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    cause: int | None
    sip_status: int | None
    evidence: Mapping[str, object]


class Evidence(msgspec.Struct, frozen=True):
    """What was heard on an answered call, in seconds since the answer; empty on any other."""

    talk: list[tuple[float, float | None]] = []
    passes: list[tuple[float, float | None, bool]] = []
    """The message, each time: from when to when, and whether to its last sample."""
    keys: list[float] | int = []
    """When a key was pressed, never which; of calls before 2026-11-24 only how many."""
    left: float | None = None
    """When the far end hung up; None when we did."""
    judgement: str = ""
    reason: str = ""


def evidence_of(call: Call) -> Evidence:
    return msgspec.convert(call.evidence, Evidence)


@dataclass(frozen=True, slots=True)
class Line:
    """One recipient of the report, with all calls to any of their numbers."""

    recipient: int
    name: str
    language: str
    state: RecipientState
    result: Result
    left_on: date | None
    """Since then they want no more calls."""
    numbers: Sequence[str]
    calls: Sequence[Call]


async def progress(connection: AsyncConnection, broadcast_id: int) -> Progress:
    """Raises UnknownBroadcast."""
    found = (
        await connection.execute(
            select(
                Broadcast.state,
                Broadcast.created_at,
                Broadcast.stopped_at,
                Broadcast.code,
                func.clock_timestamp(),
            ).where(Broadcast.id == broadcast_id)
        )
    ).one_or_none()
    if found is None:
        raise UnknownBroadcast(f"There is no broadcast {broadcast_id}; look up its number and try again.")
    state, started_at, stopped_at, code, now = found
    results, to_go = await _standing(connection, broadcast_id)
    outcomes, being_called = await _ended(connection, broadcast_id)
    return Progress(
        broadcast=broadcast_id,
        state=BroadcastState(state),
        recipients=sum(results.values()) + to_go,
        results=results,
        to_go=to_go,
        being_called=being_called,
        outcomes=outcomes,
        started_at=started_at,
        stopped_at=stopped_at,
        code=code,
        now=now,
    )


async def _standing(connection: AsyncConnection, broadcast_id: int) -> tuple[Mapping[Result, int], int]:
    """Final results, and how many have none yet."""
    standing = await connection.execute(
        select(Recipient.state, Recipient.result, func.count())
        .where(Recipient.broadcast_id == broadcast_id)
        .group_by(Recipient.state, Recipient.result)
    )
    results: dict[Result, int] = defaultdict(int)
    to_go = 0
    for recipient_state, result, count in standing:
        if recipient_state == RecipientState.FINAL:
            results[Result(result)] += count
        else:
            to_go += count
    return dict(results), to_go


async def _ended(connection: AsyncConnection, broadcast_id: int) -> tuple[Mapping[Outcome, int], int]:
    """How calls ended, and how many are up."""
    calls = await connection.execute(
        select(Attempt.state, Attempt.outcome, func.count())
        .where(Attempt.broadcast_id == broadcast_id)
        .group_by(Attempt.state, Attempt.outcome)
    )
    outcomes: dict[Outcome, int] = {}
    being_called = 0
    for attempt_state, outcome, count in calls:
        if outcome is not None:
            outcomes[Outcome(outcome)] = count
        elif attempt_state == AttemptState.DIALLING:
            being_called = count
    return outcomes, being_called


async def report(connection: AsyncConnection, broadcast_id: int) -> list[Line]:
    """Every recipient by name. Raises UnknownBroadcast."""
    await progress(connection, broadcast_id)
    calls = await _calls(connection, broadcast_id)
    numbers: dict[int, list[str]] = defaultdict(list)
    for recipient, number in await connection.execute(
        select(RecipientNumber.recipient_id, RecipientNumber.e164)
        .where(RecipientNumber.broadcast_id == broadcast_id)
        .order_by(RecipientNumber.recipient_id, RecipientNumber.position)
    ):
        numbers[recipient].append(number)
    recipients = await connection.execute(
        select(
            Recipient.id, Member.name, Recipient.language, Recipient.state, Recipient.result, Member.left_on
        )
        .join(Member, Member.id == Recipient.member_id)
        .where(Recipient.broadcast_id == broadcast_id)
        .order_by(Member.name, Recipient.id)
    )
    return [
        Line(
            recipient=id_,
            name=name,
            language=language,
            state=RecipientState(state),
            result=Result(result),
            left_on=left_on,
            numbers=numbers[id_],
            calls=[call for number in numbers[id_] for call in calls[number]],
        )
        for id_, name, language, state, result, left_on in recipients
    ]


async def _calls(connection: AsyncConnection, broadcast_id: int) -> dict[str, list[Call]]:
    """The calls of a broadcast by number, oldest first; a call counts for everyone behind its number."""
    rows = await connection.execute(
        select(
            Attempt.e164,
            Attempt.outcome,
            Attempt.dialled_at,
            Attempt.answered_at,
            Attempt.ended_at,
            Attempt.cause,
            Attempt.sip_status,
            Attempt.evidence,
        )
        .where(Attempt.broadcast_id == broadcast_id, Attempt.outcome.is_distinct_from(Outcome.CANCELLED))
        .order_by(Attempt.due_at, Attempt.dialled_at)
    )
    calls: dict[str, list[Call]] = defaultdict(list)
    for number, outcome, *rest in rows:
        calls[number].append(Call(number, Outcome(outcome) if outcome else None, *rest))
    return calls
