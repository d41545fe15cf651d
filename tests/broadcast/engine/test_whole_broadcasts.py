"""Whole broadcasts on real workers: the dialled number decides, and the product's table says what follows."""

import asyncio
from datetime import time

from broadcast.policy import BroadcastPolicy
from broadcast.states import BroadcastState, Outcome
from tests.fakes.dialler import FakeDialler
from tests.support.office import AT_ONCE, PATIENCE, Office
from tests.support.people import network_of, phone

WHAT_BECOMES_OF = {
    10: ("confirmed", 1),
    11: ("confirmed", 1),
    12: ("heard", 1),
    13: ("confirmed", 1),
    14: ("partial", 3),
    15: ("partial", 3),
    16: ("nothing", 3),
    17: ("nothing", 3),
    18: ("confirmed", 2),
    19: ("nothing", 2),
    20: ("nothing", 2),
    21: ("confirmed", 3),
    22: ("nothing", 2),
    23: ("voicemail", 2),
    99: ("nothing", 2),
}
"""Kind of phone: the result of its owner, and how often it is called."""


async def test_every_kind_of_phone_ends_as_the_table_says_after_as_many_calls(office: Office) -> None:
    await network_of(office.engine, {f"Lid {kind}": [phone(kind)] for kind in WHAT_BECOMES_OF})
    sent = await office.sends()
    dialler = FakeDialler()
    async with office.at_work(dialler):
        closed = await office.until_closed(sent.broadcast)
    results = await office.results(sent.broadcast)
    assert {
        kind: (results[f"Lid {kind}"][1], dialler.calls_to(phone(kind))) for kind in WHAT_BECOMES_OF
    } == WHAT_BECOMES_OF
    assert {state for state, _ in results.values()} == {"final"}
    assert set(dialler.placed.values()) == {1}
    assert (closed.to_go, closed.being_called) == (0, 0)
    assert sum(closed.results.values()) == closed.recipients == len(WHAT_BECOMES_OF)
    assert sum(closed.outcomes.values()) == len(dialler.orders)
    assert await office.jobs() == 0


async def test_more_members_than_the_window_holds_are_called_window_by_window(office: Office) -> None:
    office.policy = BroadcastPolicy(window=4)
    await network_of(office.engine, {f"Lid {n}": [phone(10 + n % 3, n)] for n in range(30)})
    sent = await office.sends()
    most = 0

    async def watch() -> None:
        nonlocal most
        while True:
            most = max(most, len(await office.open_calls()))
            await asyncio.sleep(0)

    dialler = FakeDialler(lines=3, hold=0.01)
    watcher = asyncio.create_task(watch())
    async with office.at_work(dialler):
        closed = await office.until_closed(sent.broadcast)
    watcher.cancel()
    await asyncio.wait({watcher})
    assert watcher.cancelled()
    assert sum(closed.results.values()) == 30
    assert len(dialler.orders) == 30
    assert most <= 4
    assert dialler.most_at_once <= 3


async def test_families_who_share_numbers_are_called_once_per_number(office: Office) -> None:
    families = {
        f"{name} {n}": [phone(16 if name == "Vader" else 10, n), phone(12, 50 + n)]
        for n in range(10)
        for name in ("Vader", "Moeder")
    } | {f"Oma {n}": [phone(12, 50 + n)] for n in range(10)}
    await network_of(office.engine, families)
    sent = await office.sends()
    dialler = FakeDialler(lines=8, hold=0.02)
    async with office.at_work(dialler):
        await office.until_closed(sent.broadcast)
    results = await office.results(sent.broadcast)
    assert {state for state, _ in results.values()} == {"final"}
    assert {result for _, result in results.values()} <= {"heard", "confirmed"}
    assert all(dialler.calls_to(phone(12, 50 + n)) == 1 for n in range(10))


async def test_urgent_and_other_messages_are_both_served(office: Office) -> None:
    await network_of(office.engine, {"An": [phone(10, 1)]}, hours=(time(0), time(23, 59, 59, 999999)))
    urgent, other = await office.sends(urgent=True), await office.sends(urgent=False)
    dialler = FakeDialler(lines=1)
    async with office.at_work(dialler):
        for sent in (urgent, other):
            assert (await office.until_closed(sent.broadcast)).outcomes == {Outcome.CONFIRMED: 1}


async def test_an_alert_that_expires_halfway_closes_without_calling_the_rest(office: Office) -> None:
    await network_of(office.engine, {f"Lid {n}": [phone(10, n)] for n in range(12)})
    sent = await office.sends()
    dialler = FakeDialler(lines=1)
    first_rings = asyncio.Event()
    dialler.on_call = lambda _: first_rings.set()
    dialler.rings_until = dict.fromkeys((phone(10, n) for n in range(12)), picked_up := asyncio.Event())
    async with office.at_work(dialler):
        await first_rings.wait()
        await office.expire(sent.broadcast)
        picked_up.set()
        closed = await office.until_closed(sent.broadcast)
    assert len(dialler.orders) == 1
    assert closed.outcomes == {Outcome.CONFIRMED: 1, Outcome.EXPIRED: 11}


async def test_a_broadcast_that_expires_while_no_phone_can_ring_is_over(office: Office) -> None:
    office.policy = BroadcastPolicy(window=3)
    await network_of(office.engine, {f"Lid {n}": [phone(10, n), phone(11, n)] for n in range(8)})
    sent = await office.sends()
    ringing = await office.takes(phone(10, 0))
    await office.expire(sent.broadcast)
    while (await office.open_calls()).keys() != {phone(10, 0)} or await office.open_recipients() < 8:
        await office.upkeep.tend()
    await office.ends(ringing.attempt, Outcome.CONFIRMED)
    await office.upkeep.tend()
    assert (await office.progress(sent.broadcast)).state is BroadcastState.CLOSED
    results = await office.results(sent.broadcast)
    assert results.pop("Lid 0") == ("final", "confirmed")
    assert set(results.values()) == {("final", "nothing")}


async def test_who_waits_minutes_for_another_try_keeps_nobody_from_their_first_call(office: Office) -> None:
    office.policy = BroadcastPolicy(window=2)
    office.retry = AT_ONCE.model_copy(update={"busy": 300})
    await network_of(office.engine, {f"Lid {n}": [phone(16, n)] for n in range(8)})
    await office.sends()
    dialler = FakeDialler()
    async with office.at_work(dialler), asyncio.timeout(PATIENCE):
        while len(dialler.orders) < 8:
            await asyncio.sleep(0.02)
    assert len({order.number for order in dialler.orders}) == 8
