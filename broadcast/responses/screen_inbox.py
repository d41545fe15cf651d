"""What members reported, for who works at the screen: each takes up what is told of their networks.

By phone an officer on duty is rung for any report. Here everybody chooses, so that networks count.
"""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from broadcast.errors import UnknownReport
from broadcast.listing import networks_of
from broadcast.responses import inbox
from broadcast.responses.inbox import Report
from broadcast.states import ReportState, Worth
from broadcast.tables import MemberReport
from directory.actor import Actor
from directory.acts import Act
from directory.errors import NotTheirNetwork
from directory.tables import Network


async def reports_for(connection: AsyncConnection, actor: Actor, *, judged: bool = False) -> Sequence[Report]:
    """Those that they may read, oldest first: to be judged, with `judged` all."""
    actor.require(Act.READ_REPORTS)
    found = []
    for report in await inbox.reports(connection, judged=judged):
        try:
            actor.require(Act.READ_REPORTS, await _networks(connection, report.network, report.broadcast))
        except NotTheirNetwork:
            continue
        found.append(report)
    return found


async def may_read(connection: AsyncConnection, actor: Actor, report: int) -> None:
    """Raise UnknownReport, NotInRole or NotTheirNetwork unless they may."""
    actor.require(Act.READ_REPORTS)
    row = (
        await connection.execute(
            select(Network.slug, MemberReport.broadcast_id)
            .select_from(MemberReport)
            .outerjoin(Network, Network.id == MemberReport.network_id)
            .where(MemberReport.id == report, MemberReport.state != ReportState.RECORDING)
        )
    ).one_or_none()
    if row is None:
        raise UnknownReport(report=report)
    actor.require(Act.READ_REPORTS, await _networks(connection, row.slug, row.broadcast_id))


async def _networks(
    connection: AsyncConnection, network: str | None, broadcast: int | None
) -> Sequence[str] | None:
    """Which networks it concerns: the reporter's, else those of the alert that it answers, else all."""
    if network is not None:
        return [network]
    return (await networks_of(connection, broadcast) if broadcast is not None else []) or None


async def report_for(connection: AsyncConnection, actor: Actor, report: int) -> Report:
    """One of them. Raises UnknownReport, NotInRole and NotTheirNetwork."""
    await may_read(connection, actor, report)
    for one in await inbox.reports(connection, judged=True):
        if one.id == report:
            return one
    raise UnknownReport(report=report)


async def sound_for(connection: AsyncConnection, actor: Actor, report: int) -> bytes:
    """What was said, as FLAC. Raises as `report_for` does."""
    await may_read(connection, actor, report)
    return await inbox.sound_of(connection, report)


async def claim_theirs(connection: AsyncConnection, actor: Actor, report: int) -> None:
    """Take it up, as `inbox.claim` does."""
    await may_read(connection, actor, report)
    await inbox.claim(connection, actor, report)


async def judge_theirs(connection: AsyncConnection, actor: Actor, report: int, worth: Worth) -> None:
    """Say what it is worth, as `inbox.judge` does."""
    await may_read(connection, actor, report)
    await inbox.judge(connection, actor, report, worth)
