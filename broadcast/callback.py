"""Who calls our number back: which alerts they can hear again, and what their confirmation leaves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from secrets import randbelow
from uuid import uuid4

from sqlalchemy import CursorResult, Select, exists, func, insert, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from broadcast.states import AttemptState, Outcome, Result
from broadcast.tables import (
    CODE_DIGITS,
    Attempt,
    Audio,
    Broadcast,
    Pass,
    Recipient,
    RecipientNumber,
)
from directory.tables import Member, Membership, Number

KEPT_ALERTS = 5
"""How many alerts back a caller can go."""
CODE_WORKS_FOR = timedelta(days=7)


async def new_code(connection: AsyncConnection) -> str:
    """Of an alert, not to be guessed, and not that of another one for as long as it works."""
    while True:
        code = f"{randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
        if not await connection.scalar(select(_with_code(code).exists())):
            return code


def _with_code(code: str) -> Select[int]:
    return select(Broadcast.id).where(
        Broadcast.code == code, Broadcast.created_at > func.clock_timestamp() - CODE_WORKS_FOR
    )


@dataclass(frozen=True, slots=True)
class PastAlert:
    """An alert as this caller would have heard it."""

    broadcast: int
    audio: str
    """SHA-256 of the pass."""
    seconds: float


@dataclass(frozen=True, slots=True)
class KnownCaller:
    """Whoever is behind a number: one member or several, who joined first first."""

    members: Sequence[int]
    names: Sequence[str]
    language: str
    """Of the first."""


_MEMBERS = select(Member.id, Member.name, Member.language).where(Member.left_on.is_(None)).order_by(Member.id)


async def known_caller(connection: AsyncConnection, number: str) -> KnownCaller | None:
    """The members with this number (E.164) who have not left, if there is one."""
    return _known(
        await connection.execute(
            _MEMBERS.join(Number, Number.member_id == Member.id)
            .where(Number.e164 == number)
            .where(exists().where(Membership.member_id == Member.id))
        )
    )


async def called_member(connection: AsyncConnection, broadcast: int, number: str) -> KnownCaller | None:
    """Those for whom this number is called with this alert, and who have not left."""
    return _known(
        await connection.execute(
            _MEMBERS.join(Recipient, Recipient.member_id == Member.id)
            .join(RecipientNumber, RecipientNumber.recipient_id == Recipient.id)
            .where(RecipientNumber.broadcast_id == broadcast, RecipientNumber.e164 == number)
        )
    )


def _known(found: CursorResult[int, str, str]) -> KnownCaller | None:
    rows = found.all()
    if not rows:
        return None
    return KnownCaller([row.id for row in rows], [row.name for row in rows], rows[0].language)


async def past_alerts(connection: AsyncConnection, caller: KnownCaller) -> list[PastAlert]:
    """The last alerts of their networks, newest first, in their language where it was spoken.

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
        .where(Membership.member_id.in_(caller.members), Broadcast.stopped_at.is_(None))
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


async def alert_with_code(connection: AsyncConnection, code: str, language: str) -> PastAlert | None:
    """The alert that has this code, as somebody hears it whom nobody knows; None when there is none."""
    row = (
        await connection.execute(
            select(Pass.broadcast_id, Pass.audio, Audio.seconds)
            .join(Broadcast, Broadcast.id == Pass.broadcast_id)
            .join(Audio, Audio.sha256 == Pass.audio)
            .where(Broadcast.id.in_(_with_code(code)), Broadcast.stopped_at.is_(None))
            .order_by(Broadcast.created_at.desc(), (Pass.language == language).desc(), Pass.network_id)
            .limit(1)
        )
    ).one_or_none()
    return PastAlert(*row) if row else None


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
