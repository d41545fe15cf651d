"""Who is behind which numbers, and the locks that let one outcome count for all of them; writes nothing."""

from collections.abc import Collection, Mapping, Sequence
from typing import TypeVar
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    CompoundSelect,
    Integer,
    Row,
    ScalarSelect,
    Uuid,
    any_,
    bindparam,
    exists,
    false,
    func,
    literal_column,
    null,
    select,
    true,
    union_all,
)
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import InstrumentedAttribute, aliased

from broadcast.states import AttemptState, BroadcastState, RecipientState
from broadcast.tables import Attempt, Broadcast, Enlistment, Recipient, RecipientNumber

T = TypeVar("T")
RECIPIENTS = any_(bindparam("recipients", type_=ARRAY(Integer)))
ATTEMPTS = any_(bindparam("attempts", type_=ARRAY(Uuid)))
MEMBERS = any_(bindparam("members", type_=ARRAY(Integer)))
_RUNNING = select(Broadcast.id).where(Broadcast.state == BroadcastState.RUNNING)
_THEY_WAIT = (
    Recipient.broadcast_id.in_(_RUNNING),  # for the index
    Recipient.member_id == MEMBERS,
    Recipient.state == RecipientState.WAITING,
)
_MEMBERS_LOCK = 4_711_001
"""Key of an advisory lock of PostgreSQL; nothing else uses one of a single number."""
_ENLISTMENT_LOCK = 4_711_002
"""The first number of the key of such a lock; the second one is a broadcast."""
_REACHED = any_(bindparam("reached", type_=ARRAY(Uuid)))
_BEHIND = (RecipientNumber.broadcast_id == Attempt.broadcast_id, RecipientNumber.e164 == Attempt.e164)


def _enlistment_of(
    broadcast: InstrumentedAttribute[int],
) -> ScalarSelect[int]:
    """The broadcast itself while its recipients are still being written, else NULL."""
    return select(Enlistment.broadcast_id).where(Enlistment.broadcast_id == broadcast).scalar_subquery()


_Own = aliased(RecipientNumber)
_Shared = aliased(RecipientNumber)
_WHO: CompoundSelect[int, UUID | None, int | None] = union_all(
    select(RecipientNumber.recipient_id, Attempt.id, _enlistment_of(Attempt.broadcast_id)).where(
        Attempt.id == ATTEMPTS, *_BEHIND
    ),
    select(_Shared.recipient_id, null(), null()).where(
        Attempt.id == _REACHED,
        *_BEHIND,
        _Own.recipient_id == RecipientNumber.recipient_id,
        _Shared.broadcast_id == _Own.broadcast_id,
        _Shared.e164 == _Own.e164,
    ),
)
_AT_NUMBER = (
    RecipientNumber.broadcast_id == bindparam("broadcast"),
    RecipientNumber.e164 == bindparam("e164"),
)
_WHO_AT: CompoundSelect[int, bool, int | None] = union_all(
    select(RecipientNumber.recipient_id, true(), _enlistment_of(RecipientNumber.broadcast_id)).where(
        *_AT_NUMBER
    ),
    select(_Shared.recipient_id, false(), null()).where(
        *_AT_NUMBER,
        _Own.recipient_id == RecipientNumber.recipient_id,
        _Shared.broadcast_id == _Own.broadcast_id,
        _Shared.e164 == _Own.e164,
    ),
)
_WHO_IS: CompoundSelect[int, bool] = union_all(
    select(Recipient.id, true()).where(*_THEY_WAIT),
    select(_Shared.recipient_id, false()).where(
        *_THEY_WAIT,
        _Own.recipient_id == Recipient.id,
        _Shared.broadcast_id == _Own.broadcast_id,
        _Shared.e164 == _Own.e164,
    ),
)
_HOLD_ENLISTMENTS = select(
    func.pg_advisory_xact_lock_shared(
        _ENLISTMENT_LOCK, func.unnest(bindparam("broadcasts", type_=ARRAY(Integer)))
    )
)
_LOCK = select(Recipient.id).where(Recipient.id == RECIPIENTS).order_by(Recipient.id).with_for_update()
_OPENED_BEHIND = (
    select(Recipient.id)
    .join(RecipientNumber, RecipientNumber.recipient_id == Recipient.id)
    .where(Attempt.id == ATTEMPTS, *_BEHIND, Recipient.state == RecipientState.WAITING, Recipient.opened)
    .distinct()
)
_FORGOTTEN = select(Recipient.id).where(
    Recipient.broadcast_id == bindparam("broadcast"),
    Recipient.id >= bindparam("since"),
    Recipient.state == literal_column("'waiting'"),  # for the index
    Recipient.opened,
    ~exists().where(
        RecipientNumber.recipient_id == Recipient.id,
        Attempt.broadcast_id == Recipient.broadcast_id,
        Attempt.e164 == RecipientNumber.e164,
        Attempt.state != literal_column("'done'"),
    ),
)
_NEEDED = (
    exists()
    .where(*_BEHIND, Recipient.id == RecipientNumber.recipient_id)
    .where(Recipient.state == RecipientState.WAITING)
)
NEEDLESS_CALLS = select(Attempt.id).where(
    Attempt.state == AttemptState.DIALLING, Attempt.node == bindparam("by"), ~_NEEDED
)
"""The calls of a node that are under way and behind whose number nobody waits any more."""
_RUNG_FOR_NOBODY = select(Attempt.id).where(
    Attempt.recipient_id == RECIPIENTS, Attempt.state == AttemptState.DIALLING, ~_NEEDED
)


async def lock_behind(
    connection: AsyncConnection, attempts: Collection[UUID], *, reached: Collection[UUID]
) -> list[tuple[int, UUID | None]]:
    """Lock those behind the numbers of these attempts, and for `reached` all who share any number with them.

    Returns each recipient with the attempt they are behind; None for those who only share a number. The locks
    are taken by one statement in the order of ids: who locks some now and some later waits for one who does
    it in another order, for ever. Who it is was read before: that changes only while recipients are written,
    and a row that is waited for while it is joined to others may drop out of the answer.
    """
    found = await _all_of_them(connection, _WHO, {"attempts": list(attempts), "reached": list(reached)})
    await connection.execute(_LOCK, {"recipients": list({recipient for recipient, *_ in found})})
    return [(recipient, attempt) for recipient, attempt, _ in found]


async def lock_reached_at(connection: AsyncConnection, broadcast: int, number: str) -> list[int]:
    """Lock those behind this number and all who share any number with them; returns the first, by id."""
    found = await _all_of_them(connection, _WHO_AT, {"broadcast": broadcast, "e164": number})
    await connection.execute(_LOCK, {"recipients": list({recipient for recipient, *_ in found})})
    return sorted({recipient for recipient, is_behind, _ in found if is_behind})


async def _all_of_them(
    connection: AsyncConnection, asked: CompoundSelect[int, T, int | None], what: Mapping[str, object]
) -> Sequence[Row[int, T, int | None]]:
    """Who it is; nobody is added to them from here to the end of the transaction.

    Once a broadcast is enlisted that is so by itself. While it is not, its next part waits for us, and we
    look again for what came in between.
    """
    found = (await connection.execute(asked, what)).all()
    enlisting = {broadcast for *_, broadcast in found if broadcast is not None}
    if not enlisting:
        return found
    await connection.execute(_HOLD_ENLISTMENTS, {"broadcasts": sorted(enlisting)})
    return (await connection.execute(asked, what)).all()


async def lock_enlistment(connection: AsyncConnection, broadcast: int) -> None:
    """Let recipients be added when this is committed: wait until nobody decides for those behind a number.

    Do it last, for everybody waits for it who records what came of a call.
    """
    await connection.execute(select(func.pg_advisory_xact_lock(_ENLISTMENT_LOCK, broadcast)))


async def lock_members(connection: AsyncConnection, *, change: bool) -> None:
    """Nobody leaves while an alert is begun: who would, waits until its recipients are there to be seen."""
    lock = func.pg_advisory_xact_lock if change else func.pg_advisory_xact_lock_shared
    await connection.execute(select(lock(_MEMBERS_LOCK)))


async def lock_waiting(connection: AsyncConnection, members: Collection[int]) -> list[int]:
    """Lock these members as waiting recipients, and all who share a number with them; returns the first."""
    rows = (await connection.execute(_WHO_IS, {"members": list(members)})).all()
    await connection.execute(_LOCK, {"recipients": list({recipient for recipient, _ in rows})})
    return sorted({recipient for recipient, is_them in rows if is_them})


async def lock_forgotten(connection: AsyncConnection, broadcast: int, *, since: int) -> list[int]:
    """Lock the recipients from this id on who wait and for none of whose numbers a call is open."""
    found = (await connection.scalars(_FORGOTTEN, {"broadcast": broadcast, "since": since})).all()
    if found:
        await connection.execute(_LOCK, {"recipients": list(found)})
    return list(found)


async def opened_behind(connection: AsyncConnection, attempts: Collection[UUID]) -> list[int]:
    """Those behind the numbers of these attempts who still wait and whose turn has come."""
    return list(await connection.scalars(_OPENED_BEHIND, {"attempts": list(attempts)}))


async def rung_for_nobody(connection: AsyncConnection, recipients: Collection[int]) -> list[UUID]:
    """The calls being dialled for these recipients to numbers behind which nobody waits any more."""
    return list(await connection.scalars(_RUNG_FOR_NOBODY, {"recipients": list(recipients)}))
