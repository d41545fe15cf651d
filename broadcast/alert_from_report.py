"""An alert that an officer makes of what a member reported."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from broadcast.errors import NotThatReport
from broadcast.inbox import judged_now, tell, why_not
from broadcast.states import ReportState, Worth
from broadcast.tables import MemberReport, Pass
from directory.tables import Member, Network, Number


@dataclass(frozen=True, slots=True)
class Content:
    """What an alert made from a report begins with."""

    audio: str
    language: str
    """That of the member who spoke; Dutch when nobody knows who it was."""
    networks: Sequence[str]
    """Those of the alert that it answers, else the reporter's own."""


_FIRST_BEHIND = select(func.min(Number.member_id)).where(Number.e164 == MemberReport.e164).scalar_subquery()
"""Of several who share the number that called."""


async def content_of(connection: AsyncConnection, report: int) -> Content:
    """Raises NotThatReport."""
    row = (
        await connection.execute(
            select(MemberReport.audio, Member.language, MemberReport.broadcast_id, Network.slug)
            .select_from(MemberReport)
            .outerjoin(Member, Member.id == func.coalesce(MemberReport.member_id, _FIRST_BEHIND))
            .outerjoin(Network, Network.id == MemberReport.network_id)
            .where(MemberReport.id == report, MemberReport.state != ReportState.RECORDING)
        )
    ).one_or_none()
    if row is None:
        raise NotThatReport(await why_not(connection, report))
    answered = await connection.scalars(
        select(Network.slug)
        .where(exists().where(Pass.network_id == Network.id, Pass.broadcast_id == row.broadcast_id))
        .order_by(Network.id)
    )
    return Content(row.audio, row.language or "nl", list(answered) or ([row.slug] if row.slug else []))


async def note_what_it_led_to(connection: AsyncConnection, report: int, broadcast: int, by: str) -> None:
    """An alert was made of it, once, by whoever has it or takes it up so: that judges it useful.

    Raises NotThatReport.
    """
    is_theirs = MemberReport.state.in_([ReportState.CLAIMED, ReportState.JUDGED]) & (
        MemberReport.claimed_by == by
    )
    noted = await connection.execute(
        update(MemberReport)
        .where(
            MemberReport.id == report,
            MemberReport.led_to.is_(None),
            (MemberReport.state == ReportState.NEW) | is_theirs,
        )
        .values(led_to=broadcast, worth=Worth.USEFUL, **judged_now(by))
    )
    if not noted.rowcount:
        raise NotThatReport(await why_not(connection, report))
    await tell(connection, report)
