"""Who calls our number back: which alerts they can hear again, and what the key they press leaves."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from secrets import randbelow
from typing import TYPE_CHECKING
from uuid import uuid4

from sqlalchemy import CursorResult, Select, exists, func, insert, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from broadcast.rules.retry import result_of_outcome
from broadcast.states import AttemptState, FollowUpKind, Outcome, Result
from broadcast.tables import (
    CODE_DIGITS,
    Attempt,
    Broadcast,
    Pass,
    Recipient,
    RecipientNumber,
    StoredAudio,
)
from directory.dead_numbers import revive
from directory.tables import Member, Membership, Number

if TYPE_CHECKING:  # it brings phonenumbers, which who sends an alert does not need
    from directory.possible_numbers import PossibleNumbers

KEPT_ALERTS = 5
"""How many alerts back a caller can go."""
CODE_WORKS_FOR = timedelta(days=7)


IS_FOR_EVERYBODY = Broadcast.kind.is_distinct_from(FollowUpKind.ANSWER)
"""It is told to more people than one reporter, of whom nobody may learn."""
_Told = aliased(Broadcast)
"""The one whose code somebody was told."""


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


async def number_meant(connection: AsyncConnection, shown: "PossibleNumbers") -> str | None:
    """The number (E.164) of whoever calls: what a member has goes before what is only likely."""
    if not shown.numbers and not shown.elsewhere:
        return None
    may_be = Number.e164.endswith(shown.ending) if shown.elsewhere else Number.e164.in_(shown.numbers)
    held = await connection.scalars(
        select(Number.e164)
        .join(Member, Member.id == Number.member_id)
        .where(may_be, Member.left_on.is_(None))
        .distinct()
    )
    return shown.meant(held.all())


async def recognise(connection: AsyncConnection, number: str) -> KnownCaller | None:
    """Somebody calls from this number: who it is, and that there is a telephone."""
    known = await known_caller(connection, number)
    if known is not None:
        await revive(connection, [number])
    return known


async def who_calls(
    connection: AsyncConnection, shown: "PossibleNumbers"
) -> tuple[str | None, KnownCaller | None]:
    """The number (E.164) of whoever calls, and who it is, as far as anybody can tell."""
    number = await number_meant(connection, shown)
    return number, await recognise(connection, number) if number is not None else None


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

    One that was taken back is not heard again, and an answer to a reporter by nobody else.
    """
    rows = await connection.execute(
        select(Pass.broadcast_id, Pass.audio, StoredAudio.seconds)
        .join(Broadcast, Broadcast.id == Pass.broadcast_id)
        .join(StoredAudio, StoredAudio.sha256 == Pass.audio)
        .join(Membership, Membership.network_id == Pass.network_id)
        .outerjoin(
            Recipient,
            (Recipient.broadcast_id == Pass.broadcast_id) & (Recipient.member_id == Membership.member_id),
        )
        .where(
            Membership.member_id.in_(caller.members),
            Broadcast.stopped_at.is_(None),
            or_(IS_FOR_EVERYBODY, Recipient.id.is_not(None)),
        )
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
    """The alert that has this code, as somebody hears it whom nobody knows; None when there is none.

    It is the one that is said in its place, if it was replaced.
    """
    row = (
        await connection.execute(
            select(Pass.broadcast_id, Pass.audio, StoredAudio.seconds)
            .join(Broadcast, Broadcast.id == Pass.broadcast_id)
            .join(StoredAudio, StoredAudio.sha256 == Pass.audio)
            .join(_Told, Broadcast.id == func.coalesce(_Told.replaced_by, _Told.id))
            .where(
                _Told.id.in_(_with_code(code)),
                _Told.code_withdrawn_at.is_(None),
                Broadcast.stopped_at.is_(None),
            )
            .order_by(Broadcast.created_at.desc(), (Pass.language == language).desc(), Pass.network_id)
            .limit(1)
        )
    ).one_or_none()
    return PastAlert(*row) if row else None


class Validity(StrEnum):
    """Whether what somebody hears again is still what we say."""

    VALID = "valid"
    TAKEN_BACK = "taken_back"
    REPLACED = "replaced"
    """It was taken back, and another one is said in its place."""


async def validity_of(connection: AsyncConnection, broadcast: int) -> Validity:
    """How it stands with an alert that is being replayed."""
    asked = select(Broadcast.stopped_at.is_not(None), Broadcast.replaced_by.is_not(None))
    is_stopped, is_replaced = (await connection.execute(asked.where(Broadcast.id == broadcast))).one()
    if not is_stopped:
        return Validity.VALID
    return Validity.REPLACED if is_replaced else Validity.TAKEN_BACK


async def note_callback(
    connection: AsyncConnection, broadcast: int, number: str, behind: Collection[int], outcome: Outcome
) -> Sequence[int]:
    """Write a call-back to this number as a call that has ended, and return those for whom it is news.

    They are those of these locked recipients who had got less until then. Without any nothing is written.
    """
    got = result_of_outcome(outcome)
    less = [result for result in Result if result.rank < got.rank]
    had_less = select(Recipient.id).where(Recipient.id.in_(behind), Recipient.result.in_(less))
    news = (await connection.scalars(had_less.order_by(Recipient.id))).all()
    if news:
        await connection.execute(
            insert(Attempt).values(
                id=uuid4(),
                broadcast_id=broadcast,
                recipient_id=news[0],
                e164=number,
                state=AttemptState.DONE,
                due_at=func.now(),
                ended_at=func.now(),
                outcome=outcome,
            )
        )
    return news
