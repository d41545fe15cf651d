"""How planned calls become attempts: one at a time for each alert and number. The ledger alone uses it.

What became of a new text on a call that was placed with another one becomes an attempt too, that has ended:
of the broadcast whose text it is, though no telephone was rung for it. Its id follows from the attempt and
the broadcast, so that an outcome which is written twice is there once.
"""

import json
from collections.abc import Collection, Sequence
from datetime import timedelta
from uuid import UUID, uuid4, uuid5

from sqlalchemy import Integer, String, cast, func, literal, literal_column, select, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from broadcast.ledger.bulk_writes import unnested
from broadcast.ledger.enlisting import note_addition
from broadcast.ledger.locks import lock_reached_at
from broadcast.ledger.planner import PlannedCall
from broadcast.ledger.queue import SOON, Due
from broadcast.ports import CallOutcome, TextOutcome
from broadcast.states import AttemptState
from broadcast.tables import Attempt, Instant, Recipient, RecipientNumber

_Theirs = aliased(RecipientNumber)

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


async def lock_told(connection: AsyncConnection, attempt: UUID, broadcast: int) -> Collection[int]:
    """Lock those behind the attempt's number as recipients of this broadcast, who join it if they have not.

    Whoever hears an all-clear on a call of the first is told it, though the first was not done with them.
    """
    behind = (
        Attempt.id == attempt,
        RecipientNumber.broadcast_id == Attempt.broadcast_id,
        RecipientNumber.e164 == Attempt.e164,
        Recipient.id == RecipientNumber.recipient_id,
    )
    people = select(literal(broadcast), Recipient.member_id, Recipient.network_id, Recipient.language).where(
        *behind
    )
    joined = (
        insert(Recipient)
        .from_select(["broadcast_id", "member_id", "network_id", "language"], people)
        .on_conflict_do_nothing(index_elements=[Recipient.broadcast_id, Recipient.member_id])
        .returning(Recipient.id, Recipient.member_id)
        .cte("joined")
    )
    numbers = select(joined.c.id, _Theirs.position, literal(broadcast), _Theirs.e164).where(
        *behind, joined.c.member_id == Recipient.member_id, _Theirs.recipient_id == Recipient.id
    )
    columns = ["recipient_id", "position", "broadcast_id", "e164"]
    last = await connection.scalar(select(func.max(Recipient.id))) or 0
    numbered = insert(RecipientNumber).from_select(columns, numbers)
    if (await connection.execute(numbered)).rowcount:
        await note_addition(connection, broadcast, since=last + 1)
    number = await connection.scalar(select(Attempt.e164).where(Attempt.id == attempt))
    return await lock_reached_at(connection, broadcast, number or "")


async def note_new_text(
    connection: AsyncConnection, attempt: UUID, recipient: int, result: CallOutcome, text: TextOutcome
) -> bool:
    """Write what this text came to on this attempt's call; False when it is written already."""
    evidence = json.dumps({**text.evidence, "on": str(attempt)})
    ended = func.least(func.coalesce(cast(literal(result.ended_at), Instant), func.now()), func.now())
    told = select(
        literal(uuid5(attempt, str(text.broadcast))),
        literal(text.broadcast),
        literal(recipient),
        Attempt.e164,
        literal(AttemptState.DONE.value),
        func.now(),
        Attempt.node,
        Attempt.simulated,
        cast(literal(result.answered_at), Instant),
        func.greatest(ended, Attempt.dialled_at),
        literal(text.outcome.value),
        cast(literal(evidence), JSONB),
    ).where(Attempt.id == attempt)
    columns = [
        *("id", "broadcast_id", "recipient_id", "e164", "state", "due_at", "node", "simulated"),
        *("answered_at", "ended_at", "outcome", "evidence"),
    ]
    written = insert(Attempt).from_select(columns, told).on_conflict_do_nothing(index_elements=[Attempt.id])
    return await connection.scalar(written.returning(Attempt.id)) is not None
