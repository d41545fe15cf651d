"""Calls that belong to no broadcast: rung only under the lease they were taken under, and closed once."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import pytest
from sqlalchemy.exc import InterfaceError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from broadcast.lease import Claimant, Lease
from broadcast.policy import NodePolicy
from ivr import patience
from ivr.call import Call
from ivr.own_calls import LOST, Book, OwnCalls
from ivr.ringing import Ringer
from ivr.trunk import Trunk
from tests.fakes.ari_call import FakeCall
from tests.ivr.conftest import LineDesk, until
from tests.people import phone

HELD = "held"


@dataclass(frozen=True)
class Due:
    id: UUID


class Conversing:
    number = phone(10)

    def __init__(self) -> None:
        self.outcome = "nobody"

    async def converse(self, call: Call) -> None:
        self.outcome = HELD

    def has_left(self) -> None:
        pass


class TwoCalls(Book[Due]):
    """The lease lapses, and is had anew, while the first of them is written ahead."""

    ring, at_once = 10.0, 2

    def __init__(self, lease: Lease) -> None:
        self.lease = lease
        self.due = [Due(uuid4()), Due(uuid4())]
        self.ends: dict[UUID, str] = {}
        self._left = list(self.due)

    async def take(self, connection: AsyncConnection, node: str) -> Due | None:
        if len(self._left) == len(self.due):
            assert await self.lease.claim()
        return self._left.pop(0) if self._left else None

    async def under_way(self, connection: AsyncConnection, node: str) -> Sequence[Due]:
        return []

    async def conversation(self, ring: Due) -> Conversing:
        return Conversing()

    async def close(self, connection: AsyncConnection, ring: Due, outcome: str) -> None:
        self.ends[ring.id] = outcome


@dataclass
class OneCall(Book[Due]):
    """A book with one call in it, which may be found slowly, and whose end may not be written at once."""

    lease: Lease
    lapses_meanwhile: bool = False
    closes_in_vain: int = 0
    is_taken: bool = False
    due: Due = field(default_factory=lambda: Due(uuid4()))
    ends: list[str] = field(default_factory=list)
    ring = 10.0
    at_once = 1

    async def take(self, connection: AsyncConnection, node: str) -> Due | None:
        if self.is_taken:
            return None
        self.is_taken = True
        return self.due

    async def under_way(self, connection: AsyncConnection, node: str) -> Sequence[Due]:
        return [self.due] if self.is_taken and not self.ends else []

    async def conversation(self, ring: Due) -> Conversing:
        if self.lapses_meanwhile:
            assert await self.lease.claim()  # under another term
        return Conversing()

    async def close(self, connection: AsyncConnection, ring: Due, outcome: str) -> None:
        if self.closes_in_vain:
            self.closes_in_vain -= 1
            raise InterfaceError("", None, OSError("the database is away"))
        self.ends.append(outcome)


@pytest.fixture
async def lease(database: AsyncEngine) -> Lease:
    held = Lease(database, Claimant("zuiderkempen", uuid4(), uuid4()), NodePolicy())
    assert await held.claim()
    return held


def own_calls(database: AsyncEngine, desk: LineDesk, lease: Lease, book: Book[Due]) -> OwnCalls[Due]:
    rings = Ringer(desk.client, desk.exchange, desk.lines, trunk=Trunk(), endpoint="trunk")
    return OwnCalls(database, rings, lease, book)


async def picks_up_and_stays(call: FakeCall) -> None:
    call.pick_up()
    await call.stay()


async def test_a_call_is_not_placed_when_the_lease_lapsed_before_it_was_known_whom_to_ring(
    database: AsyncEngine, line_desk: LineDesk, lease: Lease
) -> None:
    line_desk.ari.phones[phone(10)] = picks_up_and_stays
    book = OneCall(lease, lapses_meanwhile=True)
    await own_calls(database, line_desk, lease, book).tend()
    await until(lambda: bool(book.ends))
    assert book.ends == [LOST]
    assert line_desk.ari.posts[str(book.due.id)] == 0


async def test_only_what_was_taken_under_a_lease_that_lapsed_is_not_rung(
    database: AsyncEngine, line_desk: LineDesk, lease: Lease
) -> None:
    line_desk.ari.phones[phone(10)] = picks_up_and_stays
    book = TwoCalls(lease)
    await own_calls(database, line_desk, lease, book).tend()
    await until(lambda: len(book.ends) == 2)
    assert [book.ends[one.id] for one in book.due] == [LOST, HELD]


async def test_what_a_call_came_to_is_written_though_the_database_was_long_away(
    database: AsyncEngine, line_desk: LineDesk, lease: Lease, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "DATABASE_BACK_WITHIN", 0.0)
    line_desk.ari.phones[phone(10)] = picks_up_and_stays
    book = OneCall(lease, closes_in_vain=1)
    calls = own_calls(database, line_desk, lease, book)
    await calls.tend()
    await until(lambda: not book.closes_in_vain)
    while not book.ends:
        await calls.tend()
    assert book.ends == [HELD]
    assert line_desk.ari.posts[str(book.due.id)] == 1
