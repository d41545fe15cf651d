"""An officer slows an alert down while it runs: all nodes together keep to it, and everybody is called."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from broadcast.errors import BadPace, BroadcastOver, UnknownBroadcast
from broadcast.ledger.taking import Taken
from broadcast.rules.alert_pace import AlertPace
from broadcast.states import Outcome
from broadcast.steering.pace import set_pace
from broadcast.steering.pause import pause, resume
from broadcast.tables import Attempt, Broadcast
from directory.errors import NotTheirNetwork
from storage.transactions import Transactions
from tests.broadcast.ledger.test_one_call_a_telephone import OTHER_NODE, takes
from tests.fakes.dialler import FakeDialler
from tests.support.office import NODE, PATIENCE, Office
from tests.support.people import named, network_of, officer, phone

pytestmark = pytest.mark.timeout(2 * PATIENCE)
MAES = named("Maes")
MANY = 12
PEOPLE = {f"Lid {n}": [phone(10, n)] for n in range(1, MANY + 1)}


async def sends_to_many(office: Office, *, at: float | None = None, lines: int | None = None) -> int:
    await network_of(office.engine, PEOPLE)
    sent = await office.sends()
    await paces(office, sent.broadcast, at, lines)
    return sent.broadcast


async def paces(office: Office, broadcast: int, at: float | None = None, lines: int | None = None) -> None:
    await Transactions(office.engine)(set_pace, MAES, broadcast, at, lines)


async def takes_by_pace(office: Office, node: str = NODE) -> list[Taken]:
    """This node asks for all that wait."""
    attempts = list((await office.open_calls()).values())
    by = (await office.lease_of(node)).tenure
    ready = set((await office.ledger.audio_of(attempts)).values())
    return await office.ledger.pacing.take(attempts, by, ready=ready)


async def dialled_at(office: Office) -> Sequence[datetime]:
    async with office.engine.connect() as connection:
        found = await connection.scalars(select(Attempt.dialled_at).order_by(Attempt.dialled_at))
        return [at for at in found if at is not None]


async def a_second_later(office: Office) -> None:
    """The calls that have begun began so long ago."""
    async with office.engine.begin() as connection:
        begun = await connection.scalar(select(Broadcast.begun))
        assert begun is not None
        before = [at - timedelta(seconds=AlertPace(1.0).seconds) for at in begun]
        await connection.execute(update(Broadcast).values(begun=before))


async def test_two_nodes_together_begin_no_more_calls_in_a_second_than_was_said(office: Office) -> None:
    await sends_to_many(office, at=3)
    assert await takes(office, *(await office.open_calls()).values()) == [], "the usual way leaves them alone"
    both = await asyncio.gather(takes_by_pace(office), takes_by_pace(office, OTHER_NODE))
    assert sum(map(len, both)) == 3
    assert await takes_by_pace(office) == []
    await a_second_later(office)
    assert len(await takes_by_pace(office, OTHER_NODE)) == 3


async def test_no_more_are_up_than_was_said_whichever_node_has_them(office: Office) -> None:
    broadcast = await sends_to_many(office, lines=2)
    both = await asyncio.gather(takes_by_pace(office), takes_by_pace(office, OTHER_NODE))
    first, _ = taken = [one for those in both for one in those]
    assert len(taken) == 2
    assert await takes_by_pace(office) == []
    await paces(office, broadcast, lines=3)
    assert len(await takes_by_pace(office)) == 1
    await paces(office, broadcast, lines=1)
    await office.ends(first.attempt, Outcome.CONFIRMED)
    assert await takes_by_pace(office) == [], "those that are up go on, and none begins"


async def test_jobs_are_given_for_as_many_as_may_begin_each_for_its_moment(office: Office) -> None:
    broadcast = await sends_to_many(office, at=2)
    assert await office.jobs() == 0
    await asyncio.gather(*(office.upkeep.tend() for _ in range(3)))
    assert await office.jobs() == 4, "two now and two in a second, however many look"
    assert await office.count("procrastinate_jobs WHERE scheduled_at > now() + interval '0.5 seconds'") == 2
    await paces(office, broadcast)
    await office.upkeep.tend()
    assert await office.jobs() == MANY


async def test_everybody_is_called_at_that_pace_and_faster_when_it_is_taken_away(office: Office) -> None:
    broadcast = await sends_to_many(office, at=4)
    dialler = FakeDialler()
    async with office.at_work(dialler):
        await office.until(lambda seen: seen.to_go <= MANY - 8, broadcast)
        slowly = await dialled_at(office)
        await paces(office, broadcast)
        await office.until_closed(broadcast)
    pairs = zip(slowly, slowly[4:], strict=False)
    assert all(later - first >= timedelta(seconds=1) for first, later in pairs)
    assert sorted(order.number for order in dialler.orders) == sorted(number for [number] in PEOPLE.values())


async def test_lines_are_used_again_as_they_become_free(office: Office) -> None:
    broadcast = await sends_to_many(office, lines=3)
    dialler = FakeDialler(hold=0.05)
    async with office.at_work(dialler):
        await office.until_closed(broadcast)
    assert dialler.most_at_once <= 3
    assert len(dialler.orders) == MANY


async def test_a_pace_lasts_over_a_pause(office: Office) -> None:
    broadcast = await sends_to_many(office, at=3)
    await Transactions(office.engine)(pause, MAES, broadcast)
    assert await takes_by_pace(office) == []
    await office.upkeep.tend()
    assert await office.jobs() == 0
    await Transactions(office.engine)(resume, MAES, broadcast)
    assert len(await takes_by_pace(office)) == 3


@pytest.mark.parametrize(
    ("at", "lines"),
    [(0.0, None), (-1.0, None), (float("nan"), None), (float("inf"), None), (None, 0), (None, 10_001)],
)
async def test_what_is_no_pace_is_refused(office: Office, at: float | None, lines: int | None) -> None:
    broadcast = await sends_to_many(office)
    with pytest.raises(BadPace):
        await paces(office, broadcast, at, lines)
    assert not (await office.progress(broadcast)).steered.calls_per_second


async def test_of_what_is_over_or_not_theirs_nobody_sets_the_pace(office: Office) -> None:
    broadcast = await sends_to_many(office)
    with pytest.raises(NotTheirNetwork):
        await Transactions(office.engine)(set_pace, officer("witven"), broadcast, 1.0, None)
    with pytest.raises(UnknownBroadcast):
        await paces(office, 99, 1.0)
    await office.desk.stop(MAES, broadcast)
    with pytest.raises(BroadcastOver):
        await paces(office, broadcast, 1.0)
