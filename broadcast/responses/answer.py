"""The reporter of a report is told something, and nobody else: nobody learns who told us.

Only the telephone is rung from which it was told, and only where it is one member's: of several who share it
nobody knows which one it was. The line replays an answer to its reporter alone, and no code opens it.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import exists, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from broadcast.draft import Draft, SpokenMessage
from broadcast.errors import NoReporter
from broadcast.responses.inbox import why_not
from broadcast.states import ReportState
from broadcast.tables import MemberReport, Recipient, RecipientNumber
from directory.tables import Member, Membership, Network, Number


@dataclass(frozen=True, slots=True)
class Reporter:
    """The one member whose telephone a report came from."""

    member: int
    number: str
    language: str
    network: int
    slug: str


async def reporter(connection: AsyncConnection, report: int) -> Reporter:
    """Raises NotThatReport, and NoReporter when it is nobody's number, or that of several."""
    behind = (
        select(func.count(Number.member_id.distinct()))
        .join(Member, Member.id == Number.member_id)
        .where(Number.e164 == MemberReport.e164, Member.left_on.is_(None))
        .scalar_subquery()
    )
    found = (
        await connection.execute(
            select(
                Member.id,
                Number.e164,
                Member.language,
                Network.id,
                Network.slug,
            )
            .select_from(MemberReport)
            .join(Number, Number.e164 == MemberReport.e164)
            .join(Member, (Member.id == Number.member_id) & Member.left_on.is_(None))
            .join(Membership, Membership.member_id == Member.id)
            .join(Network, Network.id == Membership.network_id)
            .where(MemberReport.id == report, MemberReport.state != ReportState.RECORDING, behind == 1)
            .order_by((Network.id == MemberReport.network_id).desc(), Network.id)
            .limit(1)
        )
    ).one_or_none()
    if found is not None:
        return Reporter(*found)
    is_there = exists().where(MemberReport.id == report, MemberReport.state != ReportState.RECORDING)
    if not await connection.scalar(select(is_there)):
        raise await why_not(connection, report)
    raise NoReporter(report=report)


async def answer_draft(
    connection: AsyncConnection,
    report: int,
    *,
    urgent: bool,
    texts: Mapping[str, str],
    recording: SpokenMessage | None = None,
) -> Draft:
    """What its reporter is to be told. Raises NotThatReport and NoReporter."""
    told = await reporter(connection, report)
    return Draft([told.slug], texts, urgent, recording, answers=report)


async def enlist_reporter(connection: AsyncConnection, broadcast: int, report: int) -> None:
    """Write them, with the one number from which they told it. Raises NotThatReport and NoReporter."""
    told = await reporter(connection, report)
    recipient = await connection.scalar(
        insert(Recipient)
        .values(
            broadcast_id=broadcast, member_id=told.member, network_id=told.network, language=told.language
        )
        .returning(Recipient.id)
    )
    await connection.execute(
        insert(RecipientNumber).values(
            recipient_id=recipient, position=1, broadcast_id=broadcast, e164=told.number
        )
    )
    await connection.execute(
        update(MemberReport).where(MemberReport.id == report).values(answered_with=broadcast)
    )
