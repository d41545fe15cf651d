"""Calls that belong to no broadcast, of one kind on one node: written ahead, placed or adopted, closed."""

import asyncio
import logging
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import nullcontext
from typing import Any, Generic, Protocol
from uuid import UUID

from broadcast.engine.call_ids import CallIds, follow
from broadcast.ledger.lease import Lease, Tenure
from broadcast.own_call import LOST
from broadcast.service_calls.own_calls import (
    LIMIT,
    Book,
    Ending,
    Question,
    W,
    answers,
    orphans_question,
    work_question,
)
from directory.errors import NumberRefused
from ivr.call.call import Call
from ivr.outbound.placement import NotPlaced, Origination, Placement
from ivr.pbx.live_call import LiveCall
from ivr.recordings.patience import patiently
from storage.transactions import Transactions

log = logging.getLogger(__name__)


class Conversation(Protocol):
    """The conversation of one of these calls."""

    @property
    def number(self) -> str: ...

    async def converse(self, call: Call) -> None:
        """Run the script with the person who picked up."""

    def ending(self, live: LiveCall) -> Ending | None:
        """The ending of the call that is over; None when nothing came of it.

        `live` is what the PBX told of it.
        """

    def tidy_up(self) -> None:
        """Clear up: the call is over, or left to the next process."""


class Source(ABC, Generic[W]):
    """A kind of call: the book of its calls, and the conversation on them."""

    book: Book[W]
    ring: float
    """Seconds for which a telephone rings."""
    at_once: int
    """How many of these calls may be up at once on one node."""

    @abstractmethod
    async def conversation(self, written: W) -> Conversation: ...


class OwnCalls(Generic[W]):
    """The calls of one kind. Each is written ahead, placed, and closed with its ending."""

    def __init__(self, database: Transactions, placement: Placement, lease: Lease, source: Source[W]) -> None:
        self._database = database
        self._placement = placement
        self._lease = lease
        self._source = source
        self._up: dict[UUID, asyncio.Task[None]] = {}
        self._endings: dict[UUID, Ending] = {}
        """The endings that could not be written yet, by call."""
        self._orphans: set[UUID] = set()
        """The calls of dead nodes at the last look."""

    @property
    def book(self) -> Book[W]:
        return self._source.book

    @property
    def has_seen_orphans(self) -> bool:
        """Whether there were calls of dead nodes at the last look."""
        return bool(self._orphans)

    @property
    def is_at_work(self) -> bool:
        """Whether a call is up, or its end is not written yet."""
        return bool(self._up or self._endings)

    async def adopt_all(self) -> None:
        """Adopt the calls of an earlier process. Do so before the PBX is asked which calls there are."""
        for written in await self._database(self._source.book.under_way, self._lease.node):
            self._begin(written, None)

    async def tend(self) -> None:
        """Stop the calls that nobody needs any more, and begin those that are due; called once a second."""
        were_up = set(self._up)
        unwanted, left = await self._database(self._source.book.look, self._lease.node, list(self._up))
        for call in unwanted:
            await self._placement.stop(call)
        for written in left:
            if written.id in self._up:
                continue
            if written.id in self._endings:
                await self._close(written)
            elif written.id not in were_up:  # who was has ended meanwhile
                self._begin(written, None)
        while len(self._up) < self._source.at_once:
            tenure = self._lease.tenure
            if (new := await self._take()) is None:
                break
            self._begin(new, tenure)

    async def give_up_orphans(self) -> None:
        """Leave to others the calls of nodes that were dead at the last look too.

        Two sightings, because after an absence of the database every node looks dead at first.
        """
        book = self._source.book
        self._orphans = await self._database(book.give_up_orphans, self._lease.node, self._orphans)

    async def leave(self) -> None:
        """Leave every call as it is. The next process adopts it, and greets the person on it anew."""
        for call in self._up.values():
            call.cancel()
        if self._up:
            await asyncio.wait(self._up.values())

    async def _take(self) -> W | None:
        """Write the next call ahead."""
        if not self._lease.may_take or not self._placement.may_place:
            return None
        return await self._database(self._source.book.take, self._lease.node)

    def _begin(self, written: W, taken_under: Tenure | None) -> None:
        """Begin a new call or, without a tenure, adopt one of an earlier process."""
        task = asyncio.create_task(self._call(written, taken_under))
        self._up[written.id] = task
        task.add_done_callback(lambda _: self._up.pop(written.id, None))

    async def _call(self, written: W, taken_under: Tenure | None) -> None:
        follow(CallIds(str(written.id)))
        # Expected before anything is waited for: the PBX is asked soon which calls there are.
        adopted = None if taken_under else self._placement.expect(written.id)
        with nullcontext() if adopted is None else adopted.reservation:
            try:
                ending = await self._lead(written, taken_under, adopted)
            except Exception:
                log.exception("A call of our own ended in a fault of our own.")
                ending = Ending(LOST)
                if adopted is not None:
                    self._placement.abandon(adopted)
        self._endings[written.id] = ending
        await patiently(lambda: self._close(written))

    async def _lead(self, written: W, taken_under: Tenure | None, adopted: LiveCall | None) -> Ending:
        """Lead one call, from the look-up of its number to its ending."""
        conversation = await patiently(lambda: self._source.conversation(written))
        wanted = Origination(written.id, conversation.number, ring=self._source.ring, limit=LIMIT)
        try:
            live = adopted
            if live is None:
                # Nothing is waited for between this look at the lease and the request to the PBX.
                if taken_under is None or not self._lease.covers(taken_under):
                    return Ending(LOST)
                live = self._placement.watch(wanted)
            return await self._see_through(live, wanted, conversation)
        except NumberRefused as refusal:
            log.warning("A number is not rung: %s", refusal)
            return Ending(self._source.book.nothing)
        finally:
            conversation.tidy_up()

    async def _see_through(self, live: LiveCall, wanted: Origination, conversation: Conversation) -> Ending:
        nothing = Ending(self._source.book.nothing)
        try:
            async with self._placement.see_through(live, wanted):
                await self._placement.converse(live, conversation.converse, limit=wanted.limit)
        except NotPlaced:
            return nothing
        except TimeoutError:
            return conversation.ending(live) or nothing
        return conversation.ending(live) or (Ending(LOST) if live.is_lost else nothing)

    async def _close(self, written: W) -> None:
        await self._database(self._source.book.close, written, self._endings[written.id])
        del self._endings[written.id]


class AllOwnCalls:
    """All kinds on one node, asked for in one query: on most days no kind has anything to do."""

    def __init__(self, database: Transactions, lease: Lease, kinds: Sequence[OwnCalls[Any]]) -> None:
        self._database = database
        self._lease = lease
        self.kinds = kinds
        books = [kind.book for kind in kinds]
        self._work, self._orphans = work_question(books), orphans_question(books)

    async def tend(self) -> None:
        """Tend each kind that may have something to do, even if another one fails; called once a second."""
        kinds = await self._those(self._work, lambda kind: kind.is_at_work)
        await _each(kind.tend for kind in kinds)

    async def give_up_orphans(self) -> None:
        """Leave to others the calls of dead nodes, of every kind; called at each sweep."""
        kinds = await self._those(self._orphans, lambda kind: kind.has_seen_orphans)
        await _each(kind.give_up_orphans for kind in kinds)

    async def _those(
        self, question: Question, at_any_rate: Callable[[OwnCalls[Any]], bool]
    ) -> Sequence[OwnCalls[Any]]:
        told = await self._database.look(answers, question, self._lease.node)
        return [kind for kind, does in zip(self.kinds, told, strict=True) if does or at_any_rate(kind)]


async def _each(tasks: Iterable[Callable[[], Awaitable[None]]]) -> None:
    """Do all of these tasks, and raise the first fault after that."""
    faults: list[Exception] = []
    for task in tasks:
        try:
            await task()
        except Exception as fault:  # noqa: BLE001 - raised below
            faults.append(fault)
    if faults:
        raise faults[0]
