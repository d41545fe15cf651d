"""An alert is taken back: from then on it is as if it had expired, and its calls in progress are told."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from broadcast.errors import BroadcastOver, UnknownBroadcast
from broadcast.states import AttemptState, BroadcastState
from broadcast.tables import Attempt, Broadcast


async def note_stop(connection: AsyncConnection, broadcast: int, by: str) -> None:
    """Write that it is stopped, once. Raises UnknownBroadcast and BroadcastOver."""
    stopped = await connection.execute(
        update(Broadcast)
        .where(
            Broadcast.id == broadcast,
            Broadcast.state == BroadcastState.RUNNING,
            Broadcast.stopped_at.is_(None),
        )
        .values(stopped_at=func.now(), stopped_by=by, expires_at=func.least(Broadcast.expires_at, func.now()))
    )
    if stopped.rowcount:
        return
    if not await connection.scalar(select(exists().where(Broadcast.id == broadcast))):
        raise UnknownBroadcast(f"There is no broadcast {broadcast}; look up its number and try again.")
    raise BroadcastOver(
        f"Broadcast {broadcast} is over or stopped already; see `buurtbel report {broadcast}`."
    )


async def stopped_calls(connection: AsyncConnection, node: str) -> Collection[UUID]:
    """The calls of this node that are under way for alerts which were stopped."""
    asked = (
        select(Attempt.id)
        .join(Broadcast, Broadcast.id == Attempt.broadcast_id)
        .where(
            Attempt.state == AttemptState.DIALLING, Attempt.node == node, Broadcast.stopped_at.is_not(None)
        )
    )
    return (await connection.scalars(asked)).all()
