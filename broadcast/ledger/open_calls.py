"""One call a telephone: which numbers are in a call of ours, and whose turn it is next.

Whoever would place a call holds its number first, in the commit that writes the call ahead; the primary key
of `open_call` lets one of them through. The others are left as they are, and wait: an attempt whose turn it
is not has no job, and gets one from `Upkeep` when it is.
"""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    String,
    Uuid,
    any_,
    bindparam,
    delete,
    exists,
    func,
    literal,
    literal_column,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.orm import InstrumentedAttribute, aliased

from broadcast.ledger.steered import is_steered
from broadcast.ports import CallOutcome
from broadcast.states import AttemptState
from broadcast.tables import Attempt, Broadcast, OpenCall

_Other, _OthersBroadcast = aliased(Attempt), aliased(Broadcast)
# Queued, in words by which PostgreSQL finds the open attempts at one number. Told `state = 'queued'`, it
# takes the index of all that are queued, which it believes to be few, and reads all of it for each number.
_WAITS = (
    _Other.state.not_in([literal_column("'done'"), literal_column("'dialling'")]),
    _Other.due_at <= func.clock_timestamp(),
    _OthersBroadcast.id == _Other.broadcast_id,
    ~is_steered(_OthersBroadcast),
)
_RELEASE = delete(OpenCall).where(
    OpenCall.e164 == any_(bindparam("numbers", type_=ARRAY(String))),
    OpenCall.call == any_(bindparam("calls", type_=ARRAY(Uuid))),
)

GONE_ON = select(OpenCall.call, OpenCall.e164).where(
    Attempt.id == OpenCall.call, Attempt.node == bindparam("by"), Attempt.state == AttemptState.DONE
)
"""Attempts of a node whose end is recorded and whose call went on, with their numbers."""


def is_open(number: ColumnElement[str] | InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """A call of ours rings this number or is up with it."""
    return exists().where(OpenCall.e164 == number)


def is_wanted(number: ColumnElement[str] | InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """An urgent alert is due there."""
    return exists().where(_Other.e164 == number, *_WAITS, _OthersBroadcast.urgent)


IS_ITS_TURN = ~is_open(Attempt.e164) & ~exists().where(
    _Other.e164 == Attempt.e164,
    *_WAITS,
    tuple_(~_OthersBroadcast.urgent, _Other.due_at, _Other.id)
    < tuple_(~Broadcast.urgent, Attempt.due_at, Attempt.id),
)
"""Of an attempt joined to its broadcast: its telephone is free, and nobody who is due there goes before:
urgent alerts first, and then who has waited longest. Who is not due, as between two tries, is passed by, and
so is an alert that an officer has paused or slowed down."""


async def occupy(connection: AsyncConnection, number: str, call: UUID, *, seconds: float) -> bool:
    """Whether this call, which lasts no longer than so many seconds, may be placed once this is committed."""
    written = (
        insert(OpenCall)
        .values(e164=number, call=call, over_by=func.clock_timestamp() + timedelta(seconds=seconds))
        .on_conflict_do_nothing()
        .returning(OpenCall.call)
    )
    return await connection.scalar(written) is not None


async def release(connection: AsyncConnection, calls: Mapping[UUID, str]) -> None:
    """These calls to these numbers are over. Do it last in a transaction: others may wait for it."""
    if calls:
        await connection.execute(_RELEASE, {"numbers": list(calls.values()), "calls": list(calls)})


async def free(
    connection: AsyncConnection, finished: Mapping[UUID, str], results: Mapping[UUID, CallOutcome]
) -> None:
    """Others may ring the numbers of these attempts, except where somebody is still spoken to."""
    up = {attempt: seconds for attempt in finished if (seconds := results[attempt].goes_on_for)}
    await release(connection, {one: number for one, number in finished.items() if one not in up})
    for attempt, seconds in up.items():
        await extend(connection, attempt, seconds)


async def release_call(connection: AsyncConnection, call: UUID) -> None:
    """This call is over, whatever number it was to."""
    await connection.execute(delete(OpenCall).where(OpenCall.call == call))


async def extend(connection: AsyncConnection, call: UUID, seconds: float) -> None:
    """It outlives what it was placed for, by so many seconds at most."""
    over_by = func.clock_timestamp() + timedelta(seconds=seconds)
    await connection.execute(update(OpenCall).where(OpenCall.call == call).values(over_by=over_by))


async def is_taken(engine: AsyncEngine, number: str) -> bool:
    """A call of ours rings this number or is up with it, or an urgent alert is due there."""
    e164 = literal(number)
    async with engine.connect() as connection:
        return bool(await connection.scalar(select(is_open(e164) | is_wanted(e164))))
