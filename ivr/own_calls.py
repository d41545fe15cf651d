"""Places the calls that belong to no broadcast, of one kind on one node, and stays with them to their end."""

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from typing import Generic, Protocol, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from broadcast import own_calls
from broadcast.lease import Lease
from broadcast.own_calls import LOST, OwnCall
from ivr.call import Call
from ivr.patience import patiently
from ivr.ringing import Ringer

log = logging.getLogger(__name__)


class Ring(Protocol):
    """A call that is written down."""

    @property
    def id(self) -> UUID: ...


R = TypeVar("R", bound=Ring)


class Conversation(Protocol):
    """What is to be said on one of these calls."""

    @property
    def number(self) -> str: ...

    @property
    def outcome(self) -> str:
        """What came of it until now."""

    async def converse(self, call: Call) -> None: ...

    def has_left(self) -> None:
        """The call is over, however it ended."""


class Book(ABC, Generic[R]):
    """Where the calls of one kind are written down, and what they are for."""

    table: type[OwnCall]
    ring: float
    """Seconds for which a telephone rings."""
    at_once: int
    """So many of these calls may be up on one node."""

    @abstractmethod
    async def take(self, connection: AsyncConnection, node: str) -> R | None:
        """Write the next one ahead that is due; None when there is none."""

    @abstractmethod
    async def under_way(self, connection: AsyncConnection, node: str) -> Sequence[R]:
        """Those of this node that have no end yet."""

    @abstractmethod
    async def conversation(self, ring: R) -> Conversation: ...

    async def unwanted(
        self,
        connection: AsyncConnection,  # noqa: ARG002
        calls: Collection[UUID],  # noqa: ARG002
    ) -> Collection[UUID]:
        """Those of these that nobody needs any more."""
        return ()

    async def close(self, connection: AsyncConnection, ring: R, outcome: str) -> None:
        """Write its end, once."""
        await own_calls.close(connection, self.table, ring.id, outcome)


class OwnCalls(Generic[R]):
    """Each call is written down before it rings, and closed with what it came to."""

    def __init__(self, engine: AsyncEngine, rings: Ringer, lease: Lease, book: Book[R]) -> None:
        self._engine = engine
        self._rings = rings
        self._lease = lease
        self._book = book
        self._up: dict[UUID, asyncio.Task[None]] = {}
        self._stray: set[UUID] = set()

    async def adopt_all(self) -> None:
        """See through the calls of an earlier process; to be done before the PBX is asked which there are."""
        async with self._engine.connect() as connection:
            left = await self._book.under_way(connection, self._lease.node)
        for ring in left:
            self._go_on(ring, is_new=False)

    async def tend(self) -> None:
        """Once a second: stop what is not needed any more, and begin what is due."""
        async with self._engine.begin() as connection:
            unwanted = await self._book.unwanted(connection, list(self._up))
            left = await self._book.under_way(connection, self._lease.node)
        for call in unwanted:
            await self._rings.stop(call)
        for ring in left:
            if ring.id not in self._up:  # its end could not be written
                self._go_on(ring, is_new=False)
        while len(self._up) < self._book.at_once and (new := await self._take()) is not None:
            self._go_on(new, is_new=True)

    async def give_up_strays(self) -> None:
        """Leave to others the calls of nodes that were dead at the last look too.

        Two sightings, because after an absence of the database every node looks dead at first.
        """
        table = self._book.table
        async with self._engine.begin() as connection:
            found = await own_calls.calls_of_dead_nodes(connection, table, sparing=self._lease.node)
            await own_calls.give_up(connection, table, found & self._stray)
        self._stray = found

    async def leave(self) -> None:
        """Let go of every call as it is; the next process adopts it, and greets whoever is there anew."""
        for call in self._up.values():
            call.cancel()
        if self._up:
            await asyncio.wait(self._up.values())

    async def _take(self) -> R | None:
        """Write ahead; nothing is waited for between the look at the lease and the call."""
        if not self._lease.may_take or not self._rings.may_ring:
            return None
        tenure = self._lease.tenure
        async with self._engine.begin() as connection:
            ring = await self._book.take(connection, self._lease.node)
        if ring is not None and not self._lease.covers(tenure):
            await self._close(ring, LOST)
            return None
        return ring

    def _go_on(self, ring: R, *, is_new: bool) -> None:
        task = asyncio.create_task(self._call(ring, is_new=is_new))
        self._up[ring.id] = task
        task.add_done_callback(lambda _: self._up.pop(ring.id, None))

    async def _call(self, ring: R, *, is_new: bool) -> None:
        # Expected before anything is waited for: the PBX is asked soon which calls there are.
        live = None if is_new else self._rings.expect(ring.id)
        outcome = LOST
        try:
            held = await patiently(lambda: self._book.conversation(ring))
            try:
                if live is None:
                    await self._rings.ring(ring.id, held.number, held.converse, seconds=self._book.ring)
                else:
                    await self._rings.adopt(live, held.converse, seconds=self._book.ring)
            finally:
                held.has_left()
            outcome = LOST if live is not None and live.end.is_lost else held.outcome
        except Exception:
            log.exception("A call of our own ended in a fault of our own.")
            if live is not None:
                self._rings.give_up(live)
        await patiently(lambda: self._close(ring, outcome))

    async def _close(self, ring: R, outcome: str) -> None:
        async with self._engine.begin() as connection:
            await self._book.close(connection, ring, outcome)
