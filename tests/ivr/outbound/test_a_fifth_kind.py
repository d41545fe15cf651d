"""What one more kind of call costs: a table, the rule of who is due, and a script; the rest is there."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from sqlalchemy import String, func, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from broadcast.ledger.lease import Claimant, Lease
from broadcast.own_call import OwnCall
from broadcast.policy import NodePolicy
from broadcast.rules.own_calls import Persistence, Step, next_step
from broadcast.service_calls import own_calls
from broadcast.service_calls.own_calls import Book, Ending
from ivr.call.call import Call
from ivr.call.menu import ANY_KEY
from ivr.call.signals import Key
from ivr.call.values import Sound
from ivr.outbound.own_calls import OwnCalls, Source
from ivr.outbound.placement import Placement
from ivr.pbx.live_call import LiveCall
from ivr.pbx.trunk import Trunk
from storage.transactions import Transactions
from tests.fakes.ari_call import FakeCall
from tests.ivr.conftest import PATIENCE, LineDesk, until
from tests.support.people import phone

NODE = "zuiderkempen"
RING = 10.0


# The table


class Tables(DeclarativeBase):
    """Beside those of the product."""


class DrillCall(OwnCall, Tables):
    __tablename__ = "drill_call"

    e164: Mapped[str] = mapped_column(String(16))


# Who is due


@dataclass(frozen=True)
class Written:
    id: UUID
    number: str


@dataclass
class DrillBook(Book[Written]):
    """Everybody of the street, and nobody again who has pressed a key."""

    street: Sequence[str]
    table = DrillCall
    calls = select(DrillCall.id, DrillCall.e164)
    written = Written
    nothing = "unanswered"
    persistence = Persistence(rounds=2, settled_by=frozenset({"pressed"}))

    async def take(self, connection: AsyncConnection, node: str) -> Written | None:
        now = await own_calls.now(connection)
        calls = await own_calls.placed(connection, DrillCall, DrillCall.e164, self.street)
        for number in self.street:
            if next_step(calls.get(number, ()), self.persistence, now=now) is Step.CALL:
                call = await own_calls.write_ahead(
                    connection, DrillCall, number, ring=RING, e164=number, node=node
                )
                if call is not None:
                    return Written(call, number)
        return None


# The script


async def drill_call(call: Call, sound: Sound) -> bool:
    return isinstance(await call.play(sound, keys=ANY_KEY), Key)


class Drill(Source[Written]):
    ring, at_once = RING, 2

    def __init__(self, street: Sequence[str], sound: Sound) -> None:
        self.book = DrillBook(street)
        self._sound = sound

    async def conversation(self, written: Written) -> "InADrill":
        return InADrill(written.number, self._sound)


class InADrill:
    def __init__(self, number: str, sound: Sound) -> None:
        self.number = number
        self._sound = sound
        self._outcome: str | None = None

    async def converse(self, call: Call) -> None:
        self._outcome = "pressed" if await drill_call(call, self._sound) else "heard"

    def ending(self, live: LiveCall) -> Ending | None:
        return Ending(self._outcome) if self._outcome else None

    def tidy_up(self) -> None:
        pass


# And it does all that the others do


PRESSES, LISTENS, BUSY = (phone(kind, 8100) for kind in (10, 15, 16))


async def presses_at_once(call: FakeCall) -> None:
    call.pick_up()
    while not call.heard:
        await asyncio.sleep(0.01)
    call.press("5")
    await call.stay()


@pytest.fixture
async def lease(database: AsyncEngine) -> Lease:
    async with database.begin() as connection:
        await connection.run_sync(Tables.metadata.create_all)
    held = Lease(database, Claimant(NODE, uuid4(), uuid4()), NodePolicy())
    assert await held.claim()
    return held


def drill(lease: Lease, engine: AsyncEngine, desk: LineDesk, *street: str) -> OwnCalls[Written]:
    placement = Placement(desk.client, desk.exchange, desk.lines, trunk=Trunk())
    return OwnCalls(Transactions(engine), placement, lease, Drill(street, Sound(Path(desk.message), 0.4)))


async def outcomes(engine: AsyncEngine) -> list[tuple[str, str]]:
    async with engine.connect() as connection:
        rows = await connection.execute(select(DrillCall.e164, DrillCall.outcome))
        return sorted((number, outcome or "") for number, outcome in rows)


async def open_calls(engine: AsyncEngine) -> int:
    async with engine.connect() as connection:
        asked = select(func.count()).select_from(DrillCall).where(DrillCall.ended_at.is_(None))
        return int(await connection.scalar(asked) or 0)


async def test_a_drill_calls_everybody_again_until_they_press(
    database: AsyncEngine, line_desk: LineDesk, lease: Lease
) -> None:
    line_desk.ari.phones[PRESSES] = presses_at_once
    calls = drill(lease, database, line_desk, PRESSES, LISTENS, BUSY)
    expected = sorted(
        [(PRESSES, "pressed"), (LISTENS, "heard"), (LISTENS, "heard"), *[(BUSY, "unanswered")] * 2]
    )
    async with asyncio.timeout(PATIENCE):
        while await outcomes(database) != expected:
            await calls.tend()
            await asyncio.sleep(0.01)
    await calls.tend()
    assert await open_calls(database) == 0, "nobody is called a third time"
    assert set(line_desk.ari.posts.values()) == {1}


async def test_a_drill_survives_its_line(database: AsyncEngine, line_desk: LineDesk, lease: Lease) -> None:
    may_answer = asyncio.Event()

    async def answers_when_told(call: FakeCall) -> None:
        await may_answer.wait()
        await presses_at_once(call)

    line_desk.ari.phones[PRESSES] = answers_when_told
    dying = drill(lease, database, line_desk, PRESSES)
    await dying.tend()
    await until(lambda: line_desk.ari.calls)
    await dying.leave()
    calls = drill(lease, database, line_desk, PRESSES)
    await calls.adopt_all()
    may_answer.set()
    async with asyncio.timeout(PATIENCE):
        while await open_calls(database):
            await asyncio.sleep(0.01)
    assert await outcomes(database) == [(PRESSES, "pressed")]
    assert list(line_desk.ari.posts.values()) == [1]
