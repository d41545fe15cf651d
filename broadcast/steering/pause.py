"""An alert is paused, and goes on again: nothing new is dialled for it, while calls that are up go on."""

from sqlalchemy import func, update
from sqlalchemy.ext.asyncio import AsyncConnection

from broadcast.errors import AlreadyPaused, NotPaused
from broadcast.ledger.pacing import withdraw_jobs
from broadcast.steering.under_way import under_way
from broadcast.tables import Broadcast
from directory.actor import Actor
from directory.acts import Act
from directory.journal.book import note


async def pause(connection: AsyncConnection, actor: Actor, broadcast: int) -> None:
    """Let nothing new be dialled for this alert, on any node. What rings or speaks goes on.

    It expires as it would have.
    Raises UnknownBroadcast, BroadcastOver, AlreadyPaused, and NotTheirNetwork when it went to others too.
    """
    alert = await under_way(connection, actor, Act.PAUSE, broadcast)
    if alert.paused_at is not None:
        raise AlreadyPaused(broadcast=broadcast, name=alert.paused_by)
    paused = {"paused_at": func.clock_timestamp(), "paused_by": actor.name}
    await connection.execute(update(Broadcast).where(Broadcast.id == broadcast).values(paused))
    await withdraw_jobs(connection, broadcast)
    await note(connection, actor, Act.PAUSE, broadcast=broadcast)


async def resume(connection: AsyncConnection, actor: Actor, broadcast: int) -> None:
    """Let it go on where it was: the nodes give its calls their jobs again within a second.

    Raises UnknownBroadcast, BroadcastOver, NotPaused, and NotTheirNetwork when it went to others too.
    """
    alert = await under_way(connection, actor, Act.RESUME, broadcast)
    if alert.paused_at is None:
        raise NotPaused(broadcast=broadcast)
    goes_on = {"paused_at": None, "paused_by": None}
    await connection.execute(update(Broadcast).where(Broadcast.id == broadcast).values(goes_on))
    await note(connection, actor, Act.RESUME, broadcast=broadcast)
