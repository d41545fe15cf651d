"""Calls that belong to no broadcast: rung only under the lease they were taken under, and closed once."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID, uuid4

import pytest
from sqlalchemy.exc import InterfaceError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from broadcast.ledger.lease import Claimant, Lease
from broadcast.own_call import LOST
from broadcast.policy import NodePolicy
from broadcast.service_calls.own_calls import Book, Ending
from ivr.call.call import Call
from ivr.outbound.own_calls import OwnCalls, Source
from ivr.outbound.placement import Placement
from ivr.pbx.live_call import LiveCall
from ivr.pbx.trunk import Trunk
from ivr.recordings import patience
from storage.transactions import Transactions
from tests.fakes.ari_call import FakeCall
from tests.ivr.conftest import LineDesk, until
from tests.support.people import phone

HELD = "held"


@dataclass(frozen=True)
class Due:
    id: UUID


class Conversing:
    number = phone(10)

    def __init__(self) -> None:
        self._is_held = False

    async def converse(self, call: Call) -> None:
        self._is_held = True

    def ending(self, live: LiveCall) -> Ending | None:
        return Ending(HELD) if self._is_held else None

    def tidy_up(self) -> None:
        pass


class TwoCalls(Source[Due], Book[Due]):
    """The lease lapses, and is had anew, while the first of them is written ahead."""

    ring, at_once, nothing = 10.0, 2, "nobody"

    def __init__(self, lease: Lease) -> None:
        self.book, self.lease = self, lease
        self.due = [Due(uuid4()), Due(uuid4())]
        self.ends: dict[UUID, str] = {}
        self._left = list(self.due)

    async def take(self, connection: AsyncConnection, node: str) -> Due | None:
        if len(self._left) == len(self.due):
            assert await self.lease.claim()
        return self._left.pop(0) if self._left else None

    async def under_way(self, connection: AsyncConnection, node: str) -> Sequence[Due]:
        return []

    async def conversation(self, written: Due) -> Conversing:
        return Conversing()

    async def close(self, connection: AsyncConnection, written: Due, ending: Ending) -> None:
        self.ends[written.id] = ending.outcome


@dataclass
class OneCall(Source[Due], Book[Due]):
    """A source of one call in it, which may be found slowly, and whose end may not be written at once."""

    lease: Lease
    lapses_meanwhile: bool = False
    closes_in_vain: int = 0
    is_taken: bool = False
    due: Due = field(default_factory=lambda: Due(uuid4()))
    ends: list[str] = field(default_factory=list)
    ring = 10.0
    at_once = 1
    nothing = "nobody"

    def __post_init__(self) -> None:
        self.book = self

    async def take(self, connection: AsyncConnection, node: str) -> Due | None:
        if self.is_taken:
            return None
        self.is_taken = True
        return self.due

    async def under_way(self, connection: AsyncConnection, node: str) -> Sequence[Due]:
        return [self.due] if self.is_taken and not self.ends else []

    async def conversation(self, written: Due) -> Conversing:
        if self.lapses_meanwhile:
            assert await self.lease.claim()  # under another term
        return Conversing()

    async def close(self, connection: AsyncConnection, written: Due, ending: Ending) -> None:
        if self.closes_in_vain:
            self.closes_in_vain -= 1
            raise InterfaceError("", None, OSError("the database is away"))
        self.ends.append(ending.outcome)


@pytest.fixture
async def lease(database: AsyncEngine) -> Lease:
    held = Lease(database, Claimant("zuiderkempen", uuid4(), uuid4()), NodePolicy())
    assert await held.claim()
    return held


def own_calls(database: AsyncEngine, desk: LineDesk, lease: Lease, source: Source[Due]) -> OwnCalls[Due]:
    placement = Placement(desk.client, desk.exchange, desk.lines, trunk=Trunk())
    return OwnCalls(Transactions(database), placement, lease, source)


async def picks_up_and_stays(call: FakeCall) -> None:
    call.pick_up()
    await call.stay()


class NeverSays(OneCall):
    """Nobody gets to know what is to be said on it."""

    async def conversation(self, written: Due) -> Conversing:
        await asyncio.Event().wait()
        raise AssertionError


async def test_an_adopted_call_that_is_left_before_anybody_knows_what_to_say_keeps_no_line(
    database: AsyncEngine, line_desk: LineDesk, lease: Lease
) -> None:
    calls = own_calls(database, line_desk, lease, NeverSays(lease, is_taken=True))
    await calls.adopt_all()
    await until(lambda: line_desk.lines.taken == 1)
    await calls.leave()
    assert line_desk.lines.taken == 0


async def test_a_call_is_not_placed_when_the_lease_lapsed_before_it_was_known_whom_to_ring(
    database: AsyncEngine, line_desk: LineDesk, lease: Lease
) -> None:
    line_desk.ari.phones[phone(10)] = picks_up_and_stays
    source = OneCall(lease, lapses_meanwhile=True)
    await own_calls(database, line_desk, lease, source).tend()
    await until(lambda: bool(source.ends))
    assert source.ends == [LOST]
    assert line_desk.ari.posts[str(source.due.id)] == 0


async def test_only_what_was_taken_under_a_lease_that_lapsed_is_not_rung(
    database: AsyncEngine, line_desk: LineDesk, lease: Lease
) -> None:
    line_desk.ari.phones[phone(10)] = picks_up_and_stays
    source = TwoCalls(lease)
    await own_calls(database, line_desk, lease, source).tend()
    await until(lambda: len(source.ends) == 2)
    assert [source.ends[one.id] for one in source.due] == [LOST, HELD]


async def test_what_a_call_came_to_is_written_though_the_database_was_long_away(
    database: AsyncEngine, line_desk: LineDesk, lease: Lease, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "DATABASE_BACK_WITHIN", 0.0)
    line_desk.ari.phones[phone(10)] = picks_up_and_stays
    source = OneCall(lease, closes_in_vain=1)
    calls = own_calls(database, line_desk, lease, source)
    await calls.tend()
    await until(lambda: not source.closes_in_vain)
    while not source.ends:
        await calls.tend()
    assert source.ends == [HELD]
    assert line_desk.ari.posts[str(source.due.id)] == 1
