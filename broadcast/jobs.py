"""The engine's tasks: one attempt is taken, dialled, seen through to its end and recorded."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job
from procrastinate.manager import JobManager
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnectionFree

from broadcast.ledger import Ledger, Taken
from broadcast.ports import CallOrder, CallResult, Dialler
from broadcast.queue import DIAL, queue_name
from broadcast.sounds import Sounds
from broadcast.states import Outcome

log = logging.getLogger(__name__)

POLL_SECONDS = 0.25
"""How late a retry may notice that it is due; new work wakes the workers by itself."""
AGAIN_AFTER = timedelta(seconds=5)
DATABASE_AWAY = (DBAPIError, NoConnectionFree, ConnectorException)
"""What the database's absence looks like, through SQLAlchemy and through the job engine."""


class GatedJobManager(JobManager):
    """Fetches a job only once there is a place on the line for it: a job never waits, and burns nothing."""

    dialler: Dialler | None = None

    async def fetch_job(self, queues: Iterable[str] | None, worker_id: int) -> Job | None:
        assert self.dialler is not None
        names = set(queues or ())
        if not await self.dialler.line_free(urgent=queue_name(urgent=True) in names):
            return None
        job = None
        try:
            job = await super().fetch_job(queues, worker_id)
        finally:
            if job is None:
                self.dialler.give_back()
        return job


class Caller:
    """Takes attempts and stays with their calls; a call outlives the job that began it."""

    def __init__(self, ledger: Ledger, dialler: Dialler, sounds: Sounds, node: str) -> None:
        self._ledger = ledger
        self._dialler = dialler
        self._sounds = sounds
        self._node = node
        self._calls: set[asyncio.Task[None]] = set()

    async def dial(self, attempt: UUID) -> None:
        """Dial this attempt if it still waits to be dialled. The place on the line is ours already."""
        try:
            taken = await self._ledger.take(attempt, self._node, self._sounds.ensure)
        except OSError as error:
            self._dialler.give_back()
            log.error(  # noqa: TRY400 - the sentence says it all
                "The sound of an alert cannot be stored (%s); free some disk space.", error.strerror
            )
            await self._ledger.requeue(attempt, datetime.now(UTC) + AGAIN_AFTER)
            return
        except BaseException:
            self._dialler.give_back()
            raise
        if taken is None:
            self._dialler.give_back()
        elif taken.expires_at <= datetime.now(UTC):
            self._dialler.give_back()
            await self._record(taken.attempt, CallResult(Outcome.EXPIRED))
        else:
            await asyncio.shield(self._keep(self._see_through(taken, self._dialler.call)))

    async def adopt_all(self) -> int:
        """After a start: stay with the calls that this node placed before; returns how many there may be."""
        orphans = await self._ledger.dialling(self._node)
        for taken in orphans:
            self._keep(self._see_through(taken, self._dialler.adopt))
        return len(orphans)

    async def finished(self) -> None:
        """Wait until every call that is up has ended and is recorded."""
        while self._calls:
            await asyncio.wait(self._calls)

    def _keep(self, call: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """A task that nobody's cancellation ends."""
        task = asyncio.create_task(call)
        self._calls.add(task)
        task.add_done_callback(self._calls.discard)
        return task

    async def _see_through(self, taken: Taken, call: Callable[[CallOrder], Awaitable[CallResult]]) -> None:
        try:
            result = await call(self._order(taken))
        except Exception:
            log.exception("A call ended in a fault of our own; nobody knows what was heard.")
            result = CallResult(Outcome.UNKNOWN)
        await self._record(taken.attempt, result)

    def _order(self, taken: Taken) -> CallOrder:
        return CallOrder(
            attempt=taken.attempt,
            number=taken.number,
            language=taken.language,
            sound=self._sounds.path(taken.audio),
            sound_seconds=taken.sound_seconds,
            expires_at=taken.expires_at,
        )

    async def _record(self, attempt: UUID, result: CallResult) -> None:
        """Write the outcome, however long the database is away: a member who heard is not rung again."""
        delay = 0.1
        while True:
            try:
                no_longer_needed = await self._ledger.record(attempt, result)
                break
            except DATABASE_AWAY as error:
                log.warning("An outcome cannot be written yet (%s); trying again.", type(error).__name__)
                await asyncio.sleep(delay)
                delay = min(delay * 2, 5.0)
        for other in no_longer_needed:
            await self._dialler.stop(other)


def make_app(database_url: str) -> App:
    """The procrastinate app: enough to defer jobs; `serve` makes it work them off."""
    app = App(connector=PsycopgConnector(conninfo=database_url, min_size=2, max_size=8))
    app.job_manager = GatedJobManager(app.connector)
    return app


def register(app: App, caller: Caller, dialler: Dialler) -> None:
    """Tell the app who does its jobs, and whose lines they need."""
    manager = app.job_manager
    assert isinstance(manager, GatedJobManager)
    manager.dialler = dialler

    @app.task(name=DIAL)
    async def dial(attempt: str) -> None:
        await caller.dial(UUID(attempt))


async def work(app: App, *, channels: int) -> None:
    """Work off urgent and other attempts, each with slots of their own, until cancelled."""
    async with asyncio.TaskGroup() as workers:
        for urgent in (True, False):
            workers.create_task(
                app.run_worker_async(
                    queues=[queue_name(urgent=urgent)],
                    concurrency=channels,
                    fetch_job_polling_interval=POLL_SECONDS,
                    install_signal_handlers=False,
                    delete_jobs="successful",
                )
            )
