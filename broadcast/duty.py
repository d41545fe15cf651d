"""A report on a live urgent alert that nobody claims rings the officers on duty, one after the other.

Each call is a row before it rings. A report has one open call at most, and so has an officer: two nodes
cannot ring for the same thing, and a restart finds what it was doing.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, true
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from broadcast.duty_policy import DutyPolicy
from broadcast.duty_tables import DutyCall, DutyOutcome
from broadcast.own_calls import LOST_AT_MOST
from broadcast.states import ReportState
from broadcast.tables import Audio, Broadcast, MemberReport, Pass
from directory.tables import Duty, Network


@dataclass(frozen=True, slots=True)
class Ring:
    """A call that is written down: this officer, for this report."""

    id: UUID
    report: int
    officer: int


async def take(connection: AsyncConnection, node: str, policy: DutyPolicy) -> Ring | None:
    """The next call that has to be placed, ours once this is committed; None when there is none."""
    found = (await connection.execute(_due(policy))).one_or_none()
    if found is None:
        return None
    written = await connection.scalar(
        insert(DutyCall)
        .values(id=uuid4(), report_id=found.report, officer_id=found.officer, node=node)
        .on_conflict_do_nothing()
        .returning(DutyCall.id)
    )
    return Ring(written, found.report, found.officer) if written else None


def _due(policy: DutyPolicy) -> Select[int, int]:
    """Oldest report first, then who was rung for it least often, then the order of duty."""
    now = func.clock_timestamp()
    for_this = and_(DutyCall.report_id == MemberReport.id, DutyCall.officer_id == Duty.officer_id)
    counts = DutyCall.outcome.is_distinct_from(DutyOutcome.LOST)
    tries = select(func.count()).where(for_this, counts).scalar_subquery()
    last = select(func.max(DutyCall.ended_at)).where(for_this, counts).scalar_subquery()
    lost = (
        select(func.count())
        .where(DutyCall.report_id == MemberReport.id, DutyCall.outcome == DutyOutcome.LOST)
        .scalar_subquery()
    )
    return (
        select(MemberReport.id.label("report"), Duty.officer_id.label("officer"))
        .join(Broadcast, Broadcast.id == MemberReport.broadcast_id)
        .join(Duty, true())
        .where(
            MemberReport.state == ReportState.NEW,
            MemberReport.kept_at <= now - timedelta(seconds=policy.after),
            Broadcast.urgent,
            Broadcast.expires_at > now,
            ~_has_open_call(DutyCall.report_id == MemberReport.id),
            ~_has_open_call(DutyCall.officer_id == Duty.officer_id),
            tries < policy.rounds,
            or_(last.is_(None), last <= now - timedelta(seconds=policy.again)),
            lost <= LOST_AT_MOST,
        )
        .order_by(MemberReport.id, tries, Duty.position)
        .limit(1)
    )


def _has_open_call(of: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(of, DutyCall.ended_at.is_(None))


async def under_way(connection: AsyncConnection, node: str) -> list[Ring]:
    """The calls of this node that have no end yet."""
    rows = await connection.execute(
        select(DutyCall.id, DutyCall.report_id, DutyCall.officer_id).where(
            DutyCall.node == node, DutyCall.ended_at.is_(None)
        )
    )
    return [Ring(*row) for row in rows]


async def no_longer_needed(connection: AsyncConnection, calls: Collection[UUID]) -> Sequence[UUID]:
    """Those of these calls whose report somebody has taken."""
    rows = await connection.scalars(
        select(DutyCall.id)
        .join(MemberReport, MemberReport.id == DutyCall.report_id)
        .where(DutyCall.id.in_(calls), MemberReport.state != ReportState.NEW)
    )
    return rows.all()


@dataclass(frozen=True, slots=True)
class Told:
    """What an officer on duty is told of a report."""

    audio: str
    seconds: float
    network: str | None
    """The name of the reporter's; None when nobody knows them."""
    alerted: Sequence[str]
    """The names of those that the alert went to."""


async def told(connection: AsyncConnection, report: int) -> Told:
    row = (
        await connection.execute(
            select(MemberReport.audio, Audio.seconds, Network.name, MemberReport.broadcast_id)
            .join(Audio, Audio.sha256 == MemberReport.audio)
            .outerjoin(Network, Network.id == MemberReport.network_id)
            .where(MemberReport.id == report)
        )
    ).one()
    alerted = await connection.scalars(
        select(Network.name)
        .where(exists().where(Pass.network_id == Network.id, Pass.broadcast_id == row.broadcast_id))
        .order_by(Network.name)
    )
    return Told(row.audio, row.seconds, row.name, alerted.all())
