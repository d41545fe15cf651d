"""Takes out of recipients and attempts what tells of a person; what counts them stays."""

from collections.abc import Collection

from sqlalchemy import delete, exists, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from broadcast.states import AttemptState
from broadcast.tables import Attempt, Recipient, RecipientNumber

NOBODYS = ""
"""Stands for the number of an attempt whose person is not known any more."""
_NOTHING = text("'{}'::jsonb")
_Others = aliased(RecipientNumber)
_OthersAre = aliased(Recipient)


async def clear_calls_of_broadcasts(connection: AsyncConnection, broadcasts: Collection[int]) -> int:
    """Forget the numbers and the evidence of these broadcasts, which are over; returns of how many calls."""
    cleared = await connection.execute(
        update(Attempt)
        .where(Attempt.broadcast_id.in_(broadcasts), Attempt.state == AttemptState.DONE)
        .values(e164=NOBODYS, evidence=_NOTHING)
    )
    await connection.execute(delete(RecipientNumber).where(RecipientNumber.broadcast_id.in_(broadcasts)))
    return cleared.rowcount


async def is_being_called(connection: AsyncConnection, members: Collection[int]) -> bool:
    """Whether a call to one of these members waits or is up."""
    open_ = exists().where(
        Recipient.member_id.in_(members),
        Attempt.recipient_id == Recipient.id,
        Attempt.state != AttemptState.DONE,
    )
    return bool(await connection.scalar(select(open_)))


async def clear_calls_of_members(connection: AsyncConnection, members: Collection[int]) -> int:
    """The same for these members, none of whom is being called; returns of how many calls.

    A call to a number that somebody else of that broadcast has as well is theirs too, and stays.
    """
    is_theirs = exists().where(Recipient.id == RecipientNumber.recipient_id, Recipient.member_id.in_(members))
    is_of_others = exists().where(
        _Others.broadcast_id == Attempt.broadcast_id,
        _Others.e164 == Attempt.e164,
        _OthersAre.id == _Others.recipient_id,
        _OthersAre.member_id.not_in(members),
    )
    was_to_them = exists().where(
        RecipientNumber.broadcast_id == Attempt.broadcast_id, RecipientNumber.e164 == Attempt.e164, is_theirs
    )
    was_for_them = exists().where(Recipient.id == Attempt.recipient_id, Recipient.member_id.in_(members))
    cleared = await connection.execute(
        update(Attempt)
        .where(Attempt.state == AttemptState.DONE, was_to_them | was_for_them, ~is_of_others)
        .values(e164=NOBODYS, evidence=_NOTHING)
    )
    await connection.execute(delete(RecipientNumber).where(is_theirs))
    return cleared.rowcount
