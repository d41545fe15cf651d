"""One job per attempt, deferred in the transaction that writes the attempt row."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from procrastinate import App
from procrastinate.jobs import Job
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

DIAL = "dial"
SOON = timedelta(seconds=10)
"""Attempts that are due later have no job yet: who fetches one passes over all that wait for their time."""


_DROP = text(
    "DELETE FROM procrastinate_jobs WHERE id IN (SELECT id FROM procrastinate_jobs WHERE status = 'todo'"
    " AND queueing_lock = ANY(CAST(:attempts AS text[])) FOR UPDATE SKIP LOCKED)"
)


def queue_name(*, urgent: bool) -> str:
    """Urgent work has a queue, and so a worker with slots, of its own."""
    return "urgent" if urgent else "normal"


@dataclass(frozen=True, slots=True)
class Due:
    """An attempt and when it is to be dialled; None = now."""

    attempt: UUID
    at: datetime | None
    urgent: bool


class AttemptQueue:
    """The way attempts get their jobs. The job carries the attempt's id alone: rows are the truth."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def defer(self, connection: AsyncConnection, due: Iterable[Due]) -> None:
        """Defer a job for each attempt inside the connection's transaction."""
        jobs: Sequence[Job] = [
            Job(
                queue=queue_name(urgent=item.urgent),
                lock=None,
                queueing_lock=str(item.attempt),
                task_name=DIAL,
                task_kwargs={"attempt": str(item.attempt)},
                scheduled_at=item.at,
            )
            for item in due
        ]
        if jobs:
            raw = await connection.get_raw_connection()
            await self._app.job_manager.batch_defer_jobs_async(
                jobs=list(jobs), connection=raw.driver_connection
            )

    async def drop(self, connection: AsyncConnection, attempts: Iterable[UUID]) -> None:
        """Remove the jobs of these attempts, which nobody dials any more: no other waits behind them."""
        await connection.execute(_DROP, {"attempts": [str(attempt) for attempt in attempts]})
