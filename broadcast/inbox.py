"""What members report by phone: kept before they are thanked, then claimed and judged by officers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, insert, literal, select, update
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from broadcast.errors import NotThatReport
from broadcast.kept_sounds import forget_sound, keep_sound
from broadcast.states import ReportState, Worth
from broadcast.tables import Audio, Broadcast, MemberReport, Pass
from directory.tables import Member, Membership, Network, Number
from prompts import audio as sound

ANSWERS_WITHIN = timedelta(hours=12)
"""What a member reports so soon after an alert is taken for an answer to it."""


@dataclass(frozen=True, slots=True)
class Started:
    """A report that is about to be spoken; `recording` is its name at the PBX."""

    id: int
    recording: UUID


@dataclass(frozen=True, slots=True)
class Report:
    """One report, as officers see it."""

    id: int
    state: ReportState
    at: datetime
    number: str | None
    member: str | None
    """The name, or those of all who share the number."""
    network: str | None
    broadcast: int | None
    seconds: float
    claimed_by: str | None
    worth: Worth | None
    led_to: int | None
    """The alert that was made of it."""


_Behind = aliased(Member)
_BEHIND_NUMBER = (
    select(func.string_agg(_Behind.name, aggregate_order_by(literal(" / "), _Behind.id)))
    .join(Number, Number.member_id == _Behind.id)
    .where(Number.e164 == MemberReport.e164, _Behind.left_on.is_(None))
    .scalar_subquery()
)
"""Those who share the number that called."""


async def begin(
    connection: AsyncConnection,
    node: str,
    recording: UUID,
    *,
    number: str | None,
    members: Sequence[int],
    broadcast: int | None,
) -> Started:
    """Write down that one of these members, or nobody known, is going to speak.

    Without `broadcast` their newest alert is meant.
    """
    their_networks = select(Membership.network_id).where(Membership.member_id.in_(members))
    newest = (
        select(Pass.broadcast_id)
        .join(Broadcast, Broadcast.id == Pass.broadcast_id)
        .where(Pass.network_id.in_(their_networks), Broadcast.created_at > func.now() - ANSWERS_WITHIN)
        .order_by(Broadcast.created_at.desc())
        .limit(1)
    )
    answers = literal(broadcast) if broadcast is not None else newest.scalar_subquery()
    id_ = await connection.scalar(
        insert(MemberReport)
        .values(
            recording=recording,
            node=node,
            e164=number,
            member_id=members[0] if len(members) == 1 else None,
            network_id=their_networks.order_by(Membership.network_id).limit(1).scalar_subquery(),
            broadcast_id=answers,
        )
        .returning(MemberReport.id)
    )
    assert id_ is not None
    return Started(id_, recording)


async def keep(connection: AsyncConnection, report: int, said: sound.Audio) -> str:
    """Store what was said; returns the name of the sound. It is not yet on the officers' list."""
    name = await keep_sound(connection, said)
    await connection.execute(
        update(MemberReport).where(MemberReport.id == report).values(audio=name, kept_at=func.now())
    )
    return name


async def send(connection: AsyncConnection, report: int) -> None:
    """Put a kept report on the officers' list."""
    sent = await connection.scalar(
        update(MemberReport)
        .where(
            MemberReport.id == report,
            MemberReport.state == ReportState.RECORDING,
            MemberReport.audio.is_not(None),
        )
        .values(state=ReportState.NEW)
        .returning(MemberReport.id)
    )
    if sent is not None:
        await tell(connection, report)


async def discard(connection: AsyncConnection, report: int) -> None:
    """Forget a report that was not sent: nothing was said, or it is spoken again."""
    audio = await connection.scalar(
        delete(MemberReport)
        .where(MemberReport.id == report, MemberReport.state == ReportState.RECORDING)
        .returning(MemberReport.audio)
    )
    if audio is not None:
        await forget_sound(connection, audio)


async def unfinished(connection: AsyncConnection, node: str) -> list[Started]:
    """Reports that this node began and that are neither sent nor forgotten."""
    rows = await connection.execute(
        select(MemberReport.id, MemberReport.recording).where(
            MemberReport.node == node, MemberReport.state == ReportState.RECORDING
        )
    )
    return [Started(*row) for row in rows]


async def is_kept(connection: AsyncConnection, report: int) -> bool:
    return await connection.scalar(select(MemberReport.audio).where(MemberReport.id == report)) is not None


async def reports(connection: AsyncConnection, *, judged: bool = False) -> Sequence[Report]:
    """Those that are still to be judged, oldest first; with `judged` all of them."""
    wanted = set(ReportState) - {ReportState.RECORDING} - (set() if judged else {ReportState.JUDGED})
    rows = await connection.execute(
        select(
            MemberReport.id,
            MemberReport.state,
            MemberReport.created_at,
            MemberReport.e164,
            func.coalesce(Member.name, _BEHIND_NUMBER).label("name"),
            Network.slug,
            MemberReport.broadcast_id,
            Audio.seconds,
            MemberReport.claimed_by,
            MemberReport.worth,
            MemberReport.led_to,
        )
        .join(Audio, Audio.sha256 == MemberReport.audio)
        .outerjoin(Member, Member.id == MemberReport.member_id)
        .outerjoin(Network, Network.id == MemberReport.network_id)
        .where(MemberReport.state.in_(wanted))
        .order_by(MemberReport.id)
    )
    return [
        Report(
            id=row.id,
            state=ReportState(row.state),
            at=row.created_at,
            number=row.e164,
            member=row.name,
            network=row.slug,
            broadcast=row.broadcast_id,
            seconds=row.seconds,
            claimed_by=row.claimed_by,
            worth=Worth(row.worth) if row.worth else None,
            led_to=row.led_to,
        )
        for row in rows
    ]


async def sound_of(connection: AsyncConnection, report: int) -> bytes:
    """What was said, as FLAC. Raises NotThatReport."""
    flac = await connection.scalar(
        select(Audio.flac)
        .join(MemberReport, MemberReport.audio == Audio.sha256)
        .where(MemberReport.id == report, MemberReport.state != ReportState.RECORDING)
    )
    if flac is None:
        raise NotThatReport(await why_not(connection, report))
    return flac


async def claim(connection: AsyncConnection, report: int, by: str) -> None:
    """Take it up; exactly one officer can. Raises NotThatReport."""
    claimed = await connection.execute(
        update(MemberReport)
        .where(MemberReport.id == report, MemberReport.state == ReportState.NEW)
        .values(state=ReportState.CLAIMED, claimed_by=by, claimed_at=func.now())
    )
    if not claimed.rowcount:
        raise NotThatReport(await why_not(connection, report))
    await tell(connection, report)


async def judge(connection: AsyncConnection, report: int, worth: Worth, by: str) -> None:
    """Say what it is worth, once; who judges it has claimed it, or does so now. Raises NotThatReport."""
    judged = await connection.execute(
        update(MemberReport)
        .where(
            MemberReport.id == report,
            (MemberReport.state == ReportState.NEW)
            | ((MemberReport.state == ReportState.CLAIMED) & (MemberReport.claimed_by == by)),
        )
        .values(worth=worth, **judged_now(by))
    )
    if not judged.rowcount:
        raise NotThatReport(await why_not(connection, report))
    await tell(connection, report)


async def tell(connection: AsyncConnection, report: int) -> None:
    """Whoever listens on the channel `report` is told its number when it is sent, claimed or judged."""
    await connection.execute(select(func.pg_notify("report", str(report))))


def judged_now(by: str) -> dict[str, object]:
    """What is written of a report that this officer judges."""
    return {
        "state": ReportState.JUDGED,
        "claimed_by": by,
        "claimed_at": func.coalesce(MemberReport.claimed_at, func.now()),
        "judged_by": by,
        "judged_at": func.now(),
    }


async def why_not(connection: AsyncConnection, report: int) -> str:
    """Why somebody cannot have this report."""
    found = (
        await connection.execute(
            select(MemberReport.claimed_by, MemberReport.led_to).where(
                MemberReport.id == report, MemberReport.state != ReportState.RECORDING
            )
        )
    ).one_or_none()
    if found is not None and found.led_to is not None:
        return (
            f"Report {report} led to broadcast {found.led_to} already; see `buurtbel report {found.led_to}`."
        )
    if found is not None and found.claimed_by is not None:
        return f"Report {report} was taken up by {found.claimed_by} already; ask them, or take another one."
    return f"There is no report {report}; `buurtbel report-inbox list` names those there are."
