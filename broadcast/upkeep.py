"""What a node does every second or so: keep windows full, close what is finished, mend what a crash left."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass

from procrastinate import App
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import Status
from sqlalchemy import and_, exists, func, literal_column, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from broadcast.jobs import dead_after
from broadcast.ledger import Ledger
from broadcast.policy import BroadcastPolicy, NodePolicy
from broadcast.queue import SOON
from broadcast.states import BroadcastState
from broadcast.tables import Attempt, Broadcast, Recipient

# States as literals: PostgreSQL must know them when it plans, or it uses no index on part of a table.
_QUEUED = and_(Attempt.state == literal_column("'queued'"), Attempt.due_at < func.clock_timestamp() + SOON)
_DIALLING = Attempt.state == literal_column("'dialling'")
_QUEUED_WITHOUT_JOB = select(Attempt.id).where(
    _QUEUED,
    text(
        "NOT EXISTS (SELECT FROM procrastinate_jobs"
        " WHERE queueing_lock = attempt.id::text AND status IN ('todo', 'doing'))"
    ),
)
"""An attempt that is due soon has a job, which lives until it is dialled: these need one now."""
_CLOSE = (
    update(Broadcast)
    .where(
        Broadcast.state == BroadcastState.RUNNING,
        ~exists().where(
            Recipient.broadcast_id == Broadcast.id, Recipient.state == literal_column("'waiting'")
        ),
        ~exists().where(Attempt.broadcast_id == Broadcast.id, Attempt.state != literal_column("'done'")),
    )
    .values(state=BroadcastState.CLOSED, closed_at=func.now())
)


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
            await self._give_jobs()
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
            # Who waits minutes for another try leaves room; soon they are the most.
            at_hand = [
                await connection.scalar(select(func.count()).where(Attempt.broadcast_id == broadcast, these))
                for these in (_QUEUED, _DIALLING)
            ]
            room = self._policy.window - sum(count or 0 for count in at_hand)
            return await self._ledger.open_window(connection, broadcast, room) if room > 0 else 0

    async def _close(self, running: list[int]) -> int:
        async with self._engine.begin() as connection:
            return (await connection.execute(_CLOSE.where(Broadcast.id.in_(running)))).rowcount

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
        return await self._give_jobs()

    async def _give_jobs(self) -> int:
        async with self._engine.connect() as connection:
            jobless = list(await connection.scalars(_QUEUED_WITHOUT_JOB))
        if jobless:
            with suppress(AlreadyEnqueued):  # by another node, in this moment; what it left out is seen again
                await self._ledger.requeue(jobless)
        return len(jobless)
