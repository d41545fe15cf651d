"""Notices of PostgreSQL are told as they come, also after their connection was lost."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
import pytest

from storage.notices import listen

PATIENCE = 20.0
CHANNELS = ("bells", 'odd "name"#1')
Told = asyncio.Queue[tuple[str, str]]

pytestmark = pytest.mark.timeout(60)


@asynccontextmanager
async def listening(url: str) -> AsyncIterator[Told]:
    told = Told()

    async def tell(channel: str, payload: str) -> None:
        await told.put((channel, payload))

    ears = asyncio.create_task(listen(url, {}, CHANNELS, tell))
    try:
        yield told
    finally:
        ears.cancel()
        await asyncio.wait({ears})


async def notify(url: str, channel: str, *payloads: str) -> None:
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        for payload in payloads:
            await connection.execute("SELECT pg_notify(%s, %s)", (channel, payload))


async def hears(url: str, told: Told) -> None:
    """Wait until a notice is told; forget those that were told on the way."""
    async with asyncio.timeout(PATIENCE):
        while told.empty():
            await notify(url, CHANNELS[-1], "is anybody there")
            await asyncio.sleep(0.02)
        await notify(url, CHANNELS[-1], "yes")
        while await told.get() != (CHANNELS[-1], "yes"):
            pass


async def test_every_notice_is_told_in_its_order(database_url: str) -> None:
    async with listening(database_url) as told:
        await hears(database_url, told)
        await notify(database_url, "bells", *map(str, range(100)))
        async with asyncio.timeout(PATIENCE):
            assert [await told.get() for _ in range(100)] == [("bells", str(n)) for n in range(100)]


async def test_a_connection_that_is_lost_is_made_anew(database_url: str) -> None:
    async with listening(database_url) as told:
        await hears(database_url, told)
        async with await psycopg.AsyncConnection.connect(database_url, autocommit=True) as connection:
            ended = await connection.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE query LIKE 'LISTEN%' AND datname = current_database()"
            )
            assert len(await ended.fetchall()) == 1
        await hears(database_url, told)


async def test_where_no_connection_can_be_made_that_is_told() -> None:
    async def tell(_channel: str, _payload: str) -> None: ...

    with pytest.raises(psycopg.OperationalError):
        await listen("postgresql://nobody@127.0.0.1:1/nothing", {}, CHANNELS, tell)
