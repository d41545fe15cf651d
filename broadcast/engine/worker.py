"""The workers: procrastinate hands out one job for each attempt, as many as lines are reserved."""

import asyncio
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from time import monotonic
from typing import TYPE_CHECKING
from uuid import UUID

from procrastinate import App
from procrastinate.connector import BaseConnector
from procrastinate.exceptions import ConnectorException
from procrastinate.job_context import JobContext
from procrastinate.jobs import Job, Notification, Status
from procrastinate.manager import JobManager, NotificationCallback
from psycopg.conninfo import conninfo_to_dict

from broadcast.engine.batching import Batcher
from broadcast.engine.job_connector import JobConnector
from broadcast.engine.sharing import LineSharing
from broadcast.ledger.queue import DIAL, SOON, queue_name
from broadcast.policy import NodePolicy
from broadcast.ports import Dialler
from broadcast.reservation import Reservation
from storage.engine import CONNECTION

if TYPE_CHECKING:  # it brings numpy, which who only defers a job does not need
    from broadcast.engine.attempt_runner import AttemptRunner

POLL_SECONDS = 0.25
"""Seconds by which a retry may be late; a new job wakes the workers by itself."""
LOOK_ANYWAY = 2.0
"""Seconds between two looks for jobs while none can be due, in case the notice of a new job was lost."""
_REMINDER: Notification = {"type": "job_inserted", "job_id": 0}
"""What makes a worker look for jobs."""
DUE_WITHIN = SOON.total_seconds() + 5.0
"""Seconds after the notice of a new job within which the job is due; clocks may differ a little."""
MOST_AT_ONCE = 50
"""How many jobs are fetched at once."""
FINISH_WITHIN = 1.0
"""Seconds that a finished job may wait for others, to be removed together with them."""
_IN_ORDER = "-c enable_bitmapscan=off -c enable_seqscan=off -c enable_sort=off"
"""Jobs are found by walking the index that has their order. PostgreSQL, which knows nothing yet of a table
that just filled, would gather all that wait, and all that ever waited, and sort them for each batch."""
# procrastinate's own function fetches one job, and looks through all jobs for one with the same lock. Ours
# have none (`AttemptQueue`), and many are fetched at once.
FETCH = """
    WITH due AS MATERIALIZED (
        SELECT id FROM procrastinate_jobs
        WHERE status = 'todo' AND queue_name = ANY(%(queues)s::varchar[])
            AND (scheduled_at IS NULL OR scheduled_at <= now())
        ORDER BY priority DESC, id LIMIT %(lines)s FOR UPDATE SKIP LOCKED
    )
    UPDATE procrastinate_jobs AS job SET status = 'doing', worker_id = %(worker_id)s
    FROM due WHERE job.id = due.id RETURNING job.*
"""
# A job that is gone already, because a sweep took it for dead, is what was asked for.
_REMOVE = "DELETE FROM procrastinate_jobs WHERE id = ANY(%(ids)s::bigint[]) AND status IN ('todo', 'doing')"
_KEEP = """
    SELECT procrastinate_finish_job_v1(finished.id, finished.status, false)
    FROM unnest(%(ids)s::bigint[], %(statuses)s::procrastinate_job_status[]) AS finished(id, status)
    WHERE EXISTS (SELECT FROM procrastinate_jobs AS job WHERE job.id = finished.id)
"""


class BatchedJobManager(JobManager):
    """Removes finished jobs together. A job that is gone already counts as removed."""

    def __init__(self, connector: BaseConnector) -> None:
        super().__init__(connector)
        self._finish = Batcher(self._finish_all, for_all=(ConnectorException,), gather=FINISH_WITHIN)

    async def finish_job_by_id_async(self, job_id: int, status: Status, delete_job: bool) -> None:
        await self._finish((job_id, status, delete_job))

    async def _finish_all(self, jobs: Sequence[tuple[int, Status, bool]]) -> list[None]:
        if removed := [job for job, _, is_removed in jobs if is_removed]:
            await self.connector.execute_query_async(_REMOVE, ids=removed)
        if kept := [(job, status.value) for job, status, is_removed in jobs if not is_removed]:
            ids, statuses = zip(*kept, strict=True)
            await self.connector.execute_query_async(_KEEP, ids=list(ids), statuses=list(statuses))
        return [None] * len(jobs)


class GatedJobManager(BatchedJobManager):
    """Fetches jobs only once lines are reserved for them, so that a fetched job never waits.

    No job is fetched while this node may not take its attempt. While nothing can be due, the workers hardly
    ask: no job is deferred for later than `SOON`, and the database tells of each.
    """

    def __init__(
        self,
        connector: BaseConnector,
        dialler: Dialler,
        may_take: Callable[[], bool],
        *,
        sharing: LineSharing | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        super().__init__(connector)
        self._clock = clock
        self._dialler = dialler
        self._may_take = may_take
        self._sharing = sharing
        self._fetched: defaultdict[frozenset[str], deque[tuple[Job, Reservation]]] = defaultdict(deque)
        self._reserved: dict[int | None, Reservation] = {}
        """The lines of jobs that a worker has fetched and not begun."""

    async def fetch_job(self, queues: Iterable[str] | None, worker_id: int) -> Job | None:
        jobs = self._fetched[names := frozenset(queues or ())]
        if not jobs:
            jobs.extend(await self._fetch(names, worker_id))
        if not jobs:
            return None
        job, self._reserved[job.id] = jobs.popleft()
        return job

    async def listen_for_jobs(
        self, *, on_notification: NotificationCallback, queues: Iterable[str] | None = None
    ) -> None:
        """Tell of new jobs, and again and again for as long as they may become due."""
        notice = asyncio.Event()
        notice.set()  # of those that came before

        async def told(*, channel: str, notification: Notification) -> None:
            notice.set()
            await on_notification(channel=channel, notification=notification)

        reminding = asyncio.create_task(self._remind(notice, on_notification))
        try:
            await super().listen_for_jobs(on_notification=told, queues=queues)
        finally:
            reminding.cancel()

    async def _remind(self, notice: asyncio.Event, on_notification: NotificationCallback) -> None:
        until = 0.0
        while True:
            if notice.is_set() or (self._clock() > until and self._may_take()):
                await notice.wait()
                notice.clear()
                until = self._clock() + DUE_WITHIN
            await asyncio.sleep(POLL_SECONDS)
            await on_notification(channel="", notification=_REMINDER)

    def claim(self, job: int | None) -> Reservation:
        """Hand over the line that was reserved for this job; its worker holds it from now on."""
        return self._reserved.pop(job)

    async def _fetch(self, queues: frozenset[str], worker_id: int) -> Sequence[tuple[Job, Reservation]]:
        with ExitStack() as unused:
            lines = [
                unused.enter_context(line)
                for line in await self._dialler.reserve(
                    urgent=queue_name(urgent=True) in queues, at_most=MOST_AT_ONCE
                )
            ]
            if not lines or not self._may_take():
                return ()
            if self._sharing is not None and queue_name(urgent=True) in queues:
                await self._sharing.bring_forward(len(lines))
            rows = await self.connector.execute_query_all_async(
                FETCH, queues=list(queues), worker_id=worker_id, lines=len(lines)
            )
            return [(Job.from_row(row), line.move()) for row, line in zip(rows, lines, strict=False)]


def make_app(database_url: str, *, idle: int = 2) -> App:
    """The procrastinate app. It can defer jobs; `register` lets it do them too.

    `idle`: how many connections it opens at once and keeps; it opens others when it needs them.
    """
    own_options = conninfo_to_dict(database_url).get("options") or ""
    how = {"options": f"{own_options} {_IN_ORDER}".strip(), **CONNECTION}
    app = App(connector=JobConnector(database_url, how, idle=idle, most=8))
    app.job_manager = BatchedJobManager(app.connector)
    return app


def register(app: App, runner: "AttemptRunner", dialler: Dialler, sharing: LineSharing | None = None) -> None:
    """Tell the app which runner does its jobs, which dialler has lines for them, and who shares these."""
    manager = GatedJobManager(app.connector, dialler, lambda: runner.may_take, sharing=sharing)
    app.job_manager = manager

    @app.task(name=DIAL, pass_context=True)
    async def dial(context: JobContext, attempt: str) -> None:
        with manager.claim(context.job.id) as reservation:
            await runner.dial(UUID(attempt), reservation)


def dead_after(policy: NodePolicy) -> float:
    """Seconds since its last heartbeat after which a worker counts as dead; each beats six times as often."""
    return 2 * policy.lease


async def work(app: App, policy: NodePolicy, *, channels: int) -> None:
    """Do the jobs of urgent and of other attempts, each in slots of their own, until cancelled.

    A job is done once its attempt is written ahead; then it waits a moment to be removed. Lines limit the
    calls, so there are always free slots.

    Raises an exception group when a worker failed, with a ConnectorException in it when the database was
    lost. Then both workers end: no queue is left without a worker while the other has one.
    """
    async with asyncio.TaskGroup() as workers:
        for urgent in (True, False):
            workers.create_task(_work_on(app, policy, urgent=urgent, channels=channels))


async def _work_on(app: App, policy: NodePolicy, *, urgent: bool, channels: int) -> None:
    await app.run_worker_async(
        queues=[queue_name(urgent=urgent)],
        concurrency=channels + MOST_AT_ONCE,
        fetch_job_polling_interval=LOOK_ANYWAY,
        install_signal_handlers=False,
        delete_jobs="successful",
        update_heartbeat_interval=policy.renew,
        stalled_worker_timeout=dead_after(policy),
    )
    # Nobody told it to end: without its heartbeat or the word of new jobs it does so by itself, in silence.
    raise ConnectorException("a worker could beat or listen no more")
