"""An alert that an officer makes of what a member reported."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from broadcast.draft import Draft, SpokenMessage
from broadcast.errors import NoNetworks
from broadcast.listing import networks_of
from broadcast.responses.inbox import judged_now, why_not
from broadcast.states import ReportState, Worth
from broadcast.tables import MemberReport
from directory.actor import Actor
from directory.tables import Member, Network, Number
from prompts.languages import DEFAULT_LANGUAGE


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
        raise await why_not(connection, report)
    answered = await networks_of(connection, row.broadcast_id) if row.broadcast_id is not None else []
    return Content(row.audio, row.language or DEFAULT_LANGUAGE, answered or ([row.slug] if row.slug else []))


async def draft_from(
    connection: AsyncConnection,
    report: int,
    *,
    urgent: bool,
    texts: Mapping[str, str] | None = None,
    networks: Sequence[str] = (),
) -> Draft:
    """The alert that is made of this report: with what was said in it, unless there are texts.

    To `networks`, else to those of the alert that it answers, else to the reporter's own.
    Raises NotThatReport and NoNetworks.
    """
    content = await content_of(connection, report)
    if not (to := networks or content.networks):
        raise NoNetworks
    recording = None if texts else SpokenMessage(content.audio, content.language)
    return Draft(to, texts or {}, urgent, recording, report)


async def note_what_it_led_to(connection: AsyncConnection, actor: Actor, report: int, broadcast: int) -> None:
    """An alert was made of it, once, by whoever has it or takes it up so: that judges it useful.

    Raises NotThatReport.
    """
    is_theirs = MemberReport.state.in_([ReportState.CLAIMED, ReportState.JUDGED]) & (
        MemberReport.claimed_by == actor.name
    )
    noted = await connection.execute(
        update(MemberReport)
        .where(
            MemberReport.id == report,
            MemberReport.led_to.is_(None),
            (MemberReport.state == ReportState.NEW) | is_theirs,
        )
        .values(led_to=broadcast, worth=Worth.USEFUL, **judged_now(actor))
    )
    if not noted.rowcount:
        raise await why_not(connection, report)
