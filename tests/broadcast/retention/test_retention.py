"""What was kept for long enough is erased by the clock, and nothing a day sooner; each run is journalled."""

from typing import Any

import pytest
from sqlalchemy import text

from broadcast.retention.policy import RetentionPolicy
from broadcast.retention.retain import Retained, retain, retain_daily
from broadcast.states import Outcome
from directory.journal.book import entries, whole
from directory.journal.chain import judge
from tests.support.office import Office
from tests.support.people import network_of, phone
from tests.support.reports import reported

PEOPLE = {"An Peeters": [phone(10, 1)], "Bert Claes": [phone(10, 2)]}
POLICY = RetentionPolicy(reports=90, evidence=365, alerts=400, left=30)
ZONE = "Europe/Brussels"


async def change(office: Office, *instructions: str) -> None:
    async with office.engine.begin() as connection:
        for one in instructions:
            await connection.execute(text(one))


async def ask(office: Office, question: str) -> list[tuple[Any, ...]]:
    async with office.engine.connect() as connection:
        return [tuple(row) for row in await connection.execute(text(question))]


@pytest.fixture
async def used(office: Office) -> Office:
    """An alert that is over, and a report."""
    await network_of(office.engine, PEOPLE)
    await office.sends()
    await reported(office.engine, number=phone(10, 1))
    for attempt in (await office.open_calls()).values():
        await office.ends(attempt, Outcome.CONFIRMED)
    await office.upkeep.tend()
    return office


@pytest.mark.parametrize(
    ("aged", "erased"),
    [
        ("UPDATE member_report SET created_at = now() - interval '89 days'", Retained()),
        ("UPDATE member_report SET created_at = now() - interval '91 days'", Retained(reports=1, sounds=1)),
        ("UPDATE broadcast SET closed_at = now() - interval '364 days'", Retained()),
        ("UPDATE broadcast SET closed_at = now() - interval '366 days'", Retained(calls=2)),
        (
            "UPDATE broadcast SET closed_at = now() - interval '401 days'",
            Retained(calls=2, alerts=1, sounds=1),
        ),
        (
            "UPDATE broadcast SET state = 'running', created_at = '2001-01-01', closed_at = NULL",
            Retained(),
        ),
        ("UPDATE member SET left_on = current_date - 29 WHERE id = 1", Retained()),
        ("UPDATE member SET left_on = current_date - 31 WHERE id = 1", Retained(members=1)),
    ],
)
async def test_each_thing_goes_when_its_time_is_over(aged: str, erased: Retained, used: Office) -> None:
    await change(used, aged)
    done = await retain(used.engine, POLICY, ZONE)
    if erased.members:  # their report goes with them
        assert done is not None
        assert done.members == 1
    else:
        assert done == erased
    assert await retain(used.engine, POLICY, ZONE) == Retained()


async def test_of_an_old_alert_only_what_counts_stays(used: Office) -> None:
    before = await used.progress(1)
    await change(used, "UPDATE broadcast SET closed_at = now() - interval '500 days'")
    await retain(used.engine, POLICY, ZONE)
    after = await used.progress(1)
    assert (after.results, after.outcomes, after.code) == (before.results, before.outcomes, None)
    assert await ask(used, "SELECT DISTINCT e164, evidence::text FROM attempt") == [("", "{}")]
    for empty in ("recipient_number", "broadcast_text", "broadcast_recording"):
        assert await ask(used, f"SELECT count(*) FROM {empty}") == [(0,)]
    assert await ask(used, "SELECT flac, seconds FROM audio JOIN pass ON audio = sha256") == [(b"", 0.0)]
    assert len(await used.results(1)) == len(PEOPLE)
    again = await used.sends()
    assert set((await used.progress(again.broadcast)).results) == set()


async def test_each_run_is_journalled_with_its_counts_once_a_day(used: Office) -> None:
    await change(used, "UPDATE member_report SET created_at = now() - interval '91 days'")
    assert await retain_daily(used.engine, POLICY, ZONE) is not None
    assert await retain_daily(used.engine, POLICY, ZONE) is None
    async with whole(used.engine) as connection:
        found = [one async for one in entries(connection)]
    assert judge(found).fault is None
    assert (found[-1]["act"], found[-1]["role"], found[-1]["ids"]) == (
        "retention.run",
        "system",
        {"alerts": [0], "calls": [0], "members": [0], "reports": [1], "sounds": [1]},
    )


async def test_one_node_does_it_at_a_time(used: Office) -> None:
    async with used.engine.begin() as other:
        await other.execute(text("SELECT pg_advisory_xact_lock(5391700)"))
        assert await retain(used.engine, POLICY, ZONE) is None
    assert await retain(used.engine, POLICY, ZONE) is not None


async def test_who_is_being_called_waits_for_the_next_day_and_keeps_nobody_else(used: Office) -> None:
    await used.sends()
    await used.takes(phone(10, 1))
    await change(used, "UPDATE member SET left_on = current_date - 60")
    done = await retain(used.engine, POLICY, ZONE)
    assert done is not None
    assert done.members == 0
    await used.calls(phone(10, 2), Outcome.CONFIRMED)
    done = await retain(used.engine, POLICY, ZONE)
    assert done is not None
    assert done.members == 1
