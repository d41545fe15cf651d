"""The nodes as people see and steer them: which there are, what they do, and draining one."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import case, func, select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from broadcast.duty_tables import DutyCall
from broadcast.errors import UnknownNode
from broadcast.leave_tables import LeaveCall
from broadcast.states import AttemptState
from broadcast.tables import Attempt, Node


class Standing(StrEnum):
    """What can be expected of a node."""

    SERVING = "serving"
    """Takes calls."""
    DRAINING = "draining"
    """Takes no new calls, and still has some up."""
    DRAINED = "drained"
    """Takes no calls and has none: it can be stopped."""
    AWAY = "away"
    """Not heard of since its lease ended; other nodes do its work."""


@dataclass(frozen=True, slots=True)
class NodeState:
    name: str
    standing: Standing
    calls: int
    """Calls that it placed and whose end is not recorded: attempts, and those of our own."""
    heard_of: datetime


_DIALLED = (
    select(func.count())
    .where(Attempt.node == Node.name, Attempt.state == AttemptState.DIALLING)
    .scalar_subquery()
)
_OF_OUR_OWN = [
    select(func.count()).where(table.node == Node.name, table.ended_at.is_(None)).scalar_subquery()
    for table in (DutyCall, LeaveCall)
]
_CALLS = _DIALLED + _OF_OUR_OWN[0] + _OF_OUR_OWN[1]
_STATES = select(
    Node.name,
    case(
        (Node.leased_until <= func.now(), Standing.AWAY),
        (Node.drained_at.is_(None), Standing.SERVING),
        # Until it has renewed its lease once more it does not know that it is to drain.
        ((Node.renewed_at > Node.drained_at) & (_CALLS == 0), Standing.DRAINED),
        else_=Standing.DRAINING,
    ),
    _CALLS,
    Node.renewed_at,
).order_by(Node.name)


async def nodes(engine: AsyncEngine) -> list[NodeState]:
    """Every node that ever served on this database, by name."""
    async with engine.connect() as connection:
        rows = await connection.execute(_STATES)
        return [NodeState(name, Standing(standing), calls, seen) for name, standing, calls, seen in rows]


async def node_named(engine: AsyncEngine, name: str) -> NodeState:
    """Raises UnknownNode."""
    async with engine.connect() as connection:
        row = (await connection.execute(_STATES.where(Node.name == name))).one_or_none()
    if row is None:
        raise UnknownNode(f"There is no node {name[:100]!r}; `buurtbel node list` shows which there are.")
    return NodeState(row[0], Standing(row[1]), row[2], row[3])


async def drain(engine: AsyncEngine, name: str) -> NodeState:
    """From its next renewal on it takes no new calls, also after a restart. Raises UnknownNode."""
    return await _set(engine, name, func.coalesce(Node.drained_at, func.clock_timestamp()))


async def resume(engine: AsyncEngine, name: str) -> NodeState:
    """It takes calls again. Raises UnknownNode."""
    return await _set(engine, name, None)


async def _set(engine: AsyncEngine, name: str, drained_at: object) -> NodeState:
    async with engine.begin() as connection:
        await connection.execute(update(Node).where(Node.name == name).values(drained_at=drained_at))
    return await node_named(engine, name)
