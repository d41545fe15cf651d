"""One engine for all tests of a process: it keeps what it has compiled, and connections to a database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
from sqlalchemy import event, make_url
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import QueuePool

from storage.engine import make_engine
from tests.support.databases import STAYS

MOST_KEPT = 5
"""Connections that stay for the next test. There may be more at once: who waits for one binds the pool to the
event loop of their test."""


class SharedEngine:
    """It leads to one database at a time."""

    def __init__(self, server_url: str) -> None:
        self._engine = make_engine(server_url)
        self._asking: psycopg.Connection | None = None

        @event.listens_for(self._engine.sync_engine, "do_connect")
        def to_the_database_of_the_test(
            _dialect: object, _record: object, _arguments: object, parameters: dict[str, object]
        ) -> None:
            parameters |= {"dbname": self._engine.url.database, "application_name": STAYS}

    @asynccontextmanager
    async def on(self, database_url: str) -> AsyncIterator[AsyncEngine]:
        """The engine, led to this database."""
        engine, wanted = self._engine, make_url(database_url).database
        if engine.url.database != wanted:
            await engine.dispose()
            engine.sync_engine.url = engine.url.set(database=wanted)
        yield engine
        assert isinstance(engine.pool, QueuePool)
        if engine.pool.checkedin() > MOST_KEPT:
            await engine.dispose()

    def ask(self, database_url: str, question: str) -> list[tuple[Any, ...]]:
        """Rows of this database; an instruction changes it."""
        if self._asking is None or self._asking.info.dbname != make_url(database_url).database:
            self._stop_asking()
            self._asking = psycopg.connect(database_url, application_name=STAYS)
        with self._asking.transaction():
            asked = self._asking.execute(question)
            return asked.fetchall() if asked.description else []

    def _stop_asking(self) -> None:
        if self._asking is not None:
            self._asking.close()

    async def close(self) -> None:
        self._stop_asking()
        await self._engine.dispose()
