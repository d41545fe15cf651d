"""A database was brought back from a backup: what ran is closed, and who was erased is erased again."""

from collections.abc import Collection, Sequence

from sqlalchemy import Date, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from broadcast.errors import BeingCalled
from broadcast.ledger.afterwards.not_resumed import close_what_ran
from broadcast.retention.erasing import erase
from broadcast.states import BroadcastState
from broadcast.tables import Broadcast
from directory.actor import Actor
from directory.acts import Act
from directory.journal.book import note
from directory.tables import Member


def check_may_restore(actor: Actor) -> None:
    """Raise NotInRole unless they may put a backup in place of everything."""
    actor.require(Act.RESTORE, None)


async def take_over_restored(
    connection: AsyncConnection, actor: Actor, entries: int, *, resume: bool
) -> Sequence[int]:
    """Begin to work with rows that were just restored, whose journal has so many entries.

    What ran when the backup was made is closed unless it is to go on; returns which broadcasts did.
    Raises NotInRole.
    """
    actor.require(Act.RESTORE, None)
    asked = select(Broadcast.id).where(Broadcast.state == BroadcastState.RUNNING).order_by(Broadcast.id)
    running = list(await connection.scalars(asked))
    await note(connection, actor, Act.RESTORE, entries=entries)
    if not resume:
        await close_what_ran(connection, actor)
    return running


async def erase_again(connection: AsyncConnection, actor: Actor, members: Collection[int]) -> None:
    """Erase in a restored database who was erased since its backup was made.

    Who is to be called for an alert that goes on is called no more, and erased by the clock.
    Raises NotInRole.
    """
    actor.require(Act.ERASE_PERSON, None)
    for member in sorted(members):
        try:
            async with connection.begin_nested():
                await erase(connection, [member])
        except BeingCalled:
            gone = update(Member).where(Member.id == member, Member.left_on.is_(None))
            await connection.execute(gone.values(left_on=func.now().cast(Date)))
    if members:
        await note(connection, actor, Act.ERASE_PERSON, member=members)
