"""How many lines an urgent alert could use now."""

from math import ceil

from sqlalchemy import func, literal_column, select
from sqlalchemy.ext.asyncio import AsyncEngine

from broadcast.engine.nodes import HOW_MANY_SERVE
from broadcast.ledger.open_calls import IS_ITS_TURN
from broadcast.ledger.steered import is_steered
from broadcast.tables import Attempt, Broadcast, Node

# States as literals: PostgreSQL must know them when it plans, or it uses no index on part of a table.
_DUE = (
    select(Attempt.id)
    .join(Broadcast, Broadcast.id == Attempt.broadcast_id)
    .where(
        Attempt.state == literal_column("'queued'"),
        Attempt.due_at <= func.clock_timestamp(),
        Broadcast.state == literal_column("'running'"),
        Broadcast.urgent,
        ~is_steered(),
        IS_ITS_TURN,
    )
)
_NODES = HOW_MANY_SERVE.where(Node.trunk_fault.is_(None))


async def urgent_calls_due(engine: AsyncEngine, at_most: int) -> int:
    """One node's part of the calls of urgent alerts that wait for nothing but a line, up to `at_most`."""
    async with engine.connect() as connection:
        nodes = max(1, await connection.scalar(_NODES) or 0)
        counted = select(func.count()).select_from(_DUE.limit(at_most * nodes).subquery())
        return ceil((await connection.scalar(counted) or 0) / nodes)
