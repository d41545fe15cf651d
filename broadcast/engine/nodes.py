"""The nodes as people see and steer them: lists them with their state, and drains one."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, case, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from broadcast.errors import UnknownNode
from broadcast.own_tables import OWN_TABLES
from broadcast.states import AttemptState
from broadcast.tables import Attempt, Node
from directory.actor import Actor
from directory.acts import Act
from directory.journal.book import note

HOW_MANY_SERVE = select(func.count()).where(
    Node.leased_until > func.clock_timestamp(), Node.drained_at.is_(None)
)
"""How many nodes take calls now."""


class NodeStatus(StrEnum):
    """The status of a node."""

    SERVING = "serving"
    """It takes calls."""
    DRAINING = "draining"
    """It takes no new calls, and some of its calls are up."""
    DRAINED = "drained"
    """It takes no calls and has none: it can be stopped."""
    AWAY = "away"
    """Nobody has heard of it since its lease ended; other nodes do its work."""


@dataclass(frozen=True, slots=True)
class NodeState:
    name: str
    standing: NodeStatus
    calls: int
    """Calls that it placed and whose end is not recorded: attempts, and those of our own."""
    heard_of: datetime
    trunk_fault: str | None = None
    """The sentence that says why its trunk takes no calls; None while it takes them."""
    trunk_fault_since: datetime | None = None
    callers: int = 0
    """How many lines callers hold."""
    lines: int = 0
    """How many lines the node has."""


_DIALLED = (
    select(func.count())
    .where(Attempt.node == Node.name, Attempt.state == AttemptState.DIALLING)
    .scalar_subquery()
)
_OF_OUR_OWN = [
    select(func.count()).where(table.node == Node.name, table.ended_at.is_(None)).scalar_subquery()
    for table in OWN_TABLES
]
_CALLS = sum(_OF_OUR_OWN, _DIALLED)
_STATES = select(
    Node.name,
    case(
        (Node.leased_until <= func.now(), NodeStatus.AWAY),
        (Node.drained_at.is_(None), NodeStatus.SERVING),
        # Until it has renewed its lease once more it does not know that it is to drain.
        ((Node.renewed_at > Node.drained_at) & (_CALLS == 0), NodeStatus.DRAINED),
        else_=NodeStatus.DRAINING,
    ),
    _CALLS,
    Node.renewed_at,
    Node.trunk_fault,
    Node.trunk_fault_since,
    Node.callers,
    Node.lines,
).order_by(Node.name)
_SERVING = (Node.leased_until > func.clock_timestamp(), Node.drained_at.is_(None))
TRUNK_FAULT = (
    select(func.min(Node.trunk_fault))
    .where(*_SERVING)
    .having(func.count() == func.count(Node.trunk_fault))
    .scalar_subquery()
)
"""Why no call goes out now: the trunk of every node that serves is at fault. NULL when one is not."""
CALLERS, LINES = (
    select(func.coalesce(func.sum(column), 0)).where(*_SERVING).scalar_subquery()
    for column in (Node.callers, Node.lines)
)
"""How many lines callers hold on the nodes that serve, and how many these have."""


async def nodes(engine: AsyncEngine) -> list[NodeState]:
    """Every node that ever served on this database, by name."""
    async with engine.connect() as connection:
        rows = await connection.execute(_STATES)
        return [_state(row) for row in rows]


async def node_named(engine: AsyncEngine, name: str) -> NodeState:
    """The node of this name. Raises UnknownNode."""
    _check_can_be_kept(name)
    async with engine.connect() as connection:
        row = (await connection.execute(_STATES.where(Node.name == name))).one_or_none()
    if row is None:
        raise _unknown(name)
    return _state(row)


async def trunk_fault(connection: AsyncConnection) -> str | None:
    """Why no call goes out now, as one sentence, if that is the trunk's fault."""
    says: str | None = await connection.scalar(select(TRUNK_FAULT))
    return says


async def tell_trunk_fault(engine: AsyncEngine, node: str, says: str | None) -> None:
    """Write that this node's trunk takes no calls and why, or that it does."""
    since = func.coalesce(Node.trunk_fault_since, func.clock_timestamp()) if says else None
    async with engine.begin() as connection:
        await connection.execute(
            update(Node).where(Node.name == node).values(trunk_fault=says, trunk_fault_since=since)
        )


async def lines_held(connection: AsyncConnection) -> tuple[int, int]:
    """How many lines callers hold, and how many lines there are."""
    callers, lines = (await connection.execute(select(CALLERS, LINES))).one()
    return int(callers), int(lines)


async def tell_callers(engine: AsyncEngine, node: str, callers: int, lines: int) -> None:
    """Write how many of this node's lines callers hold."""
    async with engine.begin() as connection:
        await connection.execute(update(Node).where(Node.name == node).values(callers=callers, lines=lines))


async def drain(engine: AsyncEngine, actor: Actor, name: str) -> NodeState:
    """Let this node take no new calls from its next renewal on, also after a restart.

    Raises UnknownNode and NotInRole.
    """
    drained_at = func.coalesce(Node.drained_at, func.clock_timestamp())
    return await _set(engine, actor, Act.DRAIN_NODE, name, drained_at)


async def resume(engine: AsyncEngine, actor: Actor, name: str) -> NodeState:
    """Let this node take calls again. Raises UnknownNode and NotInRole."""
    return await _set(engine, actor, Act.RESUME_NODE, name, None)


async def _set(engine: AsyncEngine, actor: Actor, act: Act, name: str, drained_at: object) -> NodeState:
    actor.require(act, None)
    _check_can_be_kept(name)
    async with engine.begin() as connection:
        setting = update(Node).where(Node.name == name).values(drained_at=drained_at)
        if node := await connection.scalar(setting.returning(Node.installation)):
            await note(connection, actor, act, node=node)
    return await node_named(engine, name)


def _state(row: Row[*tuple[Any, ...]]) -> NodeState:
    name, standing, *told = row
    return NodeState(name, NodeStatus(standing), *told)


def _check_can_be_kept(name: str) -> None:
    """Raise UnknownNode for a name that no database takes: a person can type bytes that are no text."""
    if "\0" in name or any("\ud800" <= sign <= "\udfff" for sign in name):
        raise _unknown(name)


def _unknown(name: str) -> UnknownNode:
    return UnknownNode(node=name[:100])
