"""What a node does every second or so: keep windows full, close what is finished, mend what a crash left."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass

from procrastinate import App
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import Status
from sqlalchemy import exists, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from broadcast.jobs import dead_after
from broadcast.ledger import Ledger
from broadcast.policy import BroadcastPolicy, NodePolicy
from broadcast.states import AttemptState, BroadcastState, RecipientState
from broadcast.tables import Attempt, Broadcast, Recipient

_QUEUED_WITHOUT_JOB = select(Attempt.id, Attempt.due_at).where(
    Attempt.state == AttemptState.QUEUED,
    text(
        "NOT EXISTS (SELECT FROM procrastinate_jobs"
        " WHERE queueing_lock = attempt.id::text AND status IN ('todo', 'doing'))"
    ),
)
"""An attempt is written with its job, which lives until the attempt is dialled: these are nobody's."""


@dataclass(frozen=True, slots=True)
class Tended:
    """What one round did."""

    opened: int = 0
    closed: int = 0


class Upkeep:
    def __init__(
        self, engine: AsyncEngine, app: App, ledger: Ledger, policy: BroadcastPolicy, nodes: NodePolicy
    ) -> None:
        self._engine = engine
        self._app = app
        self._ledger = ledger
        self._policy = policy
        self._nodes = nodes

    async def tend(self) -> Tended:
        """Open the next recipients of running broadcasts; close those where nobody waits or is called.

        Who still waits when a broadcast expires, because no phone could ring, is not called any more.
        """
        async with self._engine.connect() as connection:
            running = list(
                await connection.scalars(
                    select(Broadcast.id)
                    .where(Broadcast.state == BroadcastState.RUNNING)
                    .order_by(Broadcast.id)
                )
            )
        if running:
            await self._ledger.expire()
        opened = 0
        for broadcast in running:
            opened += await self._refill(broadcast)
        return Tended(opened, await self._close(running) if running else 0)

    async def _refill(self, broadcast: int) -> int:
        async with self._engine.begin() as connection:
            unopened = await connection.scalar(
                select(exists().where(Recipient.broadcast_id == broadcast, ~Recipient.opened))
            )
            if not unopened:
                return 0
            open_now = await connection.scalar(
                select(func.count()).where(
                    Attempt.broadcast_id == broadcast, Attempt.state != AttemptState.DONE
                )
            )
            room = self._policy.window - (open_now or 0)
            return await self._ledger.open_window(connection, broadcast, room) if room > 0 else 0

    async def _close(self, running: list[int]) -> int:
        async with self._engine.begin() as connection:
            closed = await connection.execute(
                update(Broadcast)
                .where(
                    Broadcast.id.in_(running),
                    Broadcast.state == BroadcastState.RUNNING,
                    ~exists().where(
                        Recipient.broadcast_id == Broadcast.id, Recipient.state == RecipientState.WAITING
                    ),
                    ~exists().where(Attempt.broadcast_id == Broadcast.id, Attempt.state != AttemptState.DONE),
                )
                .values(state=BroadcastState.CLOSED, closed_at=func.now())
            )
            return closed.rowcount

    async def mend_stalled(self) -> int:
        """Give attempts whose job died or failed a new one; returns how many.

        One sighting is enough: a job and the write-ahead that it was for are seen in one moment, and an
        attempt with two jobs is still dialled once.

        An attempt that was already written ahead is not touched here: its node reconciles it with its PBX.
        """
        jobs = self._app.job_manager
        stalled = await jobs.get_stalled_jobs(seconds_since_heartbeat=dead_after(self._nodes))
        finish = jobs.finish_job_by_id_async  # asked for all at once: each waits a moment for the others
        await asyncio.gather(*(finish(job.id, Status.FAILED, delete_job=True) for job in stalled if job.id))
        async with self._engine.connect() as connection:
            jobless = (await connection.execute(_QUEUED_WITHOUT_JOB)).all()
        for attempt, due_at in jobless:
            with suppress(AlreadyEnqueued):
                await self._ledger.requeue(attempt, due_at)
        return len(jobless)
