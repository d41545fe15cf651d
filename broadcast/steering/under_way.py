"""The alert that somebody would steer, held until that is done."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from broadcast.errors import BroadcastOver, UnknownBroadcast
from broadcast.listing import networks_of
from broadcast.states import BroadcastState
from broadcast.tables import Broadcast
from directory.actor import Actor
from directory.acts import Act


@dataclass(frozen=True, slots=True)
class UnderWay:
    """An alert that is neither over nor stopped nor expired."""

    urgent: bool
    paused_at: datetime | None
    paused_by: str | None
    expires_at: datetime


async def under_way(connection: AsyncConnection, actor: Actor, act: Act, broadcast: int) -> UnderWay:
    """The alert, if this actor may do this with it; nobody else steers it until the transaction ends.

    Raises UnknownBroadcast, BroadcastOver, NotInRole, and NotTheirNetwork when it went to others too.
    """
    actor.require(act, await networks_of(connection, broadcast))
    asked = select(
        Broadcast.urgent,
        Broadcast.paused_at,
        Broadcast.paused_by,
        Broadcast.expires_at,
        (Broadcast.state == BroadcastState.RUNNING) & (Broadcast.expires_at > func.clock_timestamp()),
    ).where(Broadcast.id == broadcast)
    # Not the stronger lock: who writes an attempt of it waits for nobody here.
    row = (await connection.execute(asked.with_for_update(key_share=True))).one_or_none()
    if row is None:
        raise UnknownBroadcast(broadcast=broadcast)
    urgent, paused_at, paused_by, expires_at, is_under_way = row
    if not is_under_way:
        raise BroadcastOver(broadcast=broadcast)
    return UnderWay(urgent, paused_at, paused_by, expires_at)
