"""Who calls our number back: which alerts they can hear again, and what their confirmation leaves."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import uuid4

from sqlalchemy import exists, func, insert, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from broadcast.states import AttemptState, Outcome, Result
from broadcast.tables import Attempt, Audio, Broadcast, Pass, Recipient
from directory.tables import Member, Membership, Number

KEPT_ALERTS = 5
"""How many alerts back a caller can go."""


@dataclass(frozen=True, slots=True)
class PastAlert:
    """An alert as this caller would have heard it."""

    broadcast: int
    audio: str
    """SHA-256 of the pass."""
    seconds: float


@dataclass(frozen=True, slots=True)
class KnownCaller:
    """Whoever is behind a number; when they are several, the one who is a member longest."""

    member: int
    language: str


async def known_caller(connection: AsyncConnection, number: str) -> KnownCaller | None:
    """The member with this number (E.164) who has not left a network, if there is one."""
    row = (
        await connection.execute(
            select(Member.id, Member.language)
            .join(Number, Number.member_id == Member.id)
            .where(Number.e164 == number, Member.left_on.is_(None))
            .where(exists().where(Membership.member_id == Member.id))
            .order_by(Member.id)
            .limit(1)
        )
    ).one_or_none()
    return KnownCaller(*row) if row else None


async def past_alerts(connection: AsyncConnection, caller: KnownCaller) -> list[PastAlert]:
    """The last alerts of the caller's networks, newest first, in their language where it was spoken.

    One that was taken back is not heard again.
    """
    rows = await connection.execute(
        select(Pass.broadcast_id, Pass.audio, Audio.seconds)
        .join(Broadcast, Broadcast.id == Pass.broadcast_id)
        .join(Audio, Audio.sha256 == Pass.audio)
        .join(Membership, Membership.network_id == Pass.network_id)
        .outerjoin(
            Recipient,
            (Recipient.broadcast_id == Pass.broadcast_id) & (Recipient.member_id == Membership.member_id),
        )
        .where(Membership.member_id == caller.member, Broadcast.stopped_at.is_(None))
        .ext(distinct_on(Broadcast.created_at, Pass.broadcast_id))
        .order_by(
            Broadcast.created_at.desc(),
            Pass.broadcast_id.desc(),
            (Pass.language == caller.language).desc(),
            (func.coalesce(Recipient.network_id, 0) == Pass.network_id).desc(),
        )
        .limit(KEPT_ALERTS)
    )
    return [PastAlert(*row) for row in rows]


async def note_callback(
    connection: AsyncConnection, broadcast: int, number: str, behind: Sequence[int]
) -> bool:
    """Write that these locked recipients confirmed, as a call that has ended, unless all had confirmed."""
    not_confirmed = exists().where(Recipient.id.in_(behind), Recipient.result != Result.CONFIRMED)
    if not behind or not await connection.scalar(select(not_confirmed)):
        return False
    await connection.execute(
        insert(Attempt).values(
            id=uuid4(),
            broadcast_id=broadcast,
            recipient_id=behind[0],
            e164=number,
            state=AttemptState.DONE,
            due_at=func.now(),
            ended_at=func.now(),
            outcome=Outcome.CONFIRMED_BY_CALLBACK,
        )
    )
    return True
