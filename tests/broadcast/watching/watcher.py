"""Somebody of the tests who watches, and keeps what they saw."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager
from time import monotonic
from typing import Generic, TypeVar

import psycopg
from sqlalchemy.ext.asyncio import AsyncEngine

from tests.support.databases import superuser
from tests.support.office import PATIENCE

T = TypeVar("T")
LISTENERS = "query LIKE 'SELECT pg_advisory_lock_shared%'"
"""Connections that wait for changes."""


class Watcher(Generic[T]):
    def __init__(self) -> None:
        self.seen: list[T] = []
        self.at: list[float] = []
        """When each was seen, by `time.monotonic`."""
        self.fault: Exception | None = None

    async def sees(self, condition: Callable[[T], bool]) -> T:
        """What they see last, once it is so. Raises what ended their watch."""
        async with asyncio.timeout(PATIENCE):
            while not self.seen or not condition(self.seen[-1]):
                if self.fault is not None:
                    raise self.fault
                await asyncio.sleep(0.01)
        return self.seen[-1]

    async def ends(self) -> Exception:
        """Why their watch ended."""
        async with asyncio.timeout(PATIENCE):
            while self.fault is None:
                await asyncio.sleep(0.01)
        return self.fault


@asynccontextmanager
async def watching(subject: AsyncGenerator[T, None]) -> AsyncIterator[Watcher[T]]:
    watcher = Watcher[T]()

    async def watch() -> None:
        try:
            async for one in subject:
                watcher.seen.append(one)
                watcher.at.append(monotonic())
        except Exception as fault:  # noqa: BLE001 - whoever waits for more is told
            watcher.fault = fault
        finally:
            await subject.aclose()

    task = asyncio.create_task(watch())
    try:
        yield watcher
    finally:
        task.cancel()
        await asyncio.wait({task})


async def listeners(engine: AsyncEngine) -> int:
    """How many connections wait for changes in this database."""
    return len(await _as_superuser(engine, f"SELECT pid FROM pg_stat_activity WHERE {LISTENERS}"))


async def until_changes_are_heard(engine: AsyncEngine) -> None:
    async with asyncio.timeout(PATIENCE):
        while not await _as_superuser(
            engine, f"SELECT FROM pg_stat_activity WHERE {LISTENERS} AND state = 'idle'"
        ):
            await asyncio.sleep(0.01)


async def lose(engine: AsyncEngine, which: str = LISTENERS) -> int:
    """End these connections; returns how many there were."""
    return len(
        await _as_superuser(
            engine, f"SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE {which}"
        )
    )


async def _as_superuser(engine: AsyncEngine, asked: str) -> list[tuple[object, ...]]:
    """About connections to this database, but this one."""
    url = superuser(engine.url.set(drivername="postgresql").render_as_string(hide_password=False))
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as connection:
        about = f"{asked} AND datname = current_database() AND pid <> pg_backend_pid()"
        return await (await connection.execute(about.encode())).fetchall()
