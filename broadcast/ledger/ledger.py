"""The only writer of attempts: opens them, takes them for dialling, and records how they ended.

The safety argument in one place: an attempt is dialled only by the one transaction that moved it from queued
to dialling (`take`), under a lease that its node holds and on a number that is in no other call of ours
(`open_calls`). Its end is written once (`record`), in the same commit as what follows from it.
Everything is done for sets: a busy node takes and records many attempts in one commit. Whoever decides
for recipients locks them first, by id and all at once.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from time import monotonic
from typing import TypeVarTuple
from uuid import UUID

from sqlalchemy import Row, Select, bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from broadcast.ledger.bulk_writes import FINISH, MOVE, ends, moves
from broadcast.ledger.callback import note_callback
from broadcast.ledger.enlisting import enlist_caller
from broadcast.ledger.lease import Tenure
from broadcast.ledger.locks import (
    ATTEMPTS,
    NEEDLESS_CALLS,
    lock_behind,
    lock_forgotten,
    lock_members,
    lock_reached_at,
    lock_waiting,
    opened_behind,
    rung_for_nobody,
)
from broadcast.ledger.open_calls import GONE_ON, free, release
from broadcast.ledger.opening import lock_told, note_new_text, open_attempts
from broadcast.ledger.pacing import Pacing
from broadcast.ledger.planner import plan
from broadcast.ledger.queue import AttemptQueue, Due
from broadcast.ledger.stop import CANCEL, EXPIRE, EXPIRED, STOPPED_CALLS, StoppedCall, stopped_call
from broadcast.ledger.taking import AUDIO, DIALLING, QUEUED, TAKE, Taken
from broadcast.policy import RetryPolicy
from broadcast.ports import CallOutcome
from broadcast.rules.dead_numbers import TELEPHONE
from broadcast.rules.retry import result_of_outcome
from broadcast.states import AttemptState, Outcome
from broadcast.tables import Attempt, Broadcast, Recipient
from directory.actor import Actor
from directory.dead_numbers import revive
from directory.registry import ZONE, leave

Ts = TypeVarTuple("Ts")
_DUE = select(Attempt.id, Attempt.due_at, Broadcast.urgent).where(
    *QUEUED, Broadcast.id == Attempt.broadcast_id
)
_POSTPONE = (
    update(Attempt)
    .where(*QUEUED)
    .values(due_at=func.greatest(Attempt.due_at, func.clock_timestamp() + bindparam("after")))
)
_CLOSED = select(Attempt.id).where(Attempt.id == ATTEMPTS, Attempt.state == AttemptState.DONE)


class Ledger:
    def __init__(
        self,
        engine: AsyncEngine,
        queue: AttemptQueue,
        policy: RetryPolicy,
        tz: str = ZONE,
        *,
        simulated: bool = False,
    ) -> None:
        """`simulated` says that what is taken here is dialled on a simulated trunk."""
        self._engine, self._queue, self._simulated = engine, queue, simulated
        self._at_once = engine.execution_options(isolation_level="AUTOCOMMIT")
        """For what is one statement: no BEGIN and no COMMIT around it."""
        self._policy, self._time_zone = policy, tz
        self.pacing = Pacing(engine, queue, simulated=simulated)

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

    async def advance_added(self, connection: AsyncConnection, broadcast: int, since: int) -> int:
        """Let the rules decide for those who were added while it ran, and are forgotten; returns how many.

        When a call to their number ended, who decided what follows did not see them yet.
        """
        added = await lock_forgotten(connection, broadcast, since=since)
        await self._advance(connection, added)
        return len(added)

    async def audio_of(self, attempts: Collection[UUID]) -> dict[UUID, str]:
        """What will be played to those of these attempts that wait to be dialled: SHA-256 of passes."""
        return {row.id: row.audio for row in await self._ask(AUDIO, attempts=list(attempts))}

    async def take(self, attempts: Collection[UUID], by: Tenure, *, ready: Collection[str]) -> list[Taken]:
        """Write ahead: those that are returned are this node's to dial, once, while it holds that lease.

        Left alone are attempts that no longer wait to be dialled, those whose audio is not among `ready`, and
        those whose telephone is in another call of ours or is another's turn: these are as they were, and get
        another job in time. All of them are left alone when the lease is over.
        """
        asked = {"attempts": list(attempts), "by": by.node, "term": by.term, "ready": list(ready)}
        asked["simulated"], asked_at = self._simulated, monotonic()
        async with self._at_once.connect() as connection:
            rows = await connection.execute(TAKE, asked)
        return [replace(Taken(*row), under=by, asked_at=asked_at) for row in rows]

    async def record(self, results: Mapping[UUID, CallOutcome]) -> list[UUID]:
        """Close attempts and decide what follows, in one commit; a late or second report changes nothing.

        Returns attempts that are being dialled but no longer needed.
        """
        reached = [one for one in results if result_of_outcome(results[one].outcome).is_reached]
        # Before its telephone is free: else it could be rung with a text that was just heard on it.
        told_anew = await self._record_new_texts(results)
        async with self._engine.begin() as connection:
            # Who is reached frees numbers that others wait for: these are locked now, not when found out.
            behind = await lock_behind(connection, list(results), reached=reached)
            finished, alive = dict[UUID, str](), list[str]()
            closed = await connection.execute(FINISH, ends(results))
            for attempt, number, outcome, simulated, is_said_dead in closed:
                finished[attempt] = number
                if is_said_dead and outcome in TELEPHONE and not simulated:
                    alive.append(number)
            if alive:
                await revive(connection, alive)
            done = await self._advance(
                connection, {recipient for recipient, attempt in behind if attempt in finished}
            )
            live = [*told_anew, *await self._withdraw(connection, done)]
            # Last: who takes may wait for these rows, and from here on we wait for nobody.
            await free(connection, finished, results)
            return live

    async def _record_new_texts(self, results: Mapping[UUID, CallOutcome]) -> list[UUID]:
        """Write what new texts came to, one by one; returns attempts of theirs that are dialled in vain."""
        live: list[UUID] = []
        for attempt, result in results.items():
            for text in result.new_texts:
                async with self._engine.begin() as connection:
                    told = await lock_told(connection, attempt, text.broadcast)
                    if told and await note_new_text(connection, attempt, min(told), result, text):
                        cancelled = list(await connection.scalars(CANCEL, {"recipients": list(told)}))
                        them = {*told, *await opened_behind(connection, cancelled)}
                        live += await self._withdraw(connection, await self._advance(connection, them))
        return live

    async def gone_on(self, node: str) -> dict[UUID, str]:
        """Attempts of this node whose end is recorded and whose call went on, with their numbers."""
        return {row.call: row.e164 for row in await self._ask(GONE_ON, by=node)}

    async def end_calls(self, calls: Mapping[UUID, str]) -> None:
        """These calls went on to here: their telephones are free now."""
        async with self._engine.begin() as connection:
            await release(connection, calls)

    async def expire(self) -> int:
        """Close attempts that still wait although their broadcast has expired or was stopped; how many."""
        async with self._engine.begin() as connection:
            return await self.expire_in(connection)

    async def expire_in(self, connection: AsyncConnection) -> int:
        """The same, in a transaction of the caller's that ends a broadcast itself."""
        expired = list(await connection.scalars(EXPIRED))
        if not expired:
            return 0
        behind = await lock_behind(connection, expired, reached=[])
        closed = set(await connection.scalars(EXPIRE, {"attempts": expired}))
        await self._queue.drop(connection, closed)
        await self._advance(connection, {recipient for recipient, attempt in behind if attempt in closed})
        return len(closed)

    async def closed(self, attempts: Collection[UUID]) -> list[UUID]:
        """Those of these attempts whose end is recorded."""
        return [row.id for row in await self._ask(_CLOSED, attempts=list(attempts))]

    async def confirm_by_callback(self, broadcast: int, number: str) -> list[UUID]:
        """Somebody called from this number, heard the whole alert and confirmed: it counts for all behind it.

        Written once, as a call that has ended. Returns attempts being dialled but no longer needed.
        """
        await enlist_caller(self._engine, broadcast, number)
        async with self._engine.begin() as connection:
            behind = await lock_reached_at(connection, broadcast, number)
            await revive(connection, [number])
            confirmed = Outcome.CONFIRMED_BY_CALLBACK
            news = await note_callback(connection, broadcast, number, behind, confirmed)
            return await self._withdraw(connection, await self._advance(connection, news))

    async def note_callback(self, broadcast: int, number: str) -> None:
        """Somebody did so who shows this number and may be anybody: nobody behind it has confirmed by that.

        Written once; their next call is put off and is the last. Who is being rung goes on being rung.
        """
        await enlist_caller(self._engine, broadcast, number)
        async with self._engine.begin() as connection:
            behind = await lock_reached_at(connection, broadcast, number)
            news = await note_callback(connection, broadcast, number, behind, Outcome.CALLED_BACK)
            # Planned anew and not only put off: a job that is at hand dials what is queued, due or not. Who
            # waits for the same number and has not called back is called as before.
            cancelled = list(await connection.scalars(CANCEL, {"recipients": list(news)}))
            await self._advance(connection, {*news, *await opened_behind(connection, cancelled)})

    async def leave(self, actor: Actor, members: Collection[int]) -> list[UUID]:
        """These members want no more calls. Returns attempts being dialled but no longer needed.

        Raises NotInRole and NotTheirNetwork.
        """
        async with self._engine.begin() as connection:
            await lock_members(connection, change=True)
            waiting = await lock_waiting(connection, members)
            await leave(connection, actor, members, self._time_zone)
            return await self._withdraw(connection, await self._advance(connection, waiting))

    async def dialling(self, node: str) -> list[Taken]:
        """The attempts that this node wrote ahead and whose end is not recorded."""
        asked_at = monotonic()
        return [replace(Taken(*row), asked_at=asked_at) for row in await self._ask(DIALLING, by=node)]

    async def stopped(self, node: str) -> Sequence[StoppedCall]:
        """The calls of this node that are under way for alerts which were stopped."""
        asked_at = monotonic()
        calls = await self._ask(STOPPED_CALLS, by=node)
        return [stopped_call(call, asked_at=asked_at) for call in calls]

    async def needless(self, node: str) -> Collection[UUID]:
        """The calls of this node that are under way for nobody: who was reached elsewhere, or has left."""
        return [row.id for row in await self._ask(NEEDLESS_CALLS, by=node)]

    async def requeue(self, attempts: Collection[UUID]) -> None:
        """Give queued attempts a job: they are due soon by now, or their job died before the write-ahead."""
        async with self._engine.begin() as connection:
            await self._queue_again(connection, list(attempts))

    async def postpone(self, attempt: UUID, *, after: timedelta) -> None:
        """Let a queued attempt be due no sooner than `after` from now, and give it a job for then.

        Its telephone is free for other alerts meanwhile.
        """
        async with self._engine.begin() as connection:
            await connection.execute(_POSTPONE, {"attempts": [attempt], "after": after})
            await self._queue_again(connection, [attempt])

    async def _queue_again(self, connection: AsyncConnection, attempts: list[UUID]) -> None:
        queued = await connection.execute(_DUE, {"attempts": attempts})
        await self._queue.defer(connection, [Due(*row) for row in queued])

    async def _ask(self, question: Select[*Ts], **of: object) -> Sequence[Row[*Ts]]:
        async with self._at_once.connect() as connection:
            return (await connection.execute(question, of)).all()

    async def _advance(self, connection: AsyncConnection, recipients: Collection[int]) -> list[int]:
        """Let the rules decide for these recipients, who are locked, and write it.

        Returns those who have been reached, or have left, although another call for them is open.
        """
        if not recipients:
            return []
        planned = await plan(connection, recipients, self._policy)
        if planned.standing:
            await connection.execute(MOVE, moves(planned.standing))
        if planned.calls:
            await self._queue.defer(connection, await open_attempts(connection, planned.calls))
        return planned.done_while_called

    async def _withdraw(self, connection: AsyncConnection, recipients: Collection[int]) -> list[UUID]:
        """Take back the open attempts of recipients who need no call any more.

        Queued ones are cancelled here, and whoever waited for such a number is advanced; the ids of those
        already being dialled are returned.
        """
        if not recipients:
            return []
        cancelled = list(await connection.scalars(CANCEL, {"recipients": list(recipients)}))
        live = await rung_for_nobody(connection, recipients)
        if cancelled:
            await self._advance(connection, await opened_behind(connection, cancelled))
        return live
