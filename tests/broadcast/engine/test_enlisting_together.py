"""Recipients that are written while others are called: numbers across parts, and several nodes at it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import select

from broadcast.engine.worker import make_app
from broadcast.ledger.enlisting import go_on_enlisting
from broadcast.ledger.locks import lock_behind
from broadcast.policy import BroadcastPolicy
from broadcast.states import Outcome
from directory.tables import Network
from tests.fakes.dialler import FakeDialler
from tests.support.office import NODE, Office
from tests.support.people import network_of, phone

PEOPLE = {f"Lid {n:03}": [phone(10, n)] for n in range(10)}
SHARED = phone(10, 99)


@pytest.fixture(autouse=True)
def small_parts(office: Office) -> None:
    office.policy = BroadcastPolicy(enlist_at_once=4, enlist_part=3)


async def writes_a_part(office: Office) -> int:
    async with office.engine.begin() as connection:
        return await go_on_enlisting(connection, 1, office.policy.enlist_part)


# Those who share a number across parts


async def test_who_is_written_after_the_call_to_their_number_got_what_was_heard_there(
    office: Office,
) -> None:
    await network_of(office.engine, {"An": [SHARED]} | PEOPLE | {"Zoë": [SHARED]})
    sent = await office.sends()
    await office.calls(SHARED, Outcome.CONFIRMED)
    await office.upkeep.tend()
    assert SHARED not in await office.open_calls()
    assert (await office.results(sent.broadcast))["Zoë"] == ("final", "confirmed")


async def test_who_is_written_while_their_number_rings_waits_for_what_comes_of_it(office: Office) -> None:
    await network_of(office.engine, {"An": [SHARED]} | PEOPLE | {"Zoë": [SHARED, phone(11, 1)]})
    sent = await office.sends()
    rings = await office.takes(SHARED)
    await office.upkeep.tend()
    assert phone(11, 1) not in await office.open_calls()
    await office.ends(rings.attempt, Outcome.NO_ANSWER)
    assert {SHARED, phone(11, 1)} & (await office.open_calls()).keys()
    for one in (await office.recipients(sent.broadcast)).values():
        assert one.result == "nothing"


async def test_nobody_is_added_behind_a_number_while_its_outcome_is_written(office: Office) -> None:
    """Else they would wait for ever for a call that is over."""
    await network_of(office.engine, {"An": [SHARED]} | PEOPLE | {"Zoë": [SHARED]})
    sent = await office.sends()
    rings = await office.takes(SHARED)
    async with office.engine.begin() as recording:
        assert len(await lock_behind(recording, [rings.attempt], reached=[])) == 1
        tending = asyncio.create_task(office.upkeep.tend())
        await asyncio.wait({tending}, timeout=0.3)
        assert not tending.done()
        assert await office.count("recipient") == 4
    await tending
    await office.ends(rings.attempt, Outcome.HEARD)
    results = await office.results(sent.broadcast)
    assert results["An"] == results["Zoë"] == ("final", "heard")


async def test_who_was_added_before_the_locks_were_taken_is_seen(office: Office) -> None:
    """The look that found out that recipients are being written is an old one."""
    office.policy = BroadcastPolicy(enlist_at_once=4, enlist_part=100)
    await network_of(office.engine, {"An": [SHARED]} | PEOPLE | {"Zoë": [SHARED]})
    await office.sends()
    rings = await office.takes(SHARED)

    async def lock() -> int:
        async with office.engine.begin() as recording:
            return len(await lock_behind(recording, [rings.attempt], reached=[]))

    async with office.engine.begin() as connection:
        await go_on_enlisting(connection, 1, 100)
        locking = asyncio.create_task(lock())
        await asyncio.wait({locking}, timeout=0.3)
        assert not locking.done()
    assert await locking == 2


# Several nodes


async def test_one_node_at_a_time_writes_and_the_next_goes_on_when_it_dies(office: Office) -> None:
    await network_of(office.engine, PEOPLE)
    await office.sends()
    async with office.engine.connect() as dies:
        assert await go_on_enlisting(dies, 1, 3) == 3
        assert await writes_a_part(office) == 0
        await dies.rollback()
    assert await office.count("recipient") == 4
    while await writes_a_part(office):
        pass
    assert await office.count("recipient") == 10


@asynccontextmanager
async def second_office(office: Office, database_url: str, folder: Path) -> AsyncIterator[Office]:
    """Another node on the same database."""
    app = make_app(database_url, idle=0)
    async with app.open_async():
        other = Office(office.engine, app, folder, policy=office.policy)
        other.leases[NODE] = await office.lease_of("herselt")
        yield other


@pytest.mark.thorough
async def test_two_nodes_that_write_and_dial_at_once_ring_every_number_once(
    office: Office, database_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    office.policy = BroadcastPolicy(enlist_at_once=5, enlist_part=4, window=20)
    # Families whose members stand far apart on the list, and share one or two telephones.
    people = {
        f"{who} {n:02}": [phone(16 if n % 3 else 10, n), phone(10, 100 + n)]
        for who in ("Vader", "Moeder", "Oma")
        for n in range(40)
    }
    await network_of(office.engine, people)
    dialler, other_dialler = FakeDialler(hold=0.01), FakeDialler(hold=0.01)
    async with (
        second_office(office, database_url, tmp_path / "other") as other,
        office.at_work(dialler),
        other.at_work(other_dialler),
    ):
        for one in [await office.sends(), await other.sends()]:
            closed = await office.until_closed(one.broadcast)
            assert closed.results == {"confirmed": len(people)}
    orders = [*dialler.orders, *other_dialler.orders]
    confirmed = [(one.broadcast, one.number) for one in orders if one.number.startswith("+99910")]
    assert len(confirmed) == len(set(confirmed)), "a telephone that confirmed was rung again"
    assert await office.count("recipient") == 2 * len(people)
    assert await office.count("pg_stat_database WHERE datname = current_database() AND deadlocks > 0") == 0
    assert "fault of our own" not in caplog.text


@pytest.mark.thorough
async def test_a_member_list_that_is_brought_in_keeps_no_call_waiting(office: Office) -> None:
    """It holds its network until it is done."""
    office.policy = office.policy.model_copy(update={"window": 1})
    await network_of(office.engine, PEOPLE)
    await office.sends()
    await office.calls(phone(10, 0), Outcome.CONFIRMED)
    async with office.engine.begin() as importing:
        await importing.execute(select(Network.id).with_for_update())
        assert (await office.upkeep.tend()).opened == 1
        assert await office.count("recipient") == 4
    await office.upkeep.tend()
    assert await office.count("recipient") == 10
