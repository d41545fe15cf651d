"""Erases by the clock what was kept for long enough, once a day, whichever node looks first."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Date, delete, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from broadcast.errors import BeingCalled
from broadcast.ledger.afterwards.clearing import clear_calls_of_broadcasts
from broadcast.pending_alert_tables import PendingAlert
from broadcast.retention.erasing import erase
from broadcast.retention.policy import RetentionPolicy
from broadcast.retention.sounds import forget_said, forget_those
from broadcast.states import BroadcastState
from broadcast.tables import Attempt, Broadcast, MemberReport, OpenCall
from directory.actor import SYSTEM
from directory.acts import Act
from directory.journal.book import note
from directory.journal.table import JournalEntry
from directory.tables import Lockout, Member

LOCK = 0x524554
"""Of PostgreSQL's advisory locks, the one that whoever retains holds."""
ONCE_IN = timedelta(hours=20)
AT_ONCE = 500
"""People who are erased in one transaction."""
_NOW = func.clock_timestamp()


@dataclass(frozen=True, slots=True)
class Retained:
    """What one run has erased."""

    members: int = 0
    reports: int = 0
    alerts: int = 0
    calls: int = 0
    sounds: int = 0


async def retain_daily(engine: AsyncEngine, policy: RetentionPolicy, time_zone: str) -> Retained | None:
    """Erase what is due, unless that was done within the last twenty hours, as by another node."""
    async with engine.connect() as connection:
        latest = select(func.max(JournalEntry.at)).where(JournalEntry.act == Act.RETAIN)
        is_recent = await connection.scalar(select(latest.scalar_subquery() > _NOW - ONCE_IN))
    return None if is_recent else await retain(engine, policy, time_zone)


async def retain(engine: AsyncEngine, policy: RetentionPolicy, time_zone: str) -> Retained | None:
    """Erase who left long ago, and what is known of old reports and alerts; journalled with its counts.

    Who is being called at this moment is left for the next run. None when another node is at it.
    """
    async with engine.begin() as connection:
        SYSTEM.require(Act.RETAIN, None)
        if not await connection.scalar(select(func.pg_try_advisory_xact_lock(LOCK))):
            return None
        members = await _erase_who_left(connection, policy, time_zone)
        reports, sounds = await _erase_reports(connection, policy)
        calls = await _clear_calls(connection, policy)
        alerts, of_alerts = await _clear_alerts(connection, policy)
        await _erase_leftovers(connection, policy)
        done = Retained(members, reports, alerts, calls, sounds + of_alerts)
        await note(
            connection,
            SYSTEM,
            Act.RETAIN,
            members=done.members,
            reports=done.reports,
            alerts=done.alerts,
            calls=done.calls,
            sounds=done.sounds,
        )
        return done


async def _erase_who_left(connection: AsyncConnection, policy: RetentionPolicy, time_zone: str) -> int:
    today = func.timezone(time_zone, func.now()).cast(Date)
    gone = select(Member.id).where(
        Member.erased_at.is_(None), Member.left_on.is_not(None), Member.left_on <= today - policy.left
    )
    members = list(await connection.scalars(gone.order_by(Member.id)))
    erased = 0
    for begin in range(0, len(members), AT_ONCE):
        part = members[begin : begin + AT_ONCE]
        try:
            async with connection.begin_nested():
                await erase(connection, part, time_zone)
                erased += len(part)
        except BeingCalled:
            erased += await _erase_one_by_one(connection, part, time_zone)
    return erased


async def _erase_one_by_one(connection: AsyncConnection, members: list[int], time_zone: str) -> int:
    erased = 0
    for one in members:
        try:
            async with connection.begin_nested():
                await erase(connection, [one], time_zone)
                erased += 1
        except BeingCalled:
            continue
    return erased


async def _erase_reports(connection: AsyncConnection, policy: RetentionPolicy) -> tuple[int, int]:
    old = MemberReport.created_at < _NOW - timedelta(days=policy.reports)
    named = select(MemberReport.audio).where(old, MemberReport.audio.is_not(None))
    sounds = {name for name in await connection.scalars(named) if name}
    reports = (await connection.execute(delete(MemberReport).where(old))).rowcount
    return reports, await forget_those(connection, sounds)


async def _clear_calls(connection: AsyncConnection, policy: RetentionPolicy) -> int:
    known = exists().where(Attempt.broadcast_id == Broadcast.id, Attempt.e164 != "")
    over = select(Broadcast.id).where(
        Broadcast.state == BroadcastState.CLOSED,
        Broadcast.closed_at < _NOW - timedelta(days=policy.evidence),
        known,
        ~exists().where(OpenCall.call == Attempt.id, Attempt.broadcast_id == Broadcast.id),
    )
    return await clear_calls_of_broadcasts(connection, list(await connection.scalars(over)))


async def _clear_alerts(connection: AsyncConnection, policy: RetentionPolicy) -> tuple[int, int]:
    over = select(Broadcast.id).where(
        Broadcast.state == BroadcastState.CLOSED,
        Broadcast.closed_at < _NOW - timedelta(days=policy.alerts),
        Broadcast.cleared_at.is_(None),
    )
    alerts = list(await connection.scalars(over))
    sounds = await forget_said(connection, alerts)
    await connection.execute(
        update(Broadcast).where(Broadcast.id.in_(alerts)).values(cleared_at=_NOW, code=None)
    )
    return len(alerts), sounds


async def _erase_leftovers(connection: AsyncConnection, policy: RetentionPolicy) -> None:
    """Guesses that count no more, and alerts by phone that nobody released."""
    long_ago = _NOW - timedelta(days=policy.left)
    await connection.execute(
        delete(Lockout).where(Lockout.last_at < long_ago, Lockout.locked_until < long_ago)
    )
    await connection.execute(
        delete(PendingAlert).where(PendingAlert.asked_at < long_ago, PendingAlert.audio.is_(None))
    )
