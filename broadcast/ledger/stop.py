"""An alert expires or is taken back, which is as if it had expired; its calls in progress are told."""

from sqlalchemy import CTE, ColumnElement, bindparam, case, exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from broadcast.errors import BroadcastOver, UnknownBroadcast
from broadcast.ledger.locks import ATTEMPTS
from broadcast.listing import networks_of
from broadcast.states import AttemptState, BroadcastState, Outcome
from broadcast.tables import Attempt, Broadcast
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
STOPPED_CALLS = (
    select(Attempt.id)
    .join(Broadcast, Broadcast.id == Attempt.broadcast_id)
    .where(
        Attempt.state == AttemptState.DIALLING,
        Attempt.node == bindparam("by"),
        Broadcast.stopped_at.is_not(None),
    )
)
"""The calls of a node that are under way for alerts which were stopped."""
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
