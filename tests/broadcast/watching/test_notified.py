"""The database notifies of ids alone, once for each transaction, and of no call while nobody listens."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
import pytest
from sqlalchemy import text

from broadcast.ports import CallOutcome
from broadcast.states import Outcome
from broadcast.watching.triggers import CHANNELS, LISTENING
from tests.support.office import PATIENCE, Office
from tests.support.people import network_of, phone
from tests.support.reports import reported

pytestmark = pytest.mark.timeout(2 * PATIENCE)
PEOPLE = {f"Lid {n}": [phone(10, n)] for n in range(1, 21)}
Notices = list[tuple[str, str]]


@asynccontextmanager
async def notices(url: str, *, locks: bool) -> AsyncIterator[Notices]:
    """Those that come meanwhile, for somebody who locks as a listener does or who does not."""
    found: Notices = []
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        connection.add_notify_handler(lambda one: found.append((one.channel, one.payload)))
        for channel in CHANNELS:
            await connection.execute(f"LISTEN {channel}".encode())
        if locks:
            await connection.execute("SELECT pg_advisory_lock_shared(%s)", (LISTENING,))
        yield found
        await connection.execute("SELECT 1")  # what was notified of comes before the answer


async def test_twenty_calls_that_end_together_are_one_notice(office: Office, database_url: str) -> None:
    await network_of(office.engine, PEOPLE)
    async with notices(database_url, locks=True) as sent:
        alert = (await office.sends()).broadcast
    assert sorted(sent) == [("broadcast", str(alert)), ("broadcasts", str(alert))]
    attempts = [(await office.takes(number)).attempt for [number] in PEOPLE.values()]
    async with notices(database_url, locks=True) as ended:
        await office.ledger.record({one: CallOutcome(Outcome.CONFIRMED) for one in attempts})
    assert ended == [("broadcast", str(alert))]


async def test_who_reports_is_told_of_by_the_number_of_the_report(office: Office, database_url: str) -> None:
    async with notices(database_url, locks=False) as told:
        report = await reported(office.engine)
    assert told == [("report", str(report))]


async def test_a_lease_that_is_renewed_is_no_change(office: Office, database_url: str) -> None:
    async with notices(database_url, locks=True) as told:
        assert await office.lease.renew()
    assert told == []


async def test_while_nobody_listens_calls_are_not_notified_of(office: Office, database_url: str) -> None:
    await network_of(office.engine, PEOPLE)
    async with notices(database_url, locks=False) as told:
        await office.sends()
        await office.calls(phone(10, 1), Outcome.CONFIRMED)
    assert told == []


async def test_who_writes_waits_for_nobody_who_listens(office: Office, database_url: str) -> None:
    await network_of(office.engine, PEOPLE)
    alert = (await office.sends()).broadcast
    due_now = text("UPDATE attempt SET due_at = now() WHERE e164 = :n")
    async with notices(database_url, locks=True) as told, asyncio.timeout(PATIENCE):
        writing = [await office.engine.connect() for _ in range(2)]
        for number, connection in enumerate(writing, 1):
            await connection.execute(due_now, {"n": phone(10, number)})
        for connection in writing:
            await connection.commit()
            await connection.close()
    assert told == [("broadcast", str(alert))] * 2
