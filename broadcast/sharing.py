"""Who is behind which numbers, and the locks that let one outcome count for all of them; writes nothing."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import bindparam, exists, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from broadcast.states import AttemptState, RecipientState
from broadcast.tables import Attempt, Recipient, RecipientNumber

_Theirs = aliased(RecipientNumber)
BEHIND = (
    select(RecipientNumber.recipient_id)
    .where(
        RecipientNumber.broadcast_id == bindparam("broadcast"), RecipientNumber.e164 == bindparam("number")
    )
    .scalar_subquery()
)
"""Ids of those who have the number `number` in the broadcast `broadcast`."""
_SHARING_A_NUMBER_WITH_THEM = (
    select(RecipientNumber.recipient_id)
    .where(
        RecipientNumber.broadcast_id == bindparam("broadcast"),
        RecipientNumber.e164.in_(select(_Theirs.e164).where(_Theirs.recipient_id.in_(BEHIND))),
    )
    .scalar_subquery()
)


async def lock_behind(
    connection: AsyncConnection, broadcast_id: int, number: str, *, and_neighbours: bool
) -> None:
    """Lock those behind a number, and on request all who share any number with one of them.

    One statement, in the order of ids: who locks some now and some later waits for one who does it in
    another order, for ever.
    """
    whom = _SHARING_A_NUMBER_WITH_THEM if and_neighbours else BEHIND
    await connection.execute(
        select(Recipient.id).where(Recipient.id.in_(whom)).order_by(Recipient.id).with_for_update(),
        {"broadcast": broadcast_id, "number": number},
    )


async def waiting_behind(connection: AsyncConnection, broadcast_id: int, number: str) -> list[int]:
    """Those behind a number who still wait to be reached."""
    waiting = select(Recipient.id).where(Recipient.id.in_(BEHIND), Recipient.state == RecipientState.WAITING)
    return list(await connection.scalars(waiting, {"broadcast": broadcast_id, "number": number}))


async def opened_behind(
    connection: AsyncConnection, broadcast_id: int, numbers: Collection[str]
) -> list[int]:
    """Those behind any of these numbers who still wait and whose turn has come."""
    waiting = (
        select(Recipient.id)
        .join(RecipientNumber, RecipientNumber.recipient_id == Recipient.id)
        .where(
            RecipientNumber.broadcast_id == broadcast_id,
            RecipientNumber.e164.in_(numbers),
            Recipient.state == RecipientState.WAITING,
            Recipient.opened,
        )
        .distinct()
    )
    return list(await connection.scalars(waiting))


async def rung_for_nobody(connection: AsyncConnection, recipients: Collection[int]) -> list[UUID]:
    """The calls being dialled for these recipients to numbers behind which nobody waits any more."""
    needed = exists().where(
        RecipientNumber.broadcast_id == Attempt.broadcast_id,
        RecipientNumber.e164 == Attempt.e164,
        Recipient.id == RecipientNumber.recipient_id,
        Recipient.state == RecipientState.WAITING,
    )
    useless = select(Attempt.id).where(
        Attempt.recipient_id.in_(recipients), Attempt.state == AttemptState.DIALLING, ~needed
    )
    return list(await connection.scalars(useless))
