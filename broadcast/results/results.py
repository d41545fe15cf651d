"""What happened, for those who watch a broadcast and for those who ask for its results afterwards."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from broadcast.engine.nodes import CALLERS, LINES, TRUNK_FAULT
from broadcast.errors import NoBroadcast, UnknownBroadcast
from broadcast.listing import STEERED, Steered, standings
from broadcast.results.beside import running_beside
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
    """Recipients without one: their phones are being called, or they wait."""
    unwritten: int
    """Those of them who are still to be written."""
    being_called: int
    """Calls that are up."""
    waiting: int
    """Recipients without a final result none of whose phones is being called."""
    next_due: datetime | None
    """When the next call is due; None when none is planned."""
    outcomes: Mapping[Outcome, int]
    """Calls that have ended."""
    started_at: datetime
    stopped_at: datetime | None
    """An officer took it back."""
    code: str | None
    """Opens it to callers whose number is not known."""
    code_withdrawn_at: datetime | None
    """An officer took the code back."""
    expires_at: datetime
    steered: Steered
    trunk_fault: str | None
    """Why its calls wait now, as one sentence: the trunk takes none."""
    beside: Sequence[int]
    """Other alerts that run for its networks: a telephone gets one call at a time."""
    callers: int
    """Lines that callers hold now, of all `lines`."""
    lines: int
    now: datetime
    replaced_by: int | None = None
    """What is said in its place."""


@dataclass(frozen=True, slots=True)
class PlacedCall:
    """One attempt, as the results show it."""

    number: str
    state: AttemptState
    due_at: datetime
    outcome: Outcome | None
    dialled_at: datetime | None
    answered_at: datetime | None
    ended_at: datetime | None
    cause: int | None
    sip_status: int | None
    evidence: Mapping[str, object]
    attempt: UUID


class Evidence(msgspec.Struct, frozen=True):
    """What was heard on an answered call, in seconds since the answer."""

    talk: list[tuple[float, float | None]] = []
    passes: list[tuple[float, float | None, bool]] = []
    """The message, each time: from when to when, and whether to its last sample."""
    keys: list[float] | int = []
    """When a key was pressed, never which; of calls before 2026-11-24 only how many."""
    left: float | None = None
    """When the far end hung up; None when we did."""
    judgement: str = ""
    reason: str = ""
    ringback: list[tuple[float, float | None]] = []
    """Ringing that was heard after the answer."""
    rang: float | list[tuple[float, float | None]] | msgspec.UnsetType | None = msgspec.UNSET
    """Of an unanswered call: seconds after it was placed in which it began to ring; None when it did not.

    Of answered calls of 2026-11-30 and the day before, what is called `ringback` now.
    """


def evidence_of(call: PlacedCall) -> Evidence:
    return evidence_in(call.evidence)


def evidence_in(kept: Mapping[str, object]) -> Evidence:
    """What cannot be read hides no other call."""
    try:
        return msgspec.convert(kept, Evidence)
    except msgspec.ValidationError:
        return Evidence(reason="what was heard cannot be read")


@dataclass(frozen=True, slots=True)
class RecipientResults:
    """One recipient in the results of a broadcast, with all calls to any of their numbers."""

    recipient: int
    name: str
    language: str
    state: RecipientState
    result: Result
    left_on: date | None
    """Since then they want no more calls."""
    numbers: Sequence[str]
    calls: Sequence[PlacedCall]


_PROGRESS = select(
    Broadcast.state,
    Broadcast.created_at,
    Broadcast.stopped_at,
    Broadcast.code,
    Broadcast.code_withdrawn_at,
    Broadcast.expires_at,
    TRUNK_FAULT,
    CALLERS,
    LINES,
    func.clock_timestamp(),
    Broadcast.replaced_by,
    *STEERED,
)


async def progress(connection: AsyncConnection, broadcast_id: int) -> Progress:
    """Raises UnknownBroadcast."""
    found = (await connection.execute(_PROGRESS.where(Broadcast.id == broadcast_id))).one_or_none()
    if found is None:
        raise UnknownBroadcast(broadcast=broadcast_id)
    state, started_at, stopped_at, code, code_withdrawn_at, expires_at, *others = found
    trunk_fault, callers, lines, now, replaced_by, *steered = others
    standing = (await standings(connection, [broadcast_id]))[broadcast_id]
    outcomes, being_called, next_due = await _calls_by_state(connection, broadcast_id)
    is_running = state == BroadcastState.RUNNING
    with_a_call = await _people_being_called(connection, broadcast_id) if being_called else 0
    return Progress(
        broadcast=broadcast_id,
        state=BroadcastState(state),
        recipients=standing.recipients,
        results=standing.results,
        to_go=standing.to_go,
        unwritten=standing.unwritten,
        being_called=being_called,
        waiting=standing.to_go - with_a_call,
        next_due=next_due,
        outcomes=outcomes,
        started_at=started_at,
        stopped_at=stopped_at,
        code=code,
        code_withdrawn_at=code_withdrawn_at,
        expires_at=expires_at,
        steered=Steered(*steered),
        replaced_by=replaced_by,
        trunk_fault=trunk_fault if is_running else None,
        beside=await running_beside(connection, broadcast_id) if is_running else (),
        callers=int(callers),
        lines=int(lines),
        now=now,
    )


async def _calls_by_state(
    connection: AsyncConnection, broadcast_id: int
) -> tuple[Mapping[Outcome, int], int, datetime | None]:
    """How calls ended, how many are up, and when the next one is due."""
    calls = await connection.execute(
        select(Attempt.state, Attempt.outcome, func.count(), func.min(Attempt.due_at))
        .where(Attempt.broadcast_id == broadcast_id)
        .group_by(Attempt.state, Attempt.outcome)
    )
    outcomes: Counter[Outcome] = Counter()
    being_called, next_due = 0, None
    for attempt_state, outcome, count, due_at in calls:
        if outcome is not None:
            outcomes[Outcome(outcome)] += count
        elif attempt_state == AttemptState.DIALLING:
            being_called = count
        elif attempt_state == AttemptState.QUEUED:
            next_due = due_at
    return dict(outcomes), being_called, next_due


async def _people_being_called(connection: AsyncConnection, broadcast_id: int) -> int:
    """Recipients without a final result behind a number that is being called; it may be several people's."""
    found = await connection.scalar(
        select(func.count(RecipientNumber.recipient_id.distinct()))
        .join(
            Attempt,
            (Attempt.broadcast_id == RecipientNumber.broadcast_id) & (Attempt.e164 == RecipientNumber.e164),
        )
        .join(Recipient, Recipient.id == RecipientNumber.recipient_id)
        .where(
            Attempt.broadcast_id == broadcast_id,
            Attempt.state == AttemptState.DIALLING,
            Recipient.state == RecipientState.WAITING,
        )
    )
    return found or 0


async def newest_broadcast(connection: AsyncConnection) -> int:
    """The number of the broadcast that began last. Raises UnknownBroadcast when there is none."""
    newest: int | None = await connection.scalar(select(func.max(Broadcast.id)))
    if newest is None:
        raise NoBroadcast
    return newest


async def results_of(connection: AsyncConnection, broadcast_id: int) -> list[RecipientResults]:
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
        RecipientResults(
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


async def _calls(connection: AsyncConnection, broadcast_id: int) -> dict[str, list[PlacedCall]]:
    """The calls of a broadcast by number, oldest first; a call counts for everyone behind its number."""
    rows = await connection.execute(
        select(
            Attempt.e164,
            Attempt.state,
            Attempt.due_at,
            Attempt.outcome,
            Attempt.dialled_at,
            Attempt.answered_at,
            Attempt.ended_at,
            Attempt.cause,
            Attempt.sip_status,
            Attempt.evidence,
            Attempt.id,
        )
        .where(Attempt.broadcast_id == broadcast_id, Attempt.outcome.is_distinct_from(Outcome.CANCELLED))
        .order_by(Attempt.due_at, Attempt.dialled_at)
    )
    calls: dict[str, list[PlacedCall]] = defaultdict(list)
    for number, state, due_at, outcome, *rest in rows:
        ended = Outcome(outcome) if outcome else None
        calls[number].append(PlacedCall(number, AttemptState(state), due_at, ended, *rest))
    return calls
