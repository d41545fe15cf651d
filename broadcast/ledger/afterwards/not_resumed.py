"""What ran when a backup was made is closed when that backup is restored: nobody is called for it again."""

from collections.abc import Sequence

from sqlalchemy import case, delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from broadcast.audio.kept_sounds import forget_sound
from broadcast.leave_tables import LeaveWish
from broadcast.ledger.enlisting import go_on_enlisting
from broadcast.own_call import LOST
from broadcast.own_tables import OWN_TABLES
from broadcast.pending_alert_tables import PendingAlert
from broadcast.states import AttemptState, BroadcastState, Outcome, RecipientState
from broadcast.tables import Attempt, Broadcast, Node, OpenCall, Recipient
from broadcast.trial_tables import TrialOrder
from directory.actor import Actor
from directory.acts import Act
from directory.journal.book import note

AT_ONCE = 20_000
"""Recipients that are written in one go."""
_NOW = func.clock_timestamp()


async def close_what_ran(connection: AsyncConnection, actor: Actor) -> Sequence[int]:
    """Close every alert and every call that was under way; returns the broadcasts that were.

    A call that waited has expired, and what became of one that was being placed is unknown. Who was still to
    be written as a recipient is written, so that the results name everybody. What was asked for by phone is
    dropped. No node may be at work: their leases and their numbers are forgotten. Raises NotInRole.
    """
    actor.require(Act.CLOSE_RESTORED, None)
    running = select(Broadcast.id).where(Broadcast.state == BroadcastState.RUNNING).order_by(Broadcast.id)
    broadcasts = list(await connection.scalars(running))
    for broadcast in broadcasts:
        while await go_on_enlisting(connection, broadcast, AT_ONCE):
            pass
    await _close_attempts(connection)
    await connection.execute(
        update(Recipient)
        .where(Recipient.state == RecipientState.WAITING)
        .values(state=RecipientState.FINAL, opened=True)
    )
    await connection.execute(
        update(Broadcast)
        .where(Broadcast.id.in_(broadcasts))
        .values(
            state=BroadcastState.CLOSED,
            closed_at=_NOW,
            not_resumed_at=_NOW,
            expires_at=func.least(Broadcast.expires_at, _NOW),
        )
    )
    await _close_own_calls(connection)
    await connection.execute(delete(OpenCall))
    await connection.execute(delete(Node))
    if broadcasts:
        await note(connection, actor, Act.CLOSE_RESTORED, broadcast=broadcasts)
    return broadcasts


async def _close_attempts(connection: AsyncConnection) -> None:
    was_dialled = Attempt.state == AttemptState.DIALLING
    await connection.execute(
        update(Attempt)
        .where(Attempt.state != AttemptState.DONE)
        .values(
            state=AttemptState.DONE,
            outcome=case((was_dialled, Outcome.UNKNOWN), else_=Outcome.EXPIRED),
            ended_at=_NOW,
        )
    )


async def _close_own_calls(connection: AsyncConnection) -> None:
    for table in OWN_TABLES:
        await connection.execute(
            update(table).where(table.ended_at.is_(None)).values(ended_at=_NOW, outcome=LOST)
        )
    waiting = select(PendingAlert.audio).where(PendingAlert.audio.is_not(None))
    spoken = [name for name in await connection.scalars(waiting) if name]
    await connection.execute(update(PendingAlert).values(audio=None))
    for name in spoken:
        await forget_sound(connection, name)
    await connection.execute(delete(TrialOrder))
    await connection.execute(delete(LeaveWish))
