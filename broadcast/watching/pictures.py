"""One subject, looked at anew on each change, for as many as watch it: a look is one for all of them."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable
from time import monotonic
from typing import Generic, TypeVar

from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from broadcast.watching.changes import AGAIN_AFTER, Changes, Concerns

log = logging.getLogger(__name__)

APART = 0.25
"""Seconds between two looks: at most four in a second, however much changes."""
REST = 4.0
"""A look that takes long is followed by a rest so many times as long, so that watching costs calls little."""
MEANWHILE = 1.0
"""Seconds between two looks while no change can be heard of."""
ANYWAY = 5.0
"""Seconds between two looks though no change is told of: leases end by the clock, and nobody writes that."""
AWAY = (InterfaceError, OperationalError, NoConnectionFree)
"""The database's absence; whoever watches needs no job engine, which `broadcast.away` knows as well."""
T = TypeVar("T")


class Pictures(Generic[T]):
    """The newest picture of one subject. Who is slow misses what was between, and never what is last."""

    def __init__(
        self,
        changes: Changes,
        concerns: Concerns,
        look: Callable[[], Awaitable[T]],
        *,
        is_news: Callable[[T, T], bool],
    ) -> None:
        """`is_news`: whether the second tells more than the first."""
        self._changes, self._concerns, self._look, self._is_news = changes, concerns, look, is_news
        self._newest: T | None = None
        self._fault: Exception | None = None
        self._number = 0
        """Of the newest picture, from 1 on."""
        self._painted = asyncio.Event()
        self._painting: asyncio.Task[None] | None = None
        self.watchers = 0

    async def watch(self) -> AsyncGenerator[T, None]:
        """The newest picture, and each that tells more. Raises what the look raises, but waits for a
        database that is away."""
        self.watchers += 1
        if self._painting is None:
            self._painting = asyncio.create_task(self._paint())
        seen = 0
        try:
            while True:
                painted = self._painted
                if self._number > seen and self._newest is not None:
                    seen = self._number
                    yield self._newest
                elif self._fault is not None:
                    raise self._fault
                else:
                    await painted.wait()
        finally:
            self.watchers -= 1
            if not self.watchers:
                self._painting.cancel()
                self._painting = None

    async def _paint(self) -> None:
        with self._changes.told(self._concerns) as changed:
            while True:
                changed.clear()
                began = monotonic()
                try:
                    self._show(await self._look())
                except AWAY as away:
                    log.debug("Nothing can be looked at now (%s).", type(away).__name__)
                    changed.set()
                    await asyncio.sleep(AGAIN_AFTER)
                except Exception as fault:  # noqa: BLE001 - raised by those who watch
                    self._fault = fault
                    self._wake()
                    return
                took = monotonic() - began
                await asyncio.sleep(max(APART - took, REST * took))
                await self._until(changed)

    async def _until(self, changed: asyncio.Event) -> None:
        try:
            async with asyncio.timeout(ANYWAY if self._changes.hears else MEANWHILE):
                await changed.wait()
        except TimeoutError:
            return

    def _show(self, picture: T) -> None:
        if self._newest is None or self._is_news(self._newest, picture):
            self._newest, self._number = picture, self._number + 1
            self._wake()

    def _wake(self) -> None:
        woken, self._painted = self._painted, asyncio.Event()
        woken.set()
