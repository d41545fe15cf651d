"""A report on a live urgent alert that nobody claims rings the officers on duty, one after the other.

Each call is a row before it rings. A report has one open call at most, and so has an officer: two nodes
cannot ring for the same thing, and a restart finds what it was doing.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, Select, exists, func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from broadcast.duty_tables import DutyCall, DutyOutcome
from broadcast.ledger.open_calls import is_open
from broadcast.rules.floods import DAY
from broadcast.rules.own_calls import Persistence, next_of
from broadcast.service_calls import own_calls
from broadcast.service_calls.duty_policy import DutyPolicy
from broadcast.states import ReportState
from broadcast.tables import Broadcast, MemberReport, Pass, StoredAudio
from directory.tables import Duty, Network, Officer

_Later = aliased(DutyCall)


@dataclass(frozen=True, slots=True)
class DutyRing:
    """A call that is written down: this officer, for this report."""

    id: UUID
    report: int
    officer: int


RINGS = select(DutyCall.id, DutyCall.report_id, DutyCall.officer_id)


async def take(connection: AsyncConnection, node: str, policy: DutyPolicy) -> DutyRing | None:
    """The next call that has to be placed, ours once this is committed; None when there is none.

    Reporters take turns, each with their newest report; then who was called for it least often, then duty. An
    officer who is in another call of ours is passed over, and so is one at whose telephone nobody knew the
    PIN too often: it may be a stranger's.
    """
    reports = dict((await connection.execute(_unclaimed(policy))).all())
    if not reports:
        return None
    now, persistence = await own_calls.now(connection), Persistence(policy.rounds, policy.again)
    calls = await own_calls.placed(connection, DutyCall, DutyCall.report_id, reports, to=DutyCall.officer_id)
    free = dict((await connection.execute(_free_on_duty(policy))).all())
    for report, reporter in reports.items():
        officer = next_of(list(free), calls.get(report, ()), persistence, now=now)
        if officer is not None:
            written = await own_calls.write_ahead(
                connection,
                DutyCall,
                free[officer],
                ring=policy.ring,
                report_id=report,
                reporter=reporter,
                officer_id=officer,
                node=node,
            )
            return DutyRing(written, report, officer) if written else None
    return None


def _unclaimed(policy: DutyPolicy) -> Select[int, str]:
    """Reports on live urgent alerts that nobody has taken up for so long, and whose they are.

    One call for a reporter at a time, so that who reports again and again keeps nobody else waiting.
    """
    now = func.clock_timestamp()
    of_reporter = DutyCall.reporter == MemberReport.reporter
    their_last = select(func.max(DutyCall.placed_at)).where(of_reporter).scalar_subquery()
    return (
        select(MemberReport.id, MemberReport.reporter)
        .join(Broadcast, Broadcast.id == MemberReport.broadcast_id)
        .where(
            MemberReport.state == ReportState.NEW,
            ~MemberReport.only_tone,
            ~MemberReport.beyond_limit,
            MemberReport.kept_at <= now - timedelta(seconds=policy.after),
            Broadcast.urgent,
            Broadcast.expires_at > now,
            ~exists().where(of_reporter, DutyCall.ended_at.is_(None)),
        )
        .order_by(their_last.asc().nulls_first(), MemberReport.id.desc())
    )


def _unproved_calls() -> ScalarSelect[int]:
    """Calls of a day to an officer on duty on which nobody typed the PIN, since somebody last did."""
    was_proved_after = exists().where(
        _Later.officer_id == DutyCall.officer_id,
        _Later.placed_at > DutyCall.placed_at,
        _Later.outcome.in_([DutyOutcome.HEARD, DutyOutcome.TAKEN]),
    )
    return (
        select(func.count())
        .where(
            DutyCall.officer_id == Duty.officer_id,
            DutyCall.outcome == DutyOutcome.NOT_PROVED,
            DutyCall.placed_at > Duty.since,
            DutyCall.placed_at > func.clock_timestamp() - DAY,
            ~was_proved_after,
        )
        .correlate(Duty)
        .scalar_subquery()
    )


def _free_on_duty(policy: DutyPolicy) -> Select[int, str]:
    """Officers who may be rung now, and their numbers, in the order of duty."""
    return (
        select(Officer.id, Officer.e164)
        .join(Duty, Duty.officer_id == Officer.id)
        .where(
            ~exists().where(DutyCall.officer_id == Officer.id, DutyCall.ended_at.is_(None)),
            ~is_open(Officer.e164),
            _unproved_calls() < policy.a_day,
        )
        .order_by(Duty.position)
    )


async def not_rung(connection: AsyncConnection, policy: DutyPolicy) -> Collection[int]:
    """Officers on duty at whose telephone nobody knew the PIN too often, so that they are passed over.

    Whoever is put on duty anew is rung again.
    """
    silent = select(Duty.officer_id).where(_unproved_calls() >= policy.a_day)
    return set(await connection.scalars(silent))


async def no_longer_needed(connection: AsyncConnection, calls: Collection[UUID]) -> Sequence[UUID]:
    """Those of these calls whose report somebody has taken."""
    rows = await connection.scalars(
        select(DutyCall.id)
        .join(MemberReport, MemberReport.id == DutyCall.report_id)
        .where(DutyCall.id.in_(calls), MemberReport.state != ReportState.NEW)
    )
    return rows.all()


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """What an officer on duty is told of a report."""

    audio: str
    seconds: float
    network: str | None
    """The name of the reporter's; None when nobody knows them."""
    alerted: Sequence[str]
    """The names of those that the alert went to."""


async def told(connection: AsyncConnection, report: int) -> ReportFacts:
    row = (
        await connection.execute(
            select(MemberReport.audio, StoredAudio.seconds, Network.name, MemberReport.broadcast_id)
            .join(StoredAudio, StoredAudio.sha256 == MemberReport.audio)
            .outerjoin(Network, Network.id == MemberReport.network_id)
            .where(MemberReport.id == report)
        )
    ).one()
    alerted = await connection.scalars(
        select(Network.name)
        .where(exists().where(Pass.network_id == Network.id, Pass.broadcast_id == row.broadcast_id))
        .order_by(Network.name)
    )
    return ReportFacts(row.audio, row.seconds, row.name, alerted.all())


class DutyBook(own_calls.Book[DutyRing]):
    """Calls to officers on duty, as the nodes place them."""

    table = DutyCall
    calls = RINGS
    written = DutyRing
    nothing = DutyOutcome.NOT_PROVED

    def __init__(self, policy: DutyPolicy) -> None:
        self._policy = policy

    def may_be_due(self) -> ColumnElement[bool]:
        return exists().where(
            MemberReport.state == literal_column("'new'"),  # for the index
            Broadcast.id == MemberReport.broadcast_id,
            Broadcast.urgent,
            Broadcast.expires_at > func.clock_timestamp(),
        )

    async def take(self, connection: AsyncConnection, node: str) -> DutyRing | None:
        return await take(connection, node, self._policy)

    async def unwanted(self, connection: AsyncConnection, calls: Collection[UUID]) -> Collection[UUID]:
        return await no_longer_needed(connection, calls)

    async def close(self, connection: AsyncConnection, written: DutyRing, ending: own_calls.Ending) -> None:
        if ending.outcome == self.nothing and await no_longer_needed(connection, [written.id]):
            ending = own_calls.Ending(DutyOutcome.WITHDRAWN)
        await super().close(connection, written, ending)
