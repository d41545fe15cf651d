"""Calls that belong to no broadcast, to officers and to members who leave: what their tables have in common.

Each is a row before it rings, and its id is the id of the channel: it is placed once. A restart finds what
it was doing, and the calls of a node that died are given up for others to ring.
"""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, String, exists, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import Mapped, mapped_column

from broadcast.tables import Instant, Node

LOST = "lost"
"""Outcome of a call that vanished with a node; it does not count as one."""
LOST_AT_MOST = 3
"""Calls for one purpose that may vanish and be placed again."""
OPEN = text("ended_at IS NULL")


class OwnCall:
    """The columns of such a table; a call without an end is under way."""

    id: Mapped[UUID] = mapped_column(primary_key=True)
    node: Mapped[str] = mapped_column(String(100))
    placed_at: Mapped[datetime] = mapped_column(Instant, server_default=func.clock_timestamp())
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    outcome: Mapped[str | None] = mapped_column(String(20))


async def close(connection: AsyncConnection, table: type[OwnCall], call: UUID, outcome: str) -> None:
    """Write its end, once."""
    await connection.execute(
        update(table)
        .where(table.id == call, table.ended_at.is_(None))
        .values(ended_at=func.clock_timestamp(), outcome=outcome)
    )


async def calls_of_dead_nodes(
    connection: AsyncConnection, table: type[OwnCall], *, sparing: str
) -> set[UUID]:
    """Open calls that nobody leads any more; `sparing` is the node that looks, which knows its own."""
    stray = select(table.id).where(_is_left(table), table.node != sparing)
    return set(await connection.scalars(stray))


async def give_up(connection: AsyncConnection, table: type[OwnCall], calls: Collection[UUID]) -> None:
    """So that others ring; not those of a node that is back."""
    await connection.execute(
        update(table)
        .where(table.id.in_(calls), _is_left(table))
        .values(ended_at=func.clock_timestamp(), outcome=LOST)
    )


def _is_left(table: type[OwnCall]) -> ColumnElement[bool]:
    """It has no end yet, and its node no lease."""
    is_led = exists().where(Node.name == table.node, Node.leased_until > func.clock_timestamp())
    return table.ended_at.is_(None) & ~is_led
