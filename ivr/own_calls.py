"""Places the calls that belong to no broadcast, of one kind on one node, and stays with them to their end."""

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Collection, Sequence
from typing import Generic, Protocol, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from broadcast import own_calls
from broadcast.lease import Lease, Tenure
from broadcast.own_calls import LOST, OwnCall
from ivr.call import Call
from ivr.live_call import LiveCall
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
        self._came_to: dict[UUID, str] = {}
        """What calls came to whose end could not be written yet."""
        self._stray: set[UUID] = set()

    async def adopt_all(self) -> None:
        """See through the calls of an earlier process; to be done before the PBX is asked which there are."""
        async with self._engine.connect() as connection:
            left = await self._book.under_way(connection, self._lease.node)
        for ring in left:
            self._go_on(ring, None)

    async def tend(self) -> None:
        """Once a second: stop what is not needed any more, and begin what is due."""
        were_up = set(self._up)
        async with self._engine.begin() as connection:
            unwanted = await self._book.unwanted(connection, list(self._up))
            left = await self._book.under_way(connection, self._lease.node)
        for call in unwanted:
            await self._rings.stop(call)
        for ring in left:
            if ring.id in self._up:
                continue
            if ring.id in self._came_to:
                await self._close(ring)
            elif ring.id not in were_up:  # who was has ended meanwhile
                self._go_on(ring, None)
        while len(self._up) < self._book.at_once:
            tenure = self._lease.tenure
            if (new := await self._take()) is None:
                break
            self._go_on(new, tenure)

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
        """Write the next one ahead."""
        if not self._lease.may_take or not self._rings.may_ring:
            return None
        async with self._engine.begin() as connection:
            return await self._book.take(connection, self._lease.node)

    def _go_on(self, ring: R, taken_under: Tenure | None) -> None:
        """With a new call, or with one of an earlier process."""
        task = asyncio.create_task(self._call(ring, taken_under))
        self._up[ring.id] = task
        task.add_done_callback(lambda _: self._up.pop(ring.id, None))

    async def _call(self, ring: R, taken_under: Tenure | None) -> None:
        # Expected before anything is waited for: the PBX is asked soon which calls there are.
        live = None if taken_under else self._rings.expect(ring.id)
        self._came_to[ring.id] = await self._converse(ring, taken_under, live)
        await patiently(lambda: self._close(ring))

    async def _converse(self, ring: R, taken_under: Tenure | None, live: LiveCall | None) -> str:
        """What came of it."""
        try:
            held = await patiently(lambda: self._book.conversation(ring))
            try:
                if live is not None:
                    await self._rings.adopt(live, held.converse, seconds=self._book.ring)
                    return LOST if live.end.is_lost else held.outcome
                # Nothing is waited for between this look at the lease and the call.
                if taken_under is None or not self._lease.covers(taken_under):
                    return LOST
                await self._rings.ring(ring.id, held.number, held.converse, seconds=self._book.ring)
                return held.outcome
            finally:
                held.has_left()
        except Exception:
            log.exception("A call of our own ended in a fault of our own.")
            if live is not None:
                self._rings.give_up(live)
            return LOST

    async def _close(self, ring: R) -> None:
        async with self._engine.begin() as connection:
            await self._book.close(connection, ring, self._came_to[ring.id])
        del self._came_to[ring.id]
