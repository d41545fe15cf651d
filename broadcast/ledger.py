"""The only writer of attempts: opens them, takes them for dialling, and records how they ended.

The safety argument in one place: an attempt is dialled only by the one transaction that moved it from queued
to dialling (`take`), under a lease that its node holds, and its end is written once (`record`), in the same
commit as what follows from it.
Everything is done for sets: a busy node takes and records many attempts in one commit. Whoever decides
for recipients locks them first, by id and all at once.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import ARRAY, Float, String, any_, bindparam, case, cast, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from broadcast.callback import note_callback
from broadcast.lease import Tenure
from broadcast.news import FINISH, MOVE, ends, moves
from broadcast.planner import PlannedCall, plan
from broadcast.policy import RetryPolicy
from broadcast.ports import CallResult
from broadcast.queue import SOON, AttemptQueue, Due
from broadcast.rules.retry import result_of_outcome
from broadcast.sharing import (
    ATTEMPTS,
    RECIPIENTS,
    lock_behind,
    lock_members,
    lock_reached_at,
    lock_waiting,
    needless_calls,
    opened_behind,
    rung_for_nobody,
)
from broadcast.states import AttemptState, BroadcastState, Outcome
from broadcast.stopping import stopped_calls
from broadcast.tables import Attempt, Audio, Broadcast, Node, Pass, Recipient
from directory.registry import flag_dead_numbers, leave


@dataclass(frozen=True, slots=True)
class Taken:
    """An attempt that is ours to dial, with all that its call needs."""

    attempt: UUID
    broadcast: int
    number: str
    language: str
    audio: str
    """SHA-256 of the pass's audio."""
    sound_seconds: float
    seconds_left: float
    """Until it expires, from when the database answered: its clock decides, and not this machine's."""
    under: Tenure | None = None
    """The lease under which it may be dialled; None for a call that is up already."""


_CALL_COLUMNS = (
    Attempt.id,
    Attempt.broadcast_id,
    Attempt.e164,
    Recipient.language,
    Pass.audio,
    Audio.seconds,
    cast(func.extract("epoch", Broadcast.expires_at - func.clock_timestamp()), Float),
)
ITS_CALL = (
    Broadcast.id == Attempt.broadcast_id,
    Recipient.id == Attempt.recipient_id,
    Pass.broadcast_id == Recipient.broadcast_id,
    Pass.network_id == Recipient.network_id,
    Pass.language == Recipient.language,
    Audio.sha256 == Pass.audio,
)
"""Joins an attempt to what its call needs."""
_IS_LEASED = exists().where(
    Node.name == bindparam("by"),
    Node.term == bindparam("term"),
    Node.leased_until > func.clock_timestamp(),
    Node.drained_at.is_(None),  # Its jobs that were fetched before are for others.
)
_QUEUED = (Attempt.id == ATTEMPTS, Attempt.state == AttemptState.QUEUED)
_AUDIO = select(Pass.audio).where(*_QUEUED, *ITS_CALL).distinct()
_TAKE = (
    update(Attempt)
    .where(*_QUEUED, *ITS_CALL, Pass.audio == any_(bindparam("ready", type_=ARRAY(String))), _IS_LEASED)
    .values(state=AttemptState.DIALLING, node=bindparam("by"), dialled_at=func.now())
    .returning(*_CALL_COLUMNS)
)
_DUE = select(
    Attempt.id, func.greatest(Attempt.due_at, func.clock_timestamp() + bindparam("after")), Broadcast.urgent
).where(*_QUEUED, Broadcast.id == Attempt.broadcast_id)
_CLOSED = select(Attempt.id).where(Attempt.id == ATTEMPTS, Attempt.state == AttemptState.DONE)
_CANCEL = (
    update(Attempt)
    .where(Attempt.recipient_id == RECIPIENTS, Attempt.state == AttemptState.QUEUED)
    .values(state=AttemptState.DONE, outcome=Outcome.CANCELLED, ended_at=func.now())
    .returning(Attempt.id)
)
_EXPIRED = select(Attempt.id).where(
    Attempt.broadcast_id == Broadcast.id,
    Attempt.state == AttemptState.QUEUED,
    Broadcast.state == BroadcastState.RUNNING,
    Broadcast.expires_at <= func.clock_timestamp(),
)
_IS_STOPPED = exists().where(Broadcast.id == Attempt.broadcast_id, Broadcast.stopped_at.is_not(None))
_EXPIRE = (
    update(Attempt)
    .where(*_QUEUED)
    .values(
        state=AttemptState.DONE,
        outcome=case((_IS_STOPPED, Outcome.CANCELLED), else_=Outcome.EXPIRED),
        ended_at=func.now(),
    )
    .returning(Attempt.id)
)
_OPEN = insert(Attempt).on_conflict_do_nothing().returning(Attempt.id)


class Ledger:
    def __init__(self, engine: AsyncEngine, queue: AttemptQueue, policy: RetryPolicy) -> None:
        self._engine = engine
        self._at_once = engine.execution_options(isolation_level="AUTOCOMMIT")
        """For what is one statement: no BEGIN and no COMMIT around it."""
        self._queue = queue
        self._policy = policy

    async def open_window(self, connection: AsyncConnection, broadcast_id: int, room: int) -> int:
        """Plan the first call of up to `room` recipients who have none yet; returns how many were opened."""
        unopened = (
            select(Recipient.id)
            .where(Recipient.broadcast_id == broadcast_id, ~Recipient.opened)
            .order_by(Recipient.id)
            .limit(room)
            .with_for_update(skip_locked=True)
        )
        opened = await connection.scalars(
            update(Recipient).where(Recipient.id.in_(unopened)).values(opened=True).returning(Recipient.id)
        )
        recipients = sorted(opened)
        await self._advance(connection, recipients)
        return len(recipients)

    async def audio_of(self, attempts: Collection[UUID]) -> list[str]:
        """What will be played to those of these attempts that wait to be dialled: SHA-256 of passes."""
        async with self._at_once.connect() as connection:
            return list(await connection.scalars(_AUDIO, {"attempts": list(attempts)}))

    async def take(self, attempts: Collection[UUID], by: Tenure, *, ready: Collection[str]) -> list[Taken]:
        """Write ahead: those that are returned are this node's to dial, once, while it holds that lease.

        Left alone are attempts that no longer wait to be dialled, and those whose audio is not among `ready`;
        all of them when the lease is over.
        """
        asked = {"attempts": list(attempts), "by": by.node, "term": by.term, "ready": list(ready)}
        async with self._at_once.connect() as connection:
            return [replace(Taken(*row), under=by) for row in await connection.execute(_TAKE, asked)]

    async def record(self, results: Mapping[UUID, CallResult]) -> list[UUID]:
        """Close attempts and decide what follows, in one commit; a late or second report changes nothing.

        Returns attempts that are being dialled but no longer needed.
        """
        reached = [one for one in results if result_of_outcome(results[one].outcome).is_reached]
        async with self._engine.begin() as connection:
            # Who is reached frees numbers that others wait for: these are locked now, not when found out.
            behind = await lock_behind(connection, list(results), reached=reached)
            finished = {
                attempt: (number, outcome)
                for attempt, number, outcome in await connection.execute(FINISH, ends(results))
            }
            dead = {number for number, outcome in finished.values() if outcome == Outcome.DEAD_NUMBER}
            if dead:
                await flag_dead_numbers(connection, dead, at=datetime.now(UTC))
            done = await self._advance(
                connection, {recipient for recipient, attempt in behind if attempt in finished}
            )
            return await self._withdraw(connection, done)

    async def expire(self) -> int:
        """Close attempts that still wait although their broadcast has expired or was stopped; how many."""
        async with self._engine.begin() as connection:
            expired = list(await connection.scalars(_EXPIRED))
            if not expired:
                return 0
            behind = await lock_behind(connection, expired, reached=[])
            closed = set(await connection.scalars(_EXPIRE, {"attempts": expired}))
            await self._advance(connection, {recipient for recipient, attempt in behind if attempt in closed})
            return len(closed)

    async def closed(self, attempts: Collection[UUID]) -> list[UUID]:
        """Those of these attempts whose end is recorded."""
        async with self._at_once.connect() as connection:
            return list(await connection.scalars(_CLOSED, {"attempts": list(attempts)}))

    async def confirm_by_callback(self, broadcast: int, number: str) -> list[UUID]:
        """Somebody called from this number, heard the whole alert and confirmed: it counts for all behind it.

        Written once, as a call that has ended. Returns attempts being dialled but no longer needed.
        """
        async with self._engine.begin() as connection:
            behind = await lock_reached_at(connection, broadcast, number)
            if not await note_callback(connection, broadcast, number, behind):
                return []
            return await self._withdraw(connection, await self._advance(connection, behind))

    async def leave(self, members: Collection[int]) -> list[UUID]:
        """These members want no more calls. Returns attempts being dialled but no longer needed."""
        async with self._engine.begin() as connection:
            await lock_members(connection, change=True)
            waiting = await lock_waiting(connection, members)
            await leave(connection, members)
            return await self._withdraw(connection, await self._advance(connection, waiting))

    async def dialling(self, node: str) -> list[Taken]:
        """The attempts that this node wrote ahead and whose end is not recorded."""
        async with self._engine.connect() as connection:
            rows = await connection.execute(
                select(*_CALL_COLUMNS).where(
                    Attempt.state == AttemptState.DIALLING, Attempt.node == node, *ITS_CALL
                )
            )
            return [Taken(*row) for row in rows]

    async def stopped(self, node: str) -> Collection[UUID]:
        """The calls of this node that are under way for alerts which were stopped."""
        async with self._at_once.connect() as connection:
            return await stopped_calls(connection, node)

    async def needless(self, node: str) -> Collection[UUID]:
        """The calls of this node that are under way for nobody: who was reached elsewhere, or has left."""
        async with self._at_once.connect() as connection:
            return await needless_calls(connection, node)

    async def requeue(self, attempts: Collection[UUID], *, after: timedelta = timedelta()) -> None:
        """Give queued attempts a job: they are due soon by now, or their job died before the write-ahead.

        It waits for them to be due, and for `after` from now.
        """
        async with self._engine.begin() as connection:
            queued = await connection.execute(_DUE, {"attempts": list(attempts), "after": after})
            await self._queue.defer(connection, [Due(*row) for row in queued])

    async def _advance(self, connection: AsyncConnection, recipients: Collection[int]) -> list[int]:
        """Let the rules decide for these recipients, who are locked, and write it.

        Returns those who have been reached, or have left, although another call for them is open.
        """
        if not recipients:
            return []
        planned = await plan(connection, recipients, self._policy)
        if planned.standing:
            await connection.execute(MOVE, moves(planned.standing))
        await self._open(connection, planned.calls)
        return planned.done_while_called

    async def _open(self, connection: AsyncConnection, calls: Sequence[PlannedCall]) -> None:
        """Write attempts, and the jobs of those that are due soon.

        Who wants a number that is being called waits for its outcome.
        """
        if not calls:
            return
        planned = {uuid4(): call for call in sorted(calls, key=lambda call: (call.broadcast, call.number))}
        rows = [
            {
                "id": attempt,
                "broadcast_id": call.broadcast,
                "recipient_id": call.recipient,
                "e164": call.number,
                "due_at": call.at,
            }
            for attempt, call in planned.items()
        ]
        written = [(attempt, planned[attempt]) for attempt in await connection.scalars(_OPEN, rows)]
        await self._queue.defer(
            connection,
            [
                Due(attempt, call.at if call.wait > timedelta() else None, call.urgent)
                for attempt, call in written
                if call.wait <= SOON
            ],
        )

    async def _withdraw(self, connection: AsyncConnection, recipients: Collection[int]) -> list[UUID]:
        """Take back the open attempts of recipients who need no call any more.

        Queued ones are cancelled here, and whoever waited for such a number is advanced; the ids of those
        already being dialled are returned.
        """
        if not recipients:
            return []
        cancelled = list(await connection.scalars(_CANCEL, {"recipients": list(recipients)}))
        live = await rung_for_nobody(connection, recipients)
        if cancelled:
            await self._advance(connection, await opened_behind(connection, cancelled))
        return live
