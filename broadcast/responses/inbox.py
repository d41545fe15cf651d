"""What members report by phone: kept before they are thanked, then claimed and judged by officers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import delete, func, insert, literal, select, update
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from broadcast.audio.kept_sounds import forget_sound, keep_sound
from broadcast.errors import NotThatReport, ReportTaken, ReportUsed, UnknownReport
from broadcast.ledger.callback import IS_FOR_EVERYBODY
from broadcast.responses.report_limits import lock_and_check_limit
from broadcast.rules.floods import reporter_of
from broadcast.service_calls.duty_policy import SHIPPED, DutyPolicy
from broadcast.states import ReportState, Worth
from broadcast.tables import Broadcast, MemberReport, Pass, StoredAudio
from directory.actor import Actor
from directory.acts import Act
from directory.journal.book import note
from directory.tables import Member, Membership, Network, Number

if TYPE_CHECKING:
    from prompts import audio as sound

ANSWERS_WITHIN = timedelta(hours=12)
"""What a member reports so soon after an alert is taken for an answer to it."""


@dataclass(frozen=True, slots=True)
class OpenedReport:
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
    answered_with: int | None
    """The broadcast in which its reporter was told."""
    only_tone: bool
    """Nobody speaks in it: it is a busy tone or the like."""
    beyond_limit: bool
    """It came after too many others that wait, and rings nobody."""
    channel: str | None
    """Of the call in which it was told, as logs name it."""


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
    is_vouched: bool = False,
    channel: str | None = None,
) -> OpenedReport:
    """Write down that one of these members, or nobody known, is going to speak on this channel.

    Without `broadcast` their newest alert is meant. `is_vouched`: the number is not only what they say.
    """
    their_networks = select(Membership.network_id).where(Membership.member_id.in_(members))
    newest = (
        select(Pass.broadcast_id)
        .join(Broadcast, Broadcast.id == Pass.broadcast_id)
        .where(
            Pass.network_id.in_(their_networks),
            Broadcast.created_at > func.now() - ANSWERS_WITHIN,
            IS_FOR_EVERYBODY,
        )
        .order_by(Broadcast.created_at.desc())
        .limit(1)
    )
    answers = literal(broadcast) if broadcast is not None else newest.scalar_subquery()
    id_ = await connection.scalar(
        insert(MemberReport)
        .values(
            recording=recording,
            node=node,
            channel=channel,
            e164=number,
            reporter=reporter_of(number, is_member=bool(members), is_vouched=is_vouched),
            member_id=members[0] if len(members) == 1 else None,
            network_id=their_networks.order_by(Membership.network_id).limit(1).scalar_subquery(),
            broadcast_id=answers,
        )
        .returning(MemberReport.id)
    )
    assert id_ is not None
    return OpenedReport(id_, recording)


async def keep(
    connection: AsyncConnection, report: int, said: "sound.Audio", *, only_tone: bool = False
) -> str:
    """Store what was said; returns the name of the sound. It is not yet on the officers' list."""
    name = await keep_sound(connection, said)
    kept = {"audio": name, "only_tone": only_tone, "kept_at": func.now()}
    await connection.execute(update(MemberReport).where(MemberReport.id == report).values(kept))
    return name


async def send(connection: AsyncConnection, report: int, policy: DutyPolicy = SHIPPED) -> None:
    """Put a kept report on the officers' list, and say for good whether it may ring those on duty."""
    is_beyond = await lock_and_check_limit(connection, report, policy)
    await connection.execute(
        update(MemberReport)
        .where(
            MemberReport.id == report,
            MemberReport.state == ReportState.RECORDING,
            MemberReport.audio.is_not(None),
        )
        .values(state=ReportState.NEW, beyond_limit=is_beyond)
    )


async def discard(connection: AsyncConnection, report: int) -> None:
    """Forget a report that was not sent: nothing was said, or it is spoken again."""
    audio = await connection.scalar(
        delete(MemberReport)
        .where(MemberReport.id == report, MemberReport.state == ReportState.RECORDING)
        .returning(MemberReport.audio)
    )
    if audio is not None:
        await forget_sound(connection, audio)


async def unfinished(connection: AsyncConnection, node: str) -> list[OpenedReport]:
    """Reports that this node began and that are neither sent nor forgotten."""
    rows = await connection.execute(
        select(MemberReport.id, MemberReport.recording).where(
            MemberReport.node == node, MemberReport.state == ReportState.RECORDING
        )
    )
    return [OpenedReport(*row) for row in rows]


async def is_kept(connection: AsyncConnection, report: int) -> bool:
    return await connection.scalar(select(MemberReport.audio).where(MemberReport.id == report)) is not None


async def reports(connection: AsyncConnection, *, judged: bool = False) -> Sequence[Report]:
    """Those that are still to be judged, oldest first; with `judged` all of them."""
    wanted = set(ReportState) - {ReportState.RECORDING} - (set() if judged else {ReportState.JUDGED})
    rows = await connection.execute(
        select(
            MemberReport.id,
            MemberReport.state,
            MemberReport.created_at.label("at"),
            MemberReport.e164.label("number"),
            func.coalesce(Member.name, _BEHIND_NUMBER).label("member"),
            Network.slug.label("network"),
            MemberReport.broadcast_id.label("broadcast"),
            StoredAudio.seconds,
            MemberReport.claimed_by,
            MemberReport.worth,
            MemberReport.led_to,
            MemberReport.answered_with,
            MemberReport.only_tone,
            MemberReport.beyond_limit,
            MemberReport.channel,
        )
        .join(StoredAudio, StoredAudio.sha256 == MemberReport.audio)
        .outerjoin(Member, Member.id == MemberReport.member_id)
        .outerjoin(Network, Network.id == MemberReport.network_id)
        .where(MemberReport.state.in_(wanted))
        .order_by(MemberReport.id)
    )
    return [
        Report(
            **{
                **one,
                "state": ReportState(one["state"]),
                "worth": Worth(one["worth"]) if one["worth"] in set(Worth) else None,
            }
        )
        for one in rows.mappings()
    ]


async def sound_of(connection: AsyncConnection, report: int) -> bytes:
    """What was said, as FLAC. Raises NotThatReport."""
    flac = await connection.scalar(
        select(StoredAudio.flac)
        .join(MemberReport, MemberReport.audio == StoredAudio.sha256)
        .where(MemberReport.id == report, MemberReport.state != ReportState.RECORDING)
    )
    if flac is None:
        raise await why_not(connection, report)
    return flac


async def claim(connection: AsyncConnection, actor: Actor, report: int) -> None:
    """Take it up; exactly one officer can. Raises NotThatReport and NotInRole."""
    actor.require(Act.CLAIM)
    claimed = await connection.execute(
        update(MemberReport)
        .where(MemberReport.id == report, MemberReport.state == ReportState.NEW)
        .values(state=ReportState.CLAIMED, claimed_by=actor.name, claimed_at=func.now())
    )
    if not claimed.rowcount:
        raise await why_not(connection, report)
    await note(connection, actor, Act.CLAIM, report=report)


async def judge(connection: AsyncConnection, actor: Actor, report: int, worth: Worth) -> None:
    """Say what it is worth, once; who judges it has claimed it, or does so now.

    Raises NotThatReport and NotInRole.
    """
    actor.require(Act.JUDGE)
    judged = await connection.execute(
        update(MemberReport)
        .where(
            MemberReport.id == report,
            (MemberReport.state == ReportState.NEW)
            | ((MemberReport.state == ReportState.CLAIMED) & (MemberReport.claimed_by == actor.name)),
        )
        .values(worth=worth, **judged_now(actor))
    )
    if not judged.rowcount:
        raise await why_not(connection, report)
    await note(connection, actor, Act.JUDGE, report=report)


def judged_now(actor: Actor) -> dict[str, object]:
    """What is written of a report that they judge."""
    return {
        "state": ReportState.JUDGED,
        "claimed_by": actor.name,
        "claimed_at": func.coalesce(MemberReport.claimed_at, func.now()),
        "judged_by": actor.name,
        "judged_at": func.now(),
    }


async def why_not(connection: AsyncConnection, report: int) -> NotThatReport:
    """Why somebody cannot have this report."""
    found = (
        await connection.execute(
            select(MemberReport.claimed_by, MemberReport.led_to).where(
                MemberReport.id == report, MemberReport.state != ReportState.RECORDING
            )
        )
    ).one_or_none()
    if found is not None and found.led_to is not None:
        return ReportUsed(report=report, broadcast=found.led_to)
    if found is not None and found.claimed_by is not None:
        return ReportTaken(report=report, name=found.claimed_by)
    return UnknownReport(report=report)
