"""The only writer of attempts: opens them, takes them for dialling, and records how they ended.

The safety argument in one place: an attempt is dialled only by the one transaction that moved it from queued
to dialling (`take`), and its end is written once (`record`), in the same commit as what follows from it.
Locks are always taken in the same order: recipients by id, all at once, then attempts by number.
"""

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid4

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from broadcast.planner import PlannedCall, plan
from broadcast.policy import RetryPolicy
from broadcast.ports import CallResult
from broadcast.queue import AttemptQueue, Due
from broadcast.rules.retry import result_of_outcome
from broadcast.sharing import BEHIND, lock_behind, opened_behind, rung_for_nobody, waiting_behind
from broadcast.states import AttemptState, Outcome, RecipientState, Result
from broadcast.tables import Attempt, Audio, Broadcast, Pass, Recipient
from directory.registry import flag_dead_numbers

REACHED = frozenset({Outcome.CONFIRMED, Outcome.HEARD})


@dataclass(frozen=True, slots=True)
class Taken:
    """An attempt that is ours to dial, with all that its call needs."""

    attempt: UUID
    number: str
    language: str
    audio: str
    """SHA-256 of the pass's audio."""
    sound_seconds: float
    expires_at: datetime


_CALL_COLUMNS = (
    Attempt.id,
    Attempt.e164,
    Recipient.language,
    Audio.sha256,
    Audio.seconds,
    Broadcast.expires_at,
)
_ITS_CALL = (
    Broadcast.id == Attempt.broadcast_id,
    Recipient.id == Attempt.recipient_id,
    Pass.broadcast_id == Recipient.broadcast_id,
    Pass.network_id == Recipient.network_id,
    Pass.language == Recipient.language,
    Audio.sha256 == Pass.audio,
)
_ITS_AUDIO = select(Audio.sha256).where(
    Attempt.id == bindparam("attempt"), Attempt.state == AttemptState.QUEUED, *_ITS_CALL
)
_TAKE = (
    update(Attempt)
    .where(Attempt.id == bindparam("attempt"), Attempt.state == AttemptState.QUEUED, *_ITS_CALL)
    .values(state=AttemptState.DIALLING, node=bindparam("by"), dialled_at=func.now())
    .returning(*_CALL_COLUMNS)
)
_FINISH = (
    update(Attempt)
    .where(Attempt.id == bindparam("attempt"), Attempt.state != AttemptState.DONE)
    .values(
        state=AttemptState.DONE,
        outcome=bindparam("its_outcome"),
        answered_at=bindparam("its_answer"),
        ended_at=bindparam("its_end"),
        cause=bindparam("its_cause"),
        sip_status=bindparam("its_sip_status"),
        evidence=bindparam("its_evidence"),
    )
)


class Ledger:
    def __init__(self, engine: AsyncEngine, queue: AttemptQueue, policy: RetryPolicy) -> None:
        self._engine = engine
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
        await self._advance(connection, broadcast_id, recipients)
        return len(recipients)

    async def take(self, attempt: UUID, node: str, prepare: Callable[[str], Awaitable[None]]) -> Taken | None:
        """Write ahead: the attempt is this node's to dial, once. None when it no longer waits to be dialled.

        `prepare` is given the audio's name first; if it raises, the attempt stays queued.
        """
        # In a transaction of its own: preparing takes long and needs the database too.
        async with self._engine.connect() as connection:
            audio = await connection.scalar(_ITS_AUDIO, {"attempt": attempt})
        if audio is None:
            return None
        await prepare(audio)
        async with self._engine.begin() as connection:
            row = (await connection.execute(_TAKE, {"attempt": attempt, "by": node})).one_or_none()
            return None if row is None else Taken(*row)

    async def record(self, attempt: UUID, result: CallResult) -> list[UUID]:
        """Close the attempt and decide what follows, in one commit; a late or second report changes nothing.

        Returns attempts that are being dialled but no longer needed.
        """
        reached = result.outcome in REACHED
        async with self._engine.begin() as connection:
            broadcast_id, number = (
                await connection.execute(
                    select(Attempt.broadcast_id, Attempt.e164).where(Attempt.id == attempt)
                )
            ).one()
            # Who is reached frees numbers that others wait for: these are locked now, not when found out.
            await lock_behind(connection, broadcast_id, number, and_neighbours=reached)
            if not await self._finish(connection, attempt, result):
                return []
            if result.outcome is Outcome.DEAD_NUMBER:
                await flag_dead_numbers(connection, [number], at=datetime.now(UTC))
            waiting = await self._credit(connection, broadcast_id, number, result.outcome)
            if reached:
                return await self._withdraw(connection, broadcast_id, waiting)
            await self._advance(connection, broadcast_id, waiting)
            return []

    async def dialling(self, node: str) -> list[Taken]:
        """The attempts that this node wrote ahead and whose end is not recorded."""
        async with self._engine.connect() as connection:
            rows = await connection.execute(
                select(*_CALL_COLUMNS).where(
                    Attempt.state == AttemptState.DIALLING, Attempt.node == node, *_ITS_CALL
                )
            )
            return [Taken(*row) for row in rows]

    async def requeue(self, attempt: UUID, at: datetime) -> None:
        """Give a queued attempt a new job, e.g. because its job died before the write-ahead."""
        async with self._engine.begin() as connection:
            urgent = await connection.scalar(
                select(Broadcast.urgent)
                .join(Attempt, Attempt.broadcast_id == Broadcast.id)
                .where(Attempt.id == attempt, Attempt.state == AttemptState.QUEUED)
            )
            if urgent is not None:
                await self._queue.defer(connection, [Due(attempt, at)], urgent=urgent)

    @staticmethod
    async def _finish(connection: AsyncConnection, attempt: UUID, result: CallResult) -> bool:
        finished = await connection.execute(
            _FINISH,
            {
                "attempt": attempt,
                "its_outcome": result.outcome,
                "its_answer": result.answered_at,
                "its_end": result.ended_at or datetime.now(UTC),
                "its_cause": result.cause,
                "its_sip_status": result.sip_status,
                "its_evidence": dict(result.evidence),
            },
        )
        return finished.rowcount == 1

    @staticmethod
    async def _credit(
        connection: AsyncConnection, broadcast_id: int, number: str, outcome: Outcome
    ) -> list[int]:
        """Let the outcome count for everyone behind the number; returns those who were still waiting.

        Who was given up before gets the better result too; who was reached waits no longer.
        """
        waiting = await waiting_behind(connection, broadcast_id, number)
        result = result_of_outcome(outcome)
        worse = [one for one in Result if one.rank < result.rank]
        if worse:
            await connection.execute(
                update(Recipient)
                .where(Recipient.id.in_(BEHIND), Recipient.result.in_(worse))
                .values(result=result),
                {"broadcast": broadcast_id, "number": number},
            )
        if outcome in REACHED:
            await connection.execute(
                update(Recipient)
                .where(Recipient.id.in_(waiting))
                .values(state=RecipientState.FINAL, opened=True)
            )
        return waiting

    async def _advance(
        self, connection: AsyncConnection, broadcast_id: int, recipients: Collection[int]
    ) -> None:
        """Let the rules decide for these recipients, who are locked, and write it."""
        if not recipients:
            return
        now, expires_at, urgent = (
            await connection.execute(
                select(func.clock_timestamp(), Broadcast.expires_at, Broadcast.urgent).where(
                    Broadcast.id == broadcast_id
                )
            )
        ).one()
        planned = await plan(
            connection, broadcast_id, recipients, self._policy, now=now, expires_at=expires_at
        )
        for (state, result), those in planned.by_standing().items():
            await connection.execute(
                update(Recipient).where(Recipient.id.in_(those)).values(state=state, result=result)
            )
        await self._open(connection, broadcast_id, planned.calls, now=now, urgent=urgent)

    async def _open(
        self,
        connection: AsyncConnection,
        broadcast_id: int,
        calls: Sequence[PlannedCall],
        *,
        now: datetime,
        urgent: bool,
    ) -> None:
        """Write attempts and their jobs. Who wants a number that is being called waits for its outcome."""
        if not calls:
            return
        rows = [
            {
                "id": uuid4(),
                "broadcast_id": broadcast_id,
                "recipient_id": call.recipient,
                "e164": call.number,
                "due_at": call.at,
            }
            for call in sorted(calls, key=lambda call: call.number)
        ]
        written = await connection.execute(
            insert(Attempt).on_conflict_do_nothing().returning(Attempt.id, Attempt.due_at), rows
        )
        due = [Due(attempt, None if at <= now else at) for attempt, at in written]
        await self._queue.defer(connection, due, urgent=urgent)

    async def _withdraw(
        self, connection: AsyncConnection, broadcast_id: int, recipients: Collection[int]
    ) -> list[UUID]:
        """Take back the open attempts of recipients who need no call any more.

        Queued ones are cancelled here, and whoever waited for such a number is advanced; the ids of those
        already being dialled are returned.
        """
        if not recipients:
            return []
        cancelled = (
            await connection.execute(
                update(Attempt)
                .where(Attempt.recipient_id.in_(recipients), Attempt.state == AttemptState.QUEUED)
                .values(state=AttemptState.DONE, outcome=Outcome.CANCELLED, ended_at=func.now())
                .returning(Attempt.e164)
            )
        ).scalars()
        numbers = list(cancelled)
        live = await rung_for_nobody(connection, recipients)
        if numbers:
            freed_for = await opened_behind(connection, broadcast_id, numbers)
            await self._advance(connection, broadcast_id, freed_for)
        return live
