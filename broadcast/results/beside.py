"""What else runs while an alert goes out: which alerts ring the same people, and how much is before it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, exists, func, literal, literal_column, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from broadcast.engine.nodes import HOW_MANY_SERVE
from broadcast.states import BroadcastState
from broadcast.tables import Broadcast, Enlistment, Pass, Recipient

_WAIT = (
    select(func.count())
    .where(Recipient.broadcast_id == Broadcast.id, Recipient.state == literal_column("'waiting'"))
    .correlate(Broadcast)
    .scalar_subquery()
)
_UNWRITTEN = (
    select(Enlistment.unwritten)
    .where(Enlistment.broadcast_id == Broadcast.id)
    .correlate(Broadcast)
    .scalar_subquery()
)
_TO_GO = _WAIT + func.coalesce(_UNWRITTEN, 0)


@dataclass(frozen=True, slots=True)
class Beside:
    """Another alert that runs for a network of this one."""

    broadcast: int
    by: str
    urgent: bool
    started_at: datetime
    to_go: int
    """Its recipients without a final result."""
    goes_first: bool
    """At a telephone that is due for both: it is the more urgent one, or as urgent and older."""


@dataclass(frozen=True, slots=True)
class Outlook:
    """What an alert that begins has beside it and before it."""

    beside: Sequence[Beside]
    before: int
    """People of alerts that go first, for these networks or others, who are still to be called."""
    nodes: int
    """How many take calls now."""


async def outlook(
    connection: AsyncConnection, networks: Collection[int], *, urgent: bool, without: int = 0
) -> Outlook:
    """For an alert to these networks; `without` is its own number once it has begun."""
    rows = await connection.execute(
        select(
            Broadcast.id,
            Broadcast.started_by,
            Broadcast.urgent,
            Broadcast.created_at,
            _TO_GO,
            _goes_before(urgent),
        )
        .where(*_running(), Broadcast.id != without, _goes_to(networks))
        .order_by(Broadcast.id)
    )
    return Outlook(
        beside=[Beside(*row) for row in rows],
        before=await called_before(connection, urgent=urgent, without=without),
        nodes=await connection.scalar(HOW_MANY_SERVE) or 0,
    )


async def running_beside(connection: AsyncConnection, broadcast: int) -> Sequence[int]:
    """The other alerts that run for a network of this one."""
    networks = select(Pass.network_id).where(Pass.broadcast_id == broadcast)
    found = select(Broadcast.id).where(*_running(), Broadcast.id != broadcast, _goes_to(networks))
    return (await connection.scalars(found.order_by(Broadcast.id))).all()


async def called_before(connection: AsyncConnection, *, urgent: bool, without: int = 0) -> int:
    """How many people are still to be called for alerts that go before one that begins now."""
    to_go = select(func.sum(_TO_GO)).where(*_running(), Broadcast.id != without, _goes_before(urgent))
    return int(await connection.scalar(to_go) or 0)


def _running() -> tuple[ColumnElement[bool], ...]:
    return (Broadcast.state == BroadcastState.RUNNING, Broadcast.expires_at > func.clock_timestamp())


def _goes_to(networks: Collection[int] | Select[int]) -> ColumnElement[bool]:
    """Some of these networks."""
    return exists().where(Pass.broadcast_id == Broadcast.id, Pass.network_id.in_(networks))


def _goes_before(urgent: bool) -> ColumnElement[bool]:
    return or_(Broadcast.urgent, literal(not urgent))
