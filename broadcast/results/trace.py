"""One call's life as its rows tell it: an attempt, a call of our own, or a call to us and its reports."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from broadcast.duty_tables import DutyCall
from broadcast.errors import SeveralCalls, UnknownCall
from broadcast.leave_tables import LeaveCall
from broadcast.own_call import OwnCall
from broadcast.own_tables import OWN_TABLES
from broadcast.pending_alert_tables import ReleaseCall
from broadcast.results.heard import heard
from broadcast.states import Outcome, RecipientState, Result
from broadcast.tables import Attempt, Broadcast, MemberReport, Recipient, RecipientNumber
from broadcast.trial_tables import TrialCall
from directory.tables import Member

INCOMING = "call to us"
ATTEMPT = "attempt"
KINDS: dict[type[OwnCall], str] = {
    DutyCall: "call to the officer on duty",
    LeaveCall: "call to who asked to leave",
    ReleaseCall: "call-back for an alert by phone",
    TrialCall: "test call",
}
_FIGURES = re.compile(r"[0-9a-f]{1,32}", re.ASCII)


@dataclass(frozen=True, slots=True)
class TracedEvent:
    """Something that happened at a moment, and where that stands."""

    at: datetime
    source: str
    says: str


@dataclass(frozen=True, slots=True)
class TracedCall:
    """A call and what its rows tell of it, in the order of time."""

    id: str
    """Of its channel; of an attempt that one's too."""
    kind: str
    broadcast: int | None = None
    number: str | None = None
    """E.164, as dialled."""
    names: Sequence[str] = ()
    """Of all members behind the number."""
    node: str | None = None
    """That led it, and whose log tells of it; None when no row knows."""
    began_at: datetime | None = None
    """When it was taken; None while it waits."""
    events: Sequence[TracedEvent] = ()


async def attempt_traced(connection: AsyncConnection, written: str) -> TracedCall:
    """The attempt whose id begins like that. Raises UnknownCall and SeveralCalls."""
    found = await _found(connection, written, [Attempt])
    if not found:
        raise UnknownCall(call=written)
    return await _attempt(connection, found[0][1])


async def call_traced(connection: AsyncConnection, written: str) -> TracedCall:
    """The call with this channel; of a call that we placed the beginning of its id will do.

    Of a call to us in which nothing was reported there is no row: it has no events. Raises SeveralCalls, and
    UnknownCall for what can be no channel.
    """
    if not written.isprintable():  # bytes that are no text among them, which a database does not take
        raise UnknownCall(call=written)
    found = await _found(connection, written, [Attempt, *OWN_TABLES])
    if not found:
        return await _incoming(connection, written)
    table, id_ = found[0]
    return await _attempt(connection, id_) if table is Attempt else await _own(connection, table, id_)


async def _found(
    connection: AsyncConnection, written: str, tables: Sequence[type[Attempt | OwnCall]]
) -> Sequence[tuple[Any, UUID]]:
    """The one call of these tables whose id begins so, if there is one."""
    begun = written.strip().lower()
    figures = begun.replace("-", "")
    if not _FIGURES.fullmatch(figures):
        return ()
    first, last = (UUID(hex=figures.ljust(32, end)) for end in "0f")
    if begun not in {figures, str(first)[: len(begun)]}:
        return ()
    found: list[tuple[Any, UUID]] = []
    for table in tables:
        ids = await connection.scalars(select(table.id).where(table.id.between(first, last)).limit(2))
        found += [(table, id_) for id_ in ids]
    if len(found) > 1:
        raise SeveralCalls(call=written)
    return found


async def _attempt(connection: AsyncConnection, id_: UUID) -> TracedCall:
    row = (
        await connection.execute(
            select(
                Attempt.__table__,
                Broadcast.created_at,
                Broadcast.stopped_at,
                Broadcast.replaced_by,
                Broadcast.closed_at,
                Recipient.state.label("recipient_state"),
                Recipient.result,
            )
            .join(Broadcast, Broadcast.id == Attempt.broadcast_id)
            .join(Recipient, Recipient.id == Attempt.recipient_id)
            .where(Attempt.id == id_)
        )
    ).one()
    names = await connection.scalars(
        select(Member.name)
        .join(Recipient, Recipient.member_id == Member.id)
        .join(RecipientNumber, RecipientNumber.recipient_id == Recipient.id)
        .where(RecipientNumber.broadcast_id == row.broadcast_id, RecipientNumber.e164 == row.e164)
        .order_by(Member.name)
    )
    events = [
        *_of_the_broadcast(row),
        *_of_the_attempt(row),
        *await _beside(connection, row),
        *await _reports(connection, str(id_)),
    ]
    return TracedCall(
        id=str(id_),
        kind=ATTEMPT,
        broadcast=row.broadcast_id,
        number=row.e164,
        names=list(names),
        node=row.node,
        began_at=row.dialled_at,
        events=in_order(events),
    )


def in_order(events: Sequence[TracedEvent]) -> list[TracedEvent]:
    """By time; what happened at one moment stays as it is told."""
    return sorted(events, key=lambda event: event.at)


def _of_the_broadcast(row: Row[Any]) -> list[TracedEvent]:
    instead = f", and {row.replaced_by} is said in its place" if row.replaced_by else ""
    moments = (
        (row.created_at, "begins"),
        (row.stopped_at, f"is taken back by an officer{instead}"),
        (row.closed_at, "is over"),
    )
    says = f"Broadcast {row.broadcast_id}"
    return [TracedEvent(at, "broadcast", f"{says} {what}.") for at, what in moments if at is not None]


def _of_the_attempt(row: Row[Any]) -> list[TracedEvent]:
    due = "Due: from now on it waits for a line and its telephone."
    if isinstance(row.evidence.get("on"), str):
        due = f"Its text was said on the call of attempt {row.evidence['on']}, in place of another one."
    events = [TracedEvent(row.due_at, ATTEMPT, due)]
    if row.dialled_at is not None:
        events.append(TracedEvent(row.dialled_at, ATTEMPT, f"Taken and written ahead by node {row.node}."))
    if row.answered_at is not None:
        events.append(TracedEvent(row.answered_at, ATTEMPT, "Answered."))
    since = row.answered_at or row.dialled_at
    if since is not None:
        events += [
            TracedEvent(since + timedelta(seconds=after), "evidence", says)
            for after, says in heard(row.evidence)
        ]
    if row.ended_at is not None:
        outcome = Outcome(row.outcome)
        causes = [] if row.cause is None else [f"cause {row.cause}"]
        causes += [] if row.sip_status is None else [f"SIP {row.sip_status}"]
        because = [row.evidence.get("judgement"), row.evidence.get("reason")]
        why = ": ".join(one for one in because if isinstance(one, str) and one)
        told = "; ".join(filter(None, (why, ", ".join(causes))))
        events.append(
            TracedEvent(row.ended_at, ATTEMPT, f"Recorded as {outcome}{f' ({told})' if told else ''}.")
        )
    return events


async def _beside(connection: AsyncConnection, row: Row[Any]) -> list[TracedEvent]:
    """The attempts before and after it for the same person or number, and that none is planned any more."""
    others = await connection.execute(
        select(Attempt.id, Attempt.due_at, Attempt.ended_at, Attempt.outcome)
        .where(
            Attempt.broadcast_id == row.broadcast_id,
            Attempt.id != row.id,
            or_(Attempt.recipient_id == row.recipient_id, Attempt.e164 == row.e164),
            Attempt.outcome.is_distinct_from(Outcome.CANCELLED),
        )
        .order_by(Attempt.due_at, Attempt.id)
    )
    events, is_last = list[TracedEvent](), True
    for id_, due_at, ended_at, outcome in others:
        says = f"attempt {id_} for the same person or number"
        if (due_at, id_) < (row.due_at, row.id):
            told = f"recorded as {outcome}" if outcome else "not over yet"
            events.append(TracedEvent(ended_at or due_at, ATTEMPT, f"Before it: {says}, {told}."))
        else:
            is_last = False
            events.append(TracedEvent(due_at, ATTEMPT, f"After it: {says} is due."))
    if is_last and row.ended_at is not None:
        is_final = row.recipient_state == RecipientState.FINAL
        result = f"the result is {Result(row.result).words}"
        after = f"No more calls: {result}." if is_final else f"No next attempt is planned yet; {result}."
        events.append(TracedEvent(row.ended_at, "recipient", after))
    return events


async def _own(connection: AsyncConnection, table: type[OwnCall], id_: UUID) -> TracedCall:
    row = (await connection.execute(select(table).where(table.id == id_))).one()
    kind = KINDS[table]
    events = [TracedEvent(row.placed_at, kind, f"Written ahead by node {row.node}{_what_for(row)}.")]
    for after, says in (("rang_after", "A telephone rings."), ("answered_after", "Answered.")):
        if (seconds := getattr(row, after, None)) is not None:
            events.append(TracedEvent(row.placed_at + timedelta(seconds=seconds), kind, says))
    if row.ended_at is not None:
        status = getattr(row, "sip_status", None)
        events.append(
            TracedEvent(
                row.ended_at, kind, f"Recorded as {row.outcome}{f' (SIP {status})' if status else ''}."
            )
        )
    events += await _reports(connection, str(id_))
    return TracedCall(id=str(id_), kind=kind, node=row.node, began_at=row.placed_at, events=in_order(events))


def _what_for(row: Row[Any]) -> str:
    """The row that it is for."""
    for column, what in (("report_id", "report"), ("wish_id", "wish"), ("order_id", "order")):
        if (id_ := getattr(row, column, None)) is not None:
            return f", for {what} {id_}"
    return ""


async def _incoming(connection: AsyncConnection, channel: str) -> TracedCall:
    events = await _reports(connection, channel)
    told = await connection.execute(
        select(MemberReport.node, func.min(MemberReport.created_at), func.min(MemberReport.e164))
        .where(MemberReport.channel == channel)
        .group_by(MemberReport.node)
    )
    node, began_at, number = next(iter(told.all()), (None, None, None))
    return TracedCall(
        id=channel, kind=INCOMING, number=number, node=node, began_at=began_at, events=in_order(events)
    )


async def _reports(connection: AsyncConnection, channel: str) -> list[TracedEvent]:
    """What was told in this call, and what became of it."""
    reports = await connection.execute(
        select(MemberReport.__table__).where(MemberReport.channel == channel).order_by(MemberReport.id)
    )
    rung_for = await connection.execute(
        select(DutyCall.id, DutyCall.report_id, DutyCall.placed_at)
        .join(MemberReport, MemberReport.id == DutyCall.report_id)
        .where(MemberReport.channel == channel)
        .order_by(DutyCall.placed_at)
    )
    told = [
        TracedEvent(at, "report", f"Report {row.id} {what}.")
        for row in reports
        for at, what in (
            (row.created_at, "begins"),
            (row.kept_at, "is kept"),
            (row.claimed_at, "is claimed by an officer"),
            (row.judged_at, f"is judged {row.worth}"),
        )
        if at is not None
    ]
    rings = [
        TracedEvent(
            call.placed_at, KINDS[DutyCall], f"Report {call.report_id} rings an officer: call {call.id}."
        )
        for call in rung_for
    ]
    return [*told, *rings]
