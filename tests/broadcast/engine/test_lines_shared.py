"""Two urgent alerts at once share the lines by what is left to call; one alone costs nothing more."""

from collections.abc import Sequence

import pytest
from sqlalchemy import text

from broadcast.steering.pause import pause
from storage.transactions import Transactions
from tests.fakes.dialler import FakeDialler
from tests.support.office import PATIENCE, Office
from tests.support.people import ADMIN, network_of, phone

pytestmark = pytest.mark.timeout(2 * PATIENCE)
LARGE, SMALL = 36, 12


async def two_alerts(office: Office) -> tuple[int, int]:
    """The small one after the large one, whose jobs all wait before it."""
    for slug, count, first in (("large", LARGE, 0), ("small", SMALL, 500)):
        people = {f"{slug} {n}": [phone(10, first + n)] for n in range(1, count + 1)}
        await network_of(office.engine, people, slug=slug)
    return (await office.sends(to=["large"])).broadcast, (await office.sends(to=["small"])).broadcast


async def next_jobs(office: Office, calls: int) -> Sequence[int]:
    """The alerts of the next so many jobs that a worker would fetch."""
    await office.upkeep.tend()
    await office.sharing.bring_forward(calls)
    async with office.engine.connect() as connection:
        found = await connection.scalars(
            text(
                "SELECT broadcast_id FROM attempt JOIN procrastinate_jobs ON queueing_lock = attempt.id::text"
                " WHERE status = 'todo' ORDER BY priority DESC, procrastinate_jobs.id LIMIT :calls"
            ),
            {"calls": calls},
        )
        return found.all()


async def test_a_quarter_of_the_people_has_a_quarter_of_the_lines(office: Office) -> None:
    large, small = await two_alerts(office)
    found = await next_jobs(office, 8)
    assert (found.count(large), found.count(small)) == (6, 2)


async def test_an_alert_that_is_paused_leaves_the_lines_to_the_other(office: Office) -> None:
    large, small = await two_alerts(office)
    await Transactions(office.engine)(pause, ADMIN, large)
    assert await next_jobs(office, 8) == [small] * 8


async def test_one_alone_is_not_counted(office: Office) -> None:
    await network_of(office.engine, {"An": [phone(10, 1)]})
    await office.sends()
    await office.upkeep.tend()
    assert not office.sharing._left


async def test_both_are_called_side_by_side_to_their_end(office: Office) -> None:
    large, small = await two_alerts(office)
    await office.upkeep.tend()
    dialler = FakeDialler(lines=4, hold=0.05)
    async with office.at_work(dialler):
        for broadcast in (large, small):
            await office.until_closed(broadcast)
    turns = [order.broadcast for order in dialler.orders]
    assert len(turns) == LARGE + SMALL
    assert small in turns[:8], "it need not wait for the end of the other"
    assert turns[: len(turns) // 2].count(small) <= SMALL * 0.75, "nor does the other wait for it"
