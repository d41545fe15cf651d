"""Hears of changes for all who wait for some in this process, on one connection that is there meanwhile."""

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from psycopg import AsyncConnection, Error
from sqlalchemy.ext.asyncio import AsyncEngine

from broadcast.watching.triggers import CHANNELS, LISTENING
from storage.engine import CONNECTION
from storage.notices import listen_until_lost

log = logging.getLogger(__name__)

AGAIN_AFTER = 0.5
"""Seconds after which a database that is away is asked again."""
Concerns = Callable[[str, str], bool]
"""Whether a change, by channel and id, is one that somebody waits for."""


class Changes:
    """Sets an event for each change that concerns it, and for every one that may have been missed."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._url = engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
        self._waiting: dict[asyncio.Event, Concerns] = {}
        self._ears: asyncio.Task[None] | None = None
        self._hears = False

    @property
    def hears(self) -> bool:
        """Whether every change is told of. Until then, and while the database is away, none may be."""
        return self._hears

    @contextmanager
    def told(self, concerns: Concerns) -> Iterator[asyncio.Event]:
        """An event that is set on each such change from now on, and once changes are heard (again)."""
        event = asyncio.Event()
        self._waiting[event] = concerns
        if self._ears is None:
            self._ears = asyncio.create_task(self._listen())
        try:
            yield event
        finally:
            del self._waiting[event]
            if not self._waiting:
                self._ears.cancel()
                self._ears, self._hears = None, False

    async def _listen(self) -> None:
        while True:
            try:
                await listen_until_lost(self._url, CONNECTION, CHANNELS, self._tell, ready=self._begin)
            except Error as away:
                log.debug("Changes cannot be heard of now (%s).", type(away).__name__)
            self._hears = False
            self._wake(lambda _: True)
            await asyncio.sleep(AGAIN_AFTER)

    async def _begin(self, connection: AsyncConnection[Any]) -> None:
        # It waits for those who write in this moment and saw nobody listen.
        await connection.execute("SELECT pg_advisory_lock_shared(%s)", (LISTENING,))
        self._hears = True
        self._wake(lambda _: True)

    async def _tell(self, channel: str, payload: str) -> None:
        self._wake(lambda concerns: concerns(channel, payload))

    def _wake(self, whom: Callable[[Concerns], bool]) -> None:
        for event, concerns in self._waiting.items():
            if whom(concerns):
                event.set()
