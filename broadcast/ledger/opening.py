"""How planned calls become attempts: one at a time for each alert and number. The ledger alone uses it."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import uuid4

from sqlalchemy import Integer, String, literal_column, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from broadcast.ledger.bulk_writes import unnested
from broadcast.ledger.planner import PlannedCall
from broadcast.ledger.queue import SOON, Due
from broadcast.tables import Attempt, Instant

_OPEN = insert(Attempt).on_conflict_do_nothing().returning(Attempt.id)
_wanted = unnested("wanted", broadcast=Integer(), number=String(), at=Instant)
_waits_longer = (
    select(Attempt.id, _wanted.c.at)
    .where(
        Attempt.broadcast_id == _wanted.c.broadcast,
        Attempt.e164 == _wanted.c.number,
        Attempt.state == literal_column("'queued'"),  # for the index
        Attempt.due_at > _wanted.c.at,
    )
    .order_by(Attempt.e164, Attempt.id)
    .with_for_update(of=Attempt)
    .cte("waits_longer")
)
_BRING_FORWARD = update(Attempt).where(Attempt.id == _waits_longer.c.id).values(due_at=_waits_longer.c.at)


async def open_attempts(connection: AsyncConnection, calls: Sequence[PlannedCall]) -> list[Due]:
    """Write attempts, and return the jobs of those that are due soon and whose alert goes on by itself.

    Who wants a number for which somebody's call is open waits for its outcome. It comes when the first of
    them wants it: what puts one person's call off keeps no other waiting.
    """
    # The soonest first: of two to one number it is the one that is written.
    ordered = sorted(calls, key=lambda call: (call.broadcast, call.number, call.at))
    planned = {uuid4(): call for call in ordered}
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
    await _bring_forward(connection, ordered, [call for _, call in written])
    return [
        Due(attempt, call.at if call.wait > timedelta() else None, call.urgent)
        for attempt, call in written
        if call.wait <= SOON and not call.is_steered
    ]


async def _bring_forward(
    connection: AsyncConnection, calls: Sequence[PlannedCall], written: Sequence[PlannedCall]
) -> None:
    """Those of others to the numbers that these wanted; where they need a job, `Upkeep` gives them one."""
    new = {(call.broadcast, call.number) for call in written}
    wanted = {
        (call.broadcast, call.number): call.at
        for call in reversed(calls)
        if (call.broadcast, call.number) not in new
    }
    if wanted:
        await connection.execute(
            _BRING_FORWARD,
            {
                "wanted_broadcast": [broadcast for broadcast, _ in wanted],
                "wanted_number": [number for _, number in wanted],
                "wanted_at": list(wanted.values()),
            },
        )
