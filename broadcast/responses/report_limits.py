"""Whether a report may ring the officers on duty: decided once, when it is sent, for one report at a time."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from broadcast.rules.floods import ANYBODY, Limit
from broadcast.service_calls.duty_policy import DutyPolicy
from broadcast.states import ReportState
from broadcast.tables import MemberReport

_RINGS = (
    MemberReport.state.in_([ReportState.NEW, ReportState.CLAIMED]),
    ~MemberReport.beyond_limit,
    ~MemberReport.only_tone,
)
"""A report that was let ring and that nobody has judged."""


async def lock_and_check_limit(connection: AsyncConnection, report: int, policy: DutyPolicy) -> bool:
    """Whether it is one too many to ring for.

    Others that are sent in the same moment wait until this transaction is over, and then see this one.
    """
    await connection.execute(select(func.pg_advisory_xact_lock(func.hashtext("reports"), 1)))
    asked = select(func.clock_timestamp(), MemberReport.e164, MemberReport.reporter)
    found = (await connection.execute(asked.where(MemberReport.id == report))).one_or_none()
    if found is None:  # it was forgotten meanwhile
        return False
    now, number, reporter = found
    limits = []
    if number is not None:
        limits.append((MemberReport.e164 == number, Limit(policy.reports, _seconds(policy.reports_within))))
    if reporter == ANYBODY:
        everybody = Limit(policy.unknown_reports, _seconds(policy.unknown_reports_within))
        limits.append((MemberReport.reporter == ANYBODY, everybody))
    for theirs, limit in limits:
        if not limit.allows(await _kept_at(connection, theirs, now - limit.within), now=now):
            return True
    return False


async def _kept_at(
    connection: AsyncConnection, theirs: ColumnElement[bool], since: datetime
) -> Sequence[datetime]:
    found = await connection.scalars(
        select(MemberReport.kept_at).where(theirs, *_RINGS, MemberReport.kept_at > since)
    )
    return [at for at in found if at is not None]


def _seconds(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)
