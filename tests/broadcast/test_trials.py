"""Test calls as rows: each placed once, by one node, and forgotten like nobody's attempt."""

import asyncio

from sqlalchemy import func, select, text, update

from broadcast.service_calls import own_calls, trials
from broadcast.service_calls.trials import KEPT_FOR, TAKEN_WITHIN, TrialBook, TrialRing, TrialStatus
from broadcast.states import Outcome
from broadcast.tables import Attempt
from broadcast.trial_tables import TrialCall, TrialOrder, TrialOutcome
from tests.support.office import NODE, Office
from tests.support.people import ADMIN, phone
from tests.support.stirring import taken_as_by_a_line

NUMBER = phone(10)


async def ordered(office: Office) -> int:
    async with office.engine.begin() as connection:
        return await trials.order(connection, ADMIN, NUMBER, "fr")


async def taken(office: Office, node: str = NODE) -> TrialRing | None:
    async with office.engine.begin() as connection:
        return await taken_as_by_a_line(connection, TrialBook(), node)


async def aged(office: Office, seconds: float) -> None:
    async with office.engine.begin() as connection:
        older = TrialOrder.ordered_at - text(f"interval '{seconds} seconds'")
        await connection.execute(update(TrialOrder).values(ordered_at=older))


async def test_a_test_call_is_taken_once_and_what_came_of_it_is_read(office: Office) -> None:
    order = await ordered(office)
    both = [one for one in await asyncio.gather(taken(office), taken(office, "another")) if one]
    assert [(one.number, one.language) for one in both] == [(NUMBER, "fr")]
    assert await taken(office) is None
    async with office.engine.begin() as connection:
        assert await trials.result(connection, order) is None
        for outcome in (Outcome.BUSY, TrialOutcome.LOST):  # the end is written once
            await own_calls.close(connection, TrialCall, both[0].id, outcome, rang_after=0.5, sip_status=486)
        assert await trials.result(connection, order) == TrialStatus("busy", 0.5, sip_status=486)
        assert await connection.scalar(select(func.count()).select_from(Attempt)) == 0


async def test_what_is_under_way_is_the_node_s_own(office: Office) -> None:
    await ordered(office)
    ring = await taken(office)
    async with office.engine.connect() as connection:
        [row] = await own_calls.under_way(connection, TrialCall, trials.RINGS, NODE)
        assert TrialRing(*row) == ring
        assert await own_calls.under_way(connection, TrialCall, trials.RINGS, "another") == []


async def test_an_order_that_nobody_took_is_taken_back_and_one_that_rings_is_not(office: Office) -> None:
    first, second = await ordered(office), await ordered(office)
    assert await taken(office) is not None
    async with office.engine.begin() as connection:
        assert not await trials.withdraw(connection, ADMIN, first)
        assert await trials.withdraw(connection, ADMIN, second)
        assert not await trials.withdraw(connection, ADMIN, second)
    assert await taken(office) is None


async def test_an_old_order_rings_nobody(office: Office) -> None:
    await ordered(office)
    await aged(office, TAKEN_WITHIN.total_seconds() + 1)
    assert await taken(office) is None


async def test_a_day_later_whom_it_called_is_forgotten(office: Office) -> None:
    await ordered(office)
    assert await taken(office) is not None
    await aged(office, KEPT_FOR.total_seconds() + 1)
    kept = await ordered(office)
    async with office.engine.connect() as connection:
        assert list(await connection.scalars(select(TrialOrder.id))) == [kept]
