"""An alert expires or is taken back, which is as if it had expired; its calls in progress are told."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import CTE, ColumnElement, Row, bindparam, case, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from broadcast.errors import BroadcastOver, UnknownBroadcast
from broadcast.ledger.locks import ATTEMPTS, RECIPIENTS
from broadcast.ledger.taking import seconds_until
from broadcast.listing import networks_of
from broadcast.rules.follow_ups import rings_on
from broadcast.states import AttemptState, BroadcastState, FollowUpKind, Outcome, Whom
from broadcast.tables import Attempt, Broadcast, Pass, Recipient, StoredAudio
from directory.actor import Actor
from directory.acts import Act
from directory.journal.book import note

EXPIRED = select(Attempt.id).where(
    Attempt.broadcast_id == Broadcast.id,
    Attempt.state == AttemptState.QUEUED,
    Broadcast.state == BroadcastState.RUNNING,
    Broadcast.expires_at <= func.clock_timestamp(),
)
"""Attempts that still wait although their broadcast has expired or was stopped."""
_IS_STOPPED = exists().where(Broadcast.id == Attempt.broadcast_id, Broadcast.stopped_at.is_not(None))


def in_order(which: ColumnElement[bool]) -> CTE:
    """Those of these attempts that are queued, locked in the one order in which everybody locks several."""
    queued = select(Attempt.id).where(which, Attempt.state == AttemptState.QUEUED)
    return queued.order_by(Attempt.e164, Attempt.id).with_for_update().cte("queued")


_expired = in_order(Attempt.id == ATTEMPTS)
EXPIRE = (
    update(Attempt)
    .where(Attempt.id == _expired.c.id)
    .values(
        state=AttemptState.DONE,
        outcome=case((_IS_STOPPED, Outcome.CANCELLED), else_=Outcome.EXPIRED),
        ended_at=func.now(),
    )
    .returning(Attempt.id)
)
"""Closes those of these attempts that still wait."""


_cancelled = in_order(Attempt.recipient_id == RECIPIENTS)
CANCEL = (
    update(Attempt)
    .where(Attempt.id == _cancelled.c.id)
    .values(state=AttemptState.DONE, outcome=Outcome.CANCELLED, ended_at=func.now())
    .returning(Attempt.id)
)
"""Takes back those of these recipients that still wait."""


async def note_stop(connection: AsyncConnection, actor: Actor, broadcast: int) -> None:
    """Write that it is stopped, once.

    Raises UnknownBroadcast, BroadcastOver, and NotTheirNetwork when it went to others too.
    """
    actor.require(Act.STOP, await networks_of(connection, broadcast))
    stopped = await connection.execute(
        update(Broadcast)
        .where(
            Broadcast.id == broadcast,
            Broadcast.state == BroadcastState.RUNNING,
            Broadcast.stopped_at.is_(None),
        )
        .values(
            stopped_at=func.now(),
            stopped_by=actor.name,
            expires_at=func.least(Broadcast.expires_at, func.now()),
        )
    )
    if stopped.rowcount:
        await note(connection, actor, Act.STOP, broadcast=broadcast)
        return
    if not await connection.scalar(select(exists().where(Broadcast.id == broadcast))):
        raise UnknownBroadcast(broadcast=broadcast)
    raise BroadcastOver(broadcast=broadcast)


@dataclass(frozen=True, slots=True)
class SaidInstead:
    """The text of the broadcast that replaced one, as one person hears it."""

    broadcast: int
    audio: str
    """SHA-256 of the pass."""
    sound_seconds: float
    expires_at: float
    """By `time.monotonic`."""
    rings_on: bool
    """A telephone that still rings for the first is to speak it too."""


@dataclass(frozen=True, slots=True)
class StoppedCall:
    """A call that is under way for an alert that was stopped, and what it is to say now, if anything."""

    attempt: UUID
    instead: SaidInstead | None


_Instead = aliased(Broadcast)
STOPPED_CALLS = (
    select(
        Attempt.id,
        _Instead.id,
        Pass.audio,
        StoredAudio.seconds,
        seconds_until(_Instead.expires_at),
        _Instead.kind,
        _Instead.whom,
    )
    .join(Broadcast, Broadcast.id == Attempt.broadcast_id)
    .join(Recipient, Recipient.id == Attempt.recipient_id)
    .outerjoin(
        _Instead,
        (_Instead.id == Broadcast.replaced_by)
        & _Instead.stopped_at.is_(None)
        & (_Instead.expires_at > func.clock_timestamp()),
    )
    .outerjoin(
        Pass,
        (Pass.broadcast_id == _Instead.id)
        & (Pass.network_id == Recipient.network_id)
        & (Pass.language == Recipient.language),
    )
    .outerjoin(StoredAudio, StoredAudio.sha256 == Pass.audio)
    .where(
        Attempt.state == AttemptState.DIALLING,
        Attempt.node == bindparam("by"),
        Broadcast.stopped_at.is_not(None),
    )
)
"""The calls of a node that are under way for alerts which were stopped, as `stopped_call` reads them."""


def stopped_call(
    row: Row[UUID, int, str, float, float, FollowUpKind | None, Whom | None], *, asked_at: float
) -> StoppedCall:
    """One of these calls, asked for at this moment of `time.monotonic`."""
    attempt, broadcast, audio, seconds, left, kind, whom = row
    if audio is None or kind is None or whom is None:
        return StoppedCall(attempt, None)
    on = rings_on(FollowUpKind(kind), Whom(whom))
    return StoppedCall(attempt, SaidInstead(broadcast, audio, seconds, asked_at + left, rings_on=on))
