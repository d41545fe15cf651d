"""What a node does by the clock, round after round, also when somebody sets that clock."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from datetime import UTC, datetime
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from broadcast.away import DATABASE_AWAY

log = logging.getLogger(__name__)

LOOK_EVERY = 1.0
"""Seconds between two looks whether the clock was set."""
TOLERANCE = 0.5
"""Seconds between two looks by which clocks may differ, as when one of them is slewed."""
Chore = Callable[[], Awaitable[object]]


class Rounds:
    """Does each of these chores at once, and then again every so many seconds, until `end`.

    A round that fails is logged, and the next one tries again; while the database is away it is left out.
    """

    def __init__(
        self,
        chores: Mapping[Chore, float],
        *,
        wall: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wall, self._steady = wall, steady
        self._clock = AsyncIOScheduler(timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1})
        for chore, seconds in chores.items():
            self._clock.add_job(_patient(chore), "interval", seconds=seconds, next_run_time=datetime.now(UTC))
        self._clock.start()
        self._keeping = asyncio.create_task(self._keep_in_step())

    def end(self) -> None:
        """Begin no more rounds, and end those that are being done."""
        self._keeping.cancel()
        self._clock.shutdown(wait=False)

    async def _keep_in_step(self) -> None:
        """Begin all rounds anew when the clock on the wall was set.

        APScheduler waits for a time of day: a clock that is put back by an hour would stop them for an hour.
        """
        apart = self._wall() - self._steady()
        while True:
            await asyncio.sleep(LOOK_EVERY)
            before, apart = apart, self._wall() - self._steady()
            if abs(apart - before) > TOLERANCE:
                log.warning("The clock of this machine was set by %+.0f s.", apart - before)
                for job in self._clock.get_jobs():
                    job.modify(next_run_time=datetime.now(UTC))


def _patient(chore: Chore) -> Callable[[], Coroutine[Any, Any, None]]:
    async def round_() -> None:
        try:
            await chore()
        except DATABASE_AWAY as away:
            log.warning("The upkeep waits for the database (%s).", type(away).__name__)
        except asyncio.CancelledError:
            # Nothing to complain of when the rounds end; APScheduler would.
            if not _is_told_to_end():
                raise

    return round_


def _is_told_to_end() -> bool:
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
