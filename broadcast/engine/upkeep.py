"""The rounds of a node: they keep windows full, close finished broadcasts and mend what a crash left."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

from procrastinate import App
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.jobs import Status
from psycopg.errors import LockNotAvailable
from sqlalchemy import and_, delete, exists, false, func, literal_column, or_, select, text, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.orm import aliased

from broadcast.away import is_away
from broadcast.engine.dead_numbers import classify_numbers
from broadcast.engine.sharing import LineSharing
from broadcast.engine.worker import dead_after
from broadcast.following.joining import follow_up_of, join
from broadcast.ledger.enlisting import go_on_enlisting
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.open_calls import IS_ITS_TURN
from broadcast.ledger.queue import SOON
from broadcast.ledger.steered import is_paced, is_steered
from broadcast.own_tables import OWN_TABLES
from broadcast.policy import BroadcastPolicy, NodePolicy
from broadcast.states import BroadcastState
from broadcast.tables import Attempt, Broadcast, Enlistment, OpenCall, Recipient

log = logging.getLogger(__name__)

# States as literals: PostgreSQL must know them when it plans, or it uses no index on part of a table.
_QUEUED = and_(Attempt.state == literal_column("'queued'"), Attempt.due_at < func.clock_timestamp() + SOON)
_DIALLING = Attempt.state == literal_column("'dialling'")
QUEUED_WITHOUT_JOB = select(Attempt.id).where(
    _QUEUED,
    # Not NOT EXISTS: PostgreSQL, which believes that there are few jobs, would read all for each attempt.
    text(
        "attempt.id::text NOT IN (SELECT queueing_lock FROM procrastinate_jobs"
        " WHERE queueing_lock IS NOT NULL"
        " AND (status = 'todo' OR (status = 'doing' AND worker_id IS NOT NULL)))"
    ),
    Broadcast.id == Attempt.broadcast_id,
    ~is_steered(),
    IS_ITS_TURN,
)
"""An attempt that is due soon has a job, which lives until it is dialled, or found to wait for its telephone:
these need one now. A job without a worker is nobody's."""
_IS_SOMEBODYS = or_(
    exists().where(Attempt.id == OpenCall.call, _DIALLING),
    *(exists().where(own.id == OpenCall.call, own.ended_at.is_(None)) for own in OWN_TABLES),
)
_FREE = delete(OpenCall).where(
    ~_IS_SOMEBODYS, or_(OpenCall.over_by.is_(None), OpenCall.over_by <= func.clock_timestamp())
)
"""Numbers of calls that must be over and whose process has died, so that nobody would release them."""
_IS_ENLISTING = exists().where(Enlistment.broadcast_id == Broadcast.id)
_First = aliased(Broadcast)
_RUNNING = (
    select(
        Broadcast.id,
        _IS_ENLISTING.label("is_enlisting"),
        (Broadcast.paused_at.is_(None) & is_paced()).label("has_pace"),
        (Broadcast.urgent & ~is_steered()).label("shares_lines"),
        Broadcast.additions,
        Broadcast.added_from,
        (Broadcast.follows.is_not(None) & (Broadcast.expires_at > func.clock_timestamp())).label("is_joined"),
        func.coalesce(_First.state == BroadcastState.RUNNING, false()).label("is_first_running"),
    )
    .outerjoin(_First, _First.id == Broadcast.follows)
    .where(Broadcast.state == BroadcastState.RUNNING)
    .order_by(Broadcast.id)
)
_CLOSE = (
    update(Broadcast)
    .where(
        Broadcast.state == BroadcastState.RUNNING,
        ~_IS_ENLISTING,
        ~exists().where(
            Recipient.broadcast_id == Broadcast.id, Recipient.state == literal_column("'waiting'")
        ),
        ~exists().where(Attempt.broadcast_id == Broadcast.id, Attempt.state != literal_column("'done'")),
    )
    .values(state=BroadcastState.CLOSED, closed_at=func.now())
    .returning(Broadcast.id)
)


@dataclass(frozen=True, slots=True)
class Tended:
    """The counts of one round."""

    opened: int = 0
    closed: int = 0


@dataclass(frozen=True, slots=True)
class _Running:
    """A broadcast that runs."""

    broadcast: int
    is_enlisting: bool
    """Recipients of it are still to be written."""
    has_pace: bool
    """It is not paused, and has a pace of its own."""
    shares_lines: bool
    """It is urgent, and goes on by itself."""
    additions: int
    added_from: int | None
    """The lowest recipient that was added while it ran."""
    is_joined: bool
    """It is a follow-up that people may join."""
    is_first_running: bool
    """What it follows still runs."""


class Upkeep:
    def __init__(
        self,
        engine: AsyncEngine,
        app: App,
        ledger: Ledger,
        policy: BroadcastPolicy,
        nodes: NodePolicy,
        *,
        sharing: LineSharing | None = None,
    ) -> None:
        """`sharing` is told which urgent alerts run."""
        self._engine = engine
        self._at_once = engine.execution_options(isolation_level="AUTOCOMMIT")
        """The engine for single statements: no BEGIN and no ROLLBACK stand around them."""
        self._app = app
        self._ledger = ledger
        self._policy = policy
        self._nodes = nodes
        self._sharing = sharing
        self._complete: set[int] = set()
        """Follow-ups that nobody joins any more: the first was over before we looked."""

    async def tend(self) -> Tended:
        """Open the next recipients of running broadcasts; close those where nobody waits or is called.

        A recipient who still waits when the broadcast expires, because no phone could ring, is not called any
        more. While recipients are still to be written, one round follows the other, each with a part of them.
        A follow-up is joined by those with whom the first is done, and closed after the first.
        """
        opened, closed, is_enlisting = 0, 0, True
        while is_enlisting:
            running = await self._running()
            if self._sharing is not None:
                await self._sharing.look([one.broadcast for one in running if one.shares_lines])
            if running:
                await self._ledger.expire()
                await self._give_jobs()
            for one in running:
                if one.has_pace:
                    await _by_itself(self._give_jobs_by_pace, one.broadcast)
            for one in running:
                if one.is_joined and one.broadcast not in self._complete:
                    # Who had a result when the first was seen closed has joined after that.
                    has_joined = await _by_itself(self._let_join, one.broadcast)
                    self._complete |= {one.broadcast} if has_joined and not one.is_first_running else set()
            opened += sum([await _by_itself(self._refill, one.broadcast) for one in running])
            for one in running:
                if one.added_from is not None:
                    await _by_itself(partial(self._advance_added, since=one.added_from), one.broadcast)
            closed += sum(
                [
                    await _by_itself(partial(self._close, additions=one.additions), one.broadcast)
                    for one in running
                    if not one.is_joined or one.broadcast in self._complete
                ]
            )
            left = [one.broadcast for one in running if one.is_enlisting]
            is_enlisting = any([await _by_itself(self._enlist, broadcast) for broadcast in left])
        return Tended(opened, closed)

    async def _let_join(self, broadcast: int) -> int:
        async with self._engine.begin() as connection:
            follow_up = await follow_up_of(connection, broadcast)
            if follow_up is not None:
                await join(connection, broadcast, follow_up, dead_again=self._policy.dead_again)
        return 1

    async def _running(self) -> Sequence["_Running"]:
        async with self._at_once.connect() as connection:
            return [_Running(*row) for row in await connection.execute(_RUNNING)]

    async def _enlist(self, broadcast: int) -> int:
        """Write the next part of its recipients; 0 when there is none, or others must be done first."""
        try:
            async with self._engine.begin() as connection:
                return await go_on_enlisting(connection, broadcast, self._policy.enlist_part)
        except OperationalError as fault:
            if not isinstance(fault.orig, LockNotAvailable):
                raise
            log.info("The recipients of broadcast %d wait for a change of its networks.", broadcast)
            return 0

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

    async def _advance_added(self, broadcast: int, *, since: int) -> int:
        async with self._engine.begin() as connection:
            return await self._ledger.advance_added(connection, broadcast, since)

    async def _close(self, broadcast: int, *, additions: int) -> int:
        """Close it, unless there are more `additions` by now: who was added may not be seen yet."""
        async with self._engine.begin() as connection:
            as_seen = (Broadcast.id == broadcast, Broadcast.additions == additions)
            closed = await connection.scalar(_CLOSE.where(*as_seen))
            if closed is not None:
                await classify_numbers(connection, broadcast, self._policy)
            return int(closed is not None)

    async def mend_stalled(self) -> int:
        """Give attempts whose job died or failed a new one; return how many.

        One sighting is enough: a job and the write-ahead that it was for are seen in one moment, and an
        attempt with two jobs is still dialled once.

        An attempt that was already written ahead is not touched here: its node reconciles it with its PBX.
        """
        jobs = self._app.job_manager
        stalled = await jobs.get_stalled_jobs(seconds_since_heartbeat=dead_after(self._nodes))
        finish = jobs.finish_job_by_id_async  # asked for all at once: each waits a moment for the others
        await asyncio.gather(*(finish(job.id, Status.FAILED, delete_job=True) for job in stalled if job.id))
        return await self._give_jobs()

    async def free_numbers(self) -> int:
        """Release numbers that calls of before held and no process will release; returns how many."""
        async with self._engine.begin() as connection:
            return (await connection.execute(_FREE)).rowcount

    async def _give_jobs(self) -> int:
        async with self._at_once.connect() as connection:
            jobless = list(await connection.scalars(QUEUED_WITHOUT_JOB))
        if jobless:
            with suppress(AlreadyEnqueued):  # by another node, in this moment; what it left out is seen again
                await self._ledger.requeue(jobless)
        return len(jobless)

    async def _give_jobs_by_pace(self, broadcast: int) -> int:
        with suppress(AlreadyEnqueued):
            return await self._ledger.pacing.give_jobs(broadcast)
        return 0


async def _by_itself(work: Callable[[int], Awaitable[int]], broadcast: int) -> int:
    """Do this for one broadcast. An error is logged and keeps no other broadcast waiting."""
    try:
        return await work(broadcast)
    except Exception as fault:
        if is_away(fault):
            raise
        log.exception("Broadcast %d could not be tended through a fault of our own; trying again.", broadcast)
        return 0
