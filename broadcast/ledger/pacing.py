"""How an alert goes on that an officer has slowed down, and how one is kept from going on.

None of its attempts has a job by itself. While it is paused they get none. When it has a pace, the nodes give
jobs for as many calls as that allows, each for its moment; and whoever takes its calls holds the alert's row
meanwhile, so that all nodes keep to one pace together.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from time import monotonic
from typing import Any
from uuid import UUID

from sqlalchemy import func, literal_column, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from broadcast.ledger.lease import Tenure
from broadcast.ledger.open_calls import IS_ITS_TURN
from broadcast.ledger.queue import AttemptQueue, Due
from broadcast.ledger.steered import is_paced
from broadcast.ledger.taking import IS_WITHHELD, QUEUED, TAKE_BY_PACE, Taken
from broadcast.rules.alert_pace import AlertPace, next_calls
from broadcast.states import BroadcastState
from broadcast.tables import Attempt, Broadcast

AHEAD = 1.25
"""Seconds for which jobs are given: until the next look at the alert, which may come a little late."""
MOST = 50
"""How many calls may begin at one moment when there is no limit to those of a second."""
_WITHDRAW = text(
    "DELETE FROM procrastinate_jobs WHERE id IN ("
    " SELECT job.id FROM procrastinate_jobs AS job JOIN attempt ON job.queueing_lock = attempt.id::text"
    " WHERE job.status = 'todo' AND attempt.state = 'queued' AND attempt.broadcast_id = :broadcast"
    " FOR UPDATE OF job SKIP LOCKED)"
)
_HAS_JOB = text(
    "EXISTS (SELECT FROM procrastinate_jobs"
    " WHERE queueing_lock = attempt.id::text AND status IN ('todo', 'doing'))"
)
_HAS_NO_JOB = text(f"NOT {_HAS_JOB.text}")
# States as literals: PostgreSQL must know them when it plans, or it uses no index on part of a table.
_QUEUED, _DIALLING = (Attempt.state == literal_column(state) for state in ("'queued'", "'dialling'"))
_PACED = select(Attempt.broadcast_id, Attempt.id).where(
    *QUEUED, Broadcast.id == Attempt.broadcast_id, is_paced()
)
_GOES_BY_PACE = (Broadcast.state == BroadcastState.RUNNING, Broadcast.paused_at.is_(None), is_paced())


class Pacing:
    """The attempts of alerts that have a pace, or are paused. The ledger has one."""

    def __init__(self, engine: AsyncEngine, queue: AttemptQueue, *, simulated: bool) -> None:
        self._engine, self._queue, self._simulated = engine, queue, simulated

    async def take(self, attempts: Collection[UUID], by: Tenure, *, ready: Collection[str]) -> list[Taken]:
        """Write ahead as `Ledger.take` does, but those that it leaves alone because their alert has a pace.

        Taken are as many as that pace allows now.
        """
        asked = {"by": by.node, "term": by.term, "ready": list(ready), "simulated": self._simulated}
        taken = list[Taken]()
        for broadcast, those in (await self._paced_among(attempts)).items():
            asked_at = monotonic()
            async with self._engine.begin() as connection:
                rows = await _take(connection, broadcast, those, asked)
            taken += [replace(Taken(*row), under=by, asked_at=asked_at) for row in rows]
        return taken

    async def give_jobs(self, broadcast: int) -> int:
        """Give the attempts of this alert as many jobs as its pace allows now; return how many.

        None when another node is doing so, and none when it has no pace or is paused.
        """
        async with self._engine.begin() as connection:
            jobs = await _jobs(connection, broadcast)
            await self._queue.defer(connection, jobs)
            return len(jobs)

    async def is_withheld(self, attempt: UUID) -> bool:
        """Whether the alert of this attempt, which was taken, is paused or stopped by now."""
        async with self._engine.connect() as connection:
            return bool(await connection.scalar(IS_WITHHELD, {"attempt": attempt}))

    async def _paced_among(self, attempts: Collection[UUID]) -> Mapping[int, list[UUID]]:
        paced: dict[int, list[UUID]] = defaultdict(list)
        async with self._engine.connect() as connection:
            for broadcast, attempt in await connection.execute(_PACED, {"attempts": list(attempts)}):
                paced[broadcast].append(attempt)
        return paced


async def withdraw_jobs(connection: AsyncConnection, broadcast: int) -> None:
    """Leave its attempts that are queued without jobs; who is fetching one now is told that it may not go."""
    await connection.execute(_WITHDRAW, {"broadcast": broadcast})


async def _take(
    connection: AsyncConnection, broadcast: int, attempts: Sequence[UUID], asked: Mapping[str, object]
) -> Sequence[Any]:
    """The rows of those of these attempts that the pace of their alert lets us take now."""
    room = await _room(connection, broadcast)
    few = attempts[: len(room.moments)] if room is not None else ()
    if room is None or not few:
        return ()
    taken: Sequence[Any] = (await connection.execute(TAKE_BY_PACE, {**asked, "attempts": list(few)})).all()
    if taken and room.pace.together:
        kept = [*room.begun, *[room.now] * len(taken)][-room.pace.together :]
        begun = [datetime.fromtimestamp(at, UTC) for at in kept]
        await connection.execute(update(Broadcast).where(Broadcast.id == broadcast).values(begun=begun))
    return taken


async def _jobs(connection: AsyncConnection, broadcast: int) -> list[Due]:
    room = await _room(connection, broadcast, ahead=AHEAD, skip_locked=True)
    if room is None:
        return []
    those = (Attempt.broadcast_id == broadcast, _QUEUED)
    with_job = await connection.scalar(select(func.count()).where(*those, _HAS_JOB)) or 0
    moments = room.moments[with_job:]
    due = (
        select(Attempt.id, Broadcast.urgent)
        .join(Broadcast, Broadcast.id == Attempt.broadcast_id)
        .where(*those, Attempt.due_at <= func.clock_timestamp(), IS_ITS_TURN, _HAS_NO_JOB)
        .order_by(Attempt.due_at, Attempt.id)
        .limit(len(moments))
    )
    rows = await connection.execute(due) if moments else ()
    return [
        Due(attempt, datetime.fromtimestamp(at, UTC) if at > room.now else None, urgent)
        for (attempt, urgent), at in zip(rows, moments, strict=False)
    ]


@dataclass(frozen=True, slots=True)
class _Room:
    """From which moments one more call of an alert may begin, each; by the database's clock, since 1970."""

    moments: Sequence[float]
    now: float
    begun: Sequence[float]
    """When its last calls began."""
    pace: AlertPace


async def _room(
    connection: AsyncConnection, broadcast: int, *, ahead: float = 0.0, skip_locked: bool = False
) -> _Room | None:
    """The room that there is from now until `ahead` seconds from now; None when nothing goes by its pace.

    No other node is told of any until the caller's transaction ends.
    """
    asked = select(Broadcast.calls_per_second, Broadcast.most_lines, Broadcast.begun)
    held = asked.where(Broadcast.id == broadcast, *_GOES_BY_PACE)
    # Not the stronger lock: who writes an attempt of it waits for nobody here.
    locked = held.with_for_update(key_share=True, skip_locked=skip_locked)
    limits = (await connection.execute(locked)).one_or_none()
    if limits is None:
        return None
    # Asked apart: a statement that has waited for a row still counts what was there before it waited.
    counted = select(func.count(), func.extract("epoch", func.clock_timestamp()))
    up, clock = (await connection.execute(counted.where(Attempt.broadcast_id == broadcast, _DIALLING))).one()
    now, pace = float(clock), AlertPace(limits.calls_per_second, limits.most_lines)
    begun = [at.timestamp() for at in limits.begun]
    moments = next_calls(pace, begun=begun, up=up, now=now, until=now + ahead, most=MOST)
    return _Room(moments, now, begun, pace)
