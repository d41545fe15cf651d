"""An alert goes slower than the trunks allow, as its officer says, or as fast as they allow again."""

from sqlalchemy import update
from sqlalchemy.ext.asyncio import AsyncConnection

from broadcast.errors import BadPace
from broadcast.ledger.pacing import withdraw_jobs
from broadcast.steering.under_way import under_way
from broadcast.tables import Broadcast
from directory.actor import Actor
from directory.acts import Act
from directory.journal.book import note

SLOWEST, FASTEST = 0.01, 1000.0
"""Calls a second."""
MOST_LINES = 10_000


async def set_pace(
    connection: AsyncConnection,
    actor: Actor,
    broadcast: int,
    calls_per_second: float | None,
    lines: int | None,
) -> None:
    """From now on no more of its calls begin in a second or are up than so many, on all nodes together.

    None is as the trunks allow. Calls that are up go on, however many they are. Raises BadPace,
    UnknownBroadcast, BroadcastOver, and NotTheirNetwork when it went to others too.
    """
    check_pace(calls_per_second, lines)
    await under_way(connection, actor, Act.SET_PACE, broadcast)
    limits: dict[str, object] = {"calls_per_second": calls_per_second, "most_lines": lines, "begun": []}
    await connection.execute(update(Broadcast).where(Broadcast.id == broadcast).values(limits))
    await withdraw_jobs(connection, broadcast)
    await note(connection, actor, Act.SET_PACE, broadcast=broadcast)


def check_pace(calls_per_second: float | None, lines: int | None) -> None:
    """Raise BadPace for a pace at which no alert can go."""
    if calls_per_second is not None and not SLOWEST <= calls_per_second <= FASTEST:
        raise BadPace(
            f"An alert begins from {SLOWEST:g} to {FASTEST:g} calls a second; to let none begin, pause it."
        )
    if lines is not None and not 1 <= lines <= MOST_LINES:
        raise BadPace(f"An alert has from 1 to {MOST_LINES} lines; to let none be used, pause it.")
