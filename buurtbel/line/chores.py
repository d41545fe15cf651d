"""The chores that a line does by the clock, round after round, also when somebody sets that clock."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from broadcast.away import DATABASE_AWAY

log = logging.getLogger(__name__)

LOOK_EVERY = 1.0
"""Seconds between two looks whether the clock was set."""
TOLERANCE = 0.5
"""Seconds by which the clocks may drift apart between two looks, as when one of them is slewed."""
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
        self._together: list[_Together] = []
        self._clock = AsyncIOScheduler(timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1})
        # Beginning a job costs APScheduler more than most chores cost: those of one period are one job.
        for period in sorted(set(chores.values())):
            together = _Together([chore for chore, seconds in chores.items() if seconds == period])
            self._clock.add_job(
                together.begin,
                "interval",
                seconds=period,
                next_run_time=datetime.now(UTC),
                name=f"the chores of every {period:g} s",  # in what APScheduler logs
            )
            self._together.append(together)
        self._clock.start()
        self._keeping = asyncio.create_task(self._keep_in_step())

    def end(self) -> None:
        """Begin no more rounds, and end those that are being done."""
        self._keeping.cancel()
        self._clock.shutdown(wait=False)
        for together in self._together:
            together.cancel()

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


class _Together:
    """Chores of one period: none waits for another, and none is begun anew before it has ended."""

    def __init__(self, chores: Sequence[Chore]) -> None:
        self._rounds: dict[Chore, asyncio.Task[None] | None] = dict.fromkeys(chores)

    async def begin(self) -> None:
        for chore, round_ in self._rounds.items():
            if round_ is None or round_.done():
                self._rounds[chore] = asyncio.create_task(_do(chore))

    def cancel(self) -> None:
        for round_ in self._rounds.values():
            if round_ is not None:
                round_.cancel()


async def _do(chore: Chore) -> None:
    """One round; what goes wrong is logged, for nobody waits for it."""
    try:
        await chore()
    except DATABASE_AWAY as away:
        log.warning("The upkeep waits for the database (%s).", type(away).__name__)
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is not None and task.cancelling():  # the rounds end
            raise
        log.exception("A chore was cancelled through a fault of our own; its next round tries again.")
    except Exception:
        log.exception("A chore failed through a fault of our own; its next round tries again.")
