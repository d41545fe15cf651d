"""Whether phones would ring, looked at all the time, so that every page says it before it is needed."""

import asyncio
import logging
import time
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncEngine

from broadcast.engine.nodes import lines_held
from broadcast.rules.forecast import minutes_to_call
from buurtbel.settings.settings import Settings
from buurtbel.status.doctor import examine, hindrance
from console.parts import Ready, ReadySign

log = logging.getLogger(__name__)

LOOK_EVERY = 10.0
EXAMINE_EVERY = 60.0
"""Seconds between two looks at what costs more: each language is spoken."""
NOT_LOOKED = "Nobody has looked yet; wait some seconds."


class WatchedReadiness:
    """Looks every few seconds, whether anybody asks or not: an answer never waits for a look."""

    def __init__(self, settings: Settings, engine: AsyncEngine) -> None:
        self._settings = settings
        self._engine = engine
        self._seen = Ready((), NOT_LOOKED, 0, 0, 0.0)
        self._seen_at = time.monotonic()
        self._examined_at = -EXAMINE_EVERY

    async def now(self) -> Ready:
        """What was seen last."""
        return replace(self._seen, seconds_old=time.monotonic() - self._seen_at)

    def minutes(self, people: int, seconds: float, nodes: int) -> int | None:
        """The trunks of other nodes are taken for as wide as ours."""
        if not self._seen.is_ready or not seconds:
            return None
        trunk, nodes = self._settings.trunk, max(1, nodes)
        return minutes_to_call(
            people,
            lines=nodes * (trunk.channels - trunk.channels_for_callers),
            calls_per_second=nodes * trunk.calls_per_second,
            call_seconds=seconds,
        )

    async def look_on(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self._look()
            except Exception as fault:  # noqa: BLE001 - pages go on, and say so
                log.warning("Nobody can tell whether phones would ring (%s).", type(fault).__name__)
                self._seen = replace(self._seen, hindrance="The database does not answer.")
            await asyncio.sleep(LOOK_EVERY)

    async def _look(self) -> None:
        hindered = await hindrance(self._settings, self._engine)
        async with self._engine.connect() as connection:
            callers, lines = await lines_held(connection)
        signs = self._seen.signs
        if time.monotonic() - self._examined_at > EXAMINE_EVERY or (hindered is None) != self._seen.is_ready:
            signs = [ReadySign(one.what, one.ok, one.says) async for one in examine(self._settings)]
            self._examined_at = time.monotonic()
        self._seen = Ready(signs, hindered, callers, lines, 0.0)
        self._seen_at = time.monotonic()
