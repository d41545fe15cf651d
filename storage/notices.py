"""What PostgreSQL notifies of (LISTEN): waited for at the socket, so that nothing wakes while nothing comes.

psycopg's own `notifies` looks ten times a second.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from typing import Any, NoReturn

from psycopg import AsyncConnection, Notify, OperationalError
from psycopg.sql import SQL, Identifier

Told = Callable[[str, str], Awaitable[None]]
"""It is handed channel and payload."""
Ready = Callable[[AsyncConnection[Any]], Awaitable[None]]
"""It is handed the connection that listens."""


async def listen(url: str, how: dict[str, Any], channels: Collection[str], told: Told) -> NoReturn:
    """Tell of every notice on these channels, one after the other, until cancelled.

    `how`: as libpq takes it. A connection that is lost is made anew; what was notified of in between is
    not told. Raises OperationalError when none can be made.
    """
    while True:
        await listen_until_lost(url, how, channels, told)


async def listen_until_lost(
    url: str, how: dict[str, Any], channels: Collection[str], told: Told, *, ready: Ready | None = None
) -> None:
    """Tell of every notice as `listen` does, and return when the connection is lost.

    `ready` is called once PostgreSQL listens: whatever is committed from then on is told.
    """
    async with await AsyncConnection.connect(url, autocommit=True, **how) as connection:
        early: list[Notify] = []
        connection.add_notify_handler(early.append)
        for channel in channels:
            await connection.execute(SQL("LISTEN {}").format(Identifier(channel)))
        if ready is not None:
            await ready(connection)
        for notice in early:
            await told(notice.channel, notice.payload)
        await _tell(connection, told)


async def _tell(connection: AsyncConnection[Any], told: Told) -> None:
    """Return when the connection is lost."""
    loop, readable, wire = asyncio.get_running_loop(), asyncio.Event(), connection.pgconn
    descriptor = connection.fileno()
    loop.add_reader(descriptor, readable.set)
    try:
        while True:
            await readable.wait()
            readable.clear()
            wire.consume_input()
            while (notice := wire.notifies()) is not None:
                await told(notice.relname.decode(), notice.extra.decode())
    except OperationalError:
        return
    finally:
        loop.remove_reader(descriptor)
