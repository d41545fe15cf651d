"""Calls that belong to no broadcast: to officers, to members who leave, and tests. What their kinds share.

Each is a row before it rings, and its id is the id of the channel: it is placed once. A restart finds what
it was doing, and the calls of a node that died are given up for others to ring.
"""

from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID, uuid4

from sqlalchemy import ColumnElement, Row, Select, String, bindparam, exists, func, or_, select, true, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import InstrumentedAttribute

from broadcast.ledger.open_calls import occupy, release_call
from broadcast.own_call import LOST, OwnCall
from broadcast.rules.own_calls import Placed
from broadcast.tables import Node

K = TypeVar("K")
LIMIT = 300.0
"""Seconds after the answer in which such a call ends, whatever is being said;"""
LONGEST = LIMIT + 20.0
"""and after its ringing in which the PBX has ended it, whatever becomes of us."""


@dataclass(frozen=True, slots=True)
class Ending:
    """What a call came to, with what else its row tells of it."""

    outcome: str
    found: Mapping[str, Any] = field(default_factory=dict)


class Written(Protocol):
    """A call that is written down."""

    @property
    def id(self) -> UUID: ...


W = TypeVar("W", bound=Written)


async def write_ahead(
    connection: AsyncConnection, table: type[OwnCall], number: str, *, ring: float, **values: Any
) -> UUID | None:
    """A new call to this number, which rings for so long, to be placed once this is committed.

    None when its number is in another call, or when another node writes down the same call.
    """
    call = uuid4()
    if not await occupy(connection, number, call, seconds=ring + LONGEST):
        return None
    written = insert(table).values(id=call, **values).on_conflict_do_nothing().returning(table.id)
    if await connection.scalar(written) is None:
        await release_call(connection, call)
        return None
    return call


async def under_way(
    connection: AsyncConnection, table: type[OwnCall], calls: Select[*tuple[Any, ...]], node: str
) -> Sequence[Row[*tuple[Any, ...]]]:
    """Those of these calls that this node has placed, or was about to, and that have no end yet."""
    return (await connection.execute(calls.where(table.node == node, table.ended_at.is_(None)))).all()


async def placed(
    connection: AsyncConnection,
    table: type[OwnCall],
    purpose: InstrumentedAttribute[K],
    of: Collection[K],
    *,
    to: InstrumentedAttribute[int] | None = None,
) -> Mapping[K, Sequence[Placed]]:
    """All calls for these purposes until now, by purpose; `to` says whom they were to."""
    columns: list[Any] = [purpose, table.outcome, table.ended_at, *([] if to is None else [to])]
    found: defaultdict[K, list[Placed]] = defaultdict(list)
    for key, *call in await connection.execute(select(*columns).where(purpose.in_(of))):
        found[key].append(Placed(*call))
    return found


async def now(connection: AsyncConnection) -> datetime:
    """By the clock of the database, which all nodes share."""
    at: datetime = (await connection.scalars(select(func.clock_timestamp()))).one()
    return at


async def close(
    connection: AsyncConnection, table: type[OwnCall], call: UUID, outcome: str, **found: Any
) -> None:
    """Write its end, once, and release its number."""
    await connection.execute(
        update(table)
        .where(table.id == call, table.ended_at.is_(None))
        .values(ended_at=func.clock_timestamp(), outcome=outcome, **found)
    )
    await release_call(connection, call)


async def calls_of_dead_nodes(
    connection: AsyncConnection, table: type[OwnCall], *, sparing: str
) -> set[UUID]:
    """Open calls that nobody leads any more; `sparing` is the node that looks, which knows its own."""
    stray = select(table.id).where(_is_left(table), table.node != sparing)
    return set(await connection.scalars(stray))


async def give_up(connection: AsyncConnection, table: type[OwnCall], calls: Collection[UUID]) -> None:
    """So that others ring; not those of a node that is back.

    Their numbers are not rung until the calls must be over: its PBX may have outlived the node.
    """
    if not calls:
        return
    await connection.execute(
        update(table)
        .where(table.id.in_(calls), _is_left(table))
        .values(ended_at=func.clock_timestamp(), outcome=LOST)
    )


def _is_left(table: type[OwnCall]) -> ColumnElement[bool]:
    """It has no end yet, and its node no lease."""
    is_led = exists().where(Node.name == table.node, Node.leased_until > func.clock_timestamp())
    return table.ended_at.is_(None) & ~is_led


_NODE = bindparam("node", type_=String)
Question = Select[*tuple[Any, ...]]
"""Its answer is one row of truths, one for each kind of call."""


class Book(ABC, Generic[W]):
    """Where the calls of one kind are written down, and which is due next."""

    table: type[OwnCall]
    calls: Select[*tuple[Any, ...]]
    """What is read of a call that is written down;"""
    written: Callable[..., W]
    """and what is made of it."""
    nothing: str
    """The outcome of a call of which nothing came, as when nobody answers."""

    def may_be_due(self) -> ColumnElement[bool]:
        """There may be something for `take` to decide on. Asked each second, so that it must cost little."""
        return true()

    @abstractmethod
    async def take(self, connection: AsyncConnection, node: str) -> W | None:
        """Write the next one ahead that is due; None when there is none."""

    async def under_way(self, connection: AsyncConnection, node: str) -> Sequence[W]:
        """Those of this node that have no end yet."""
        rows = await under_way(connection, self.table, self.calls, node)
        return [self.written(*row) for row in rows]

    async def unwanted(
        self,
        connection: AsyncConnection,  # noqa: ARG002
        calls: Collection[UUID],  # noqa: ARG002
    ) -> Collection[UUID]:
        """Those of these that nobody needs any more."""
        return ()

    async def look(
        self, connection: AsyncConnection, node: str, up: Collection[UUID]
    ) -> tuple[Collection[UUID], Sequence[W]]:
        """Those that are up and that nobody needs any more, and all of this node that have no end."""
        return await self.unwanted(connection, up), await self.under_way(connection, node)

    async def close(self, connection: AsyncConnection, written: W, ending: Ending) -> None:
        """Write its end, once."""
        await close(connection, self.table, written.id, ending.outcome, **ending.found)

    async def give_up_orphans(
        self, connection: AsyncConnection, node: str, seen: Collection[UUID]
    ) -> set[UUID]:
        """Leave to others the calls of dead nodes that were seen before; returns those that are seen now."""
        found = await calls_of_dead_nodes(connection, self.table, sparing=node)
        await give_up(connection, self.table, found.intersection(seen))
        return found


def work_question(books: Sequence[Book[Any]]) -> Question:
    """For each of these kinds: may the node have something to do for it? Mostly for none of them."""
    asked = [
        or_(exists().where(book.table.node == _NODE, book.table.ended_at.is_(None)), book.may_be_due())
        for book in books
    ]
    return select(*asked)


def orphans_question(books: Sequence[Book[Any]]) -> Question:
    """For each of these kinds: do other nodes have open calls that nobody leads?"""
    return select(*(exists().where(_is_left(book.table), book.table.node != _NODE) for book in books))


async def answers(connection: AsyncConnection, question: Question, node: str) -> Sequence[bool]:
    """A question is put together once and asked again and again: that costs more than the answer."""
    return tuple((await connection.execute(question, {"node": node})).one())
