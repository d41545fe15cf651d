"""Alerts as who works at the screen sees them: those that went to networks of theirs and to no others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from broadcast.listing import Listed, broadcasts, networks_of
from broadcast.results.results import Progress, progress
from broadcast.results.thread import InThread, thread_of
from broadcast.tables import BroadcastText, Pass
from directory.actor import Actor
from directory.acts import Act
from directory.tables import Network

MOST = 50


@dataclass(frozen=True, slots=True)
class SeenAlert:
    """One alert with what belongs to it."""

    progress: Progress
    networks: Sequence[str]
    """Names of all that it went to."""
    texts: Mapping[str, str]
    """By language, as they were written; none for a recording."""
    thread: Sequence[InThread]
    """What it follows, itself, and what follows it, oldest first."""


async def alert_for(connection: AsyncConnection, actor: Actor, broadcast: int) -> SeenAlert:
    """Raises UnknownBroadcast, NotInRole and NotTheirNetwork."""
    actor.require(Act.FOLLOW)
    seen = await progress(connection, broadcast)
    actor.require(Act.FOLLOW, await networks_of(connection, broadcast))
    went_to = exists().where(Pass.network_id == Network.id, Pass.broadcast_id == broadcast)
    names = (await connection.scalars(select(Network.name).where(went_to).order_by(Network.name))).all()
    texts = await connection.execute(
        select(BroadcastText.language, BroadcastText.text)
        .where(BroadcastText.broadcast_id == broadcast)
        .order_by(BroadcastText.position)
    )
    return SeenAlert(
        seen,
        names,
        {language: text for language, text in texts},  # noqa: C416 - rows are no pairs to dict()
        await thread_of(connection, broadcast),
    )


async def alerts_for(connection: AsyncConnection, actor: Actor, *, newest: int = MOST) -> Sequence[Listed]:
    """The newest so many of theirs, newest first."""
    actor.require(Act.FOLLOW)
    return await broadcasts(connection, newest=newest, networks=actor.networks)
