"""An all-clear or a correction ends what it follows, of which nobody is told any more, and is said instead.

How calls that are up come to speak the new text: each node asks for its calls of stopped alerts
(`ledger.stop`), and is told there what is said in place of theirs.
"""

from dataclasses import dataclass

from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from broadcast.errors import AnswersOne, Replaced, UnknownBroadcast
from broadcast.rules.follow_ups import ENDS_THE_FIRST
from broadcast.states import BroadcastState, FollowUpKind
from broadcast.tables import Broadcast
from directory.actor import Actor

_Later = aliased(Broadcast)


@dataclass(frozen=True, slots=True)
class First:
    """A broadcast that is followed."""

    broadcast: int
    urgent: bool
    is_running: bool


async def lock_first(connection: AsyncConnection, broadcast: int, kind: FollowUpKind) -> First:
    """The broadcast that such a follow-up is to follow; of two that would end it the second waits here.

    Raises UnknownBroadcast, AnswersOne, and Replaced when another text is said in its place already.
    """
    found = (
        await connection.execute(
            select(
                Broadcast.state,
                Broadcast.urgent,
                Broadcast.kind,
                Broadcast.replaced_by,
                select(_Later.kind).where(_Later.id == Broadcast.replaced_by).scalar_subquery(),
            )
            .where(Broadcast.id == broadcast)
            .with_for_update(of=Broadcast, key_share=True)
        )
    ).one_or_none()
    if found is None:
        raise UnknownBroadcast(broadcast=broadcast)
    state, urgent, its_kind, replaced_by, by_kind = found
    if its_kind == FollowUpKind.ANSWER:
        raise AnswersOne(broadcast=broadcast)
    if replaced_by is not None and (kind in ENDS_THE_FIRST or by_kind == FollowUpKind.CORRECTION):
        raise Replaced(broadcast=broadcast, by=replaced_by)
    return First(broadcast, urgent, state == BroadcastState.RUNNING)


async def end_first(
    connection: AsyncConnection, actor: Actor, first: First, kind: FollowUpKind, broadcast: int
) -> bool:
    """Have `broadcast` said in its place; what it had replaced itself is replaced by the same.

    A text that was wrong is withdrawn though it is over: nobody hears it again who calls back.
    False when such a follow-up ends nothing.
    """
    if kind not in ENDS_THE_FIRST:
        return False
    if first.is_running or kind is FollowUpKind.CORRECTION:
        await connection.execute(
            update(Broadcast)
            .where(Broadcast.id == first.broadcast, Broadcast.stopped_at.is_(None))
            .values(
                stopped_at=func.now(),
                stopped_by=actor.name,
                expires_at=func.least(Broadcast.expires_at, func.now()),
            )
        )
    await connection.execute(
        update(Broadcast)
        .where(or_(Broadcast.id == first.broadcast, Broadcast.replaced_by == first.broadcast))
        .values(replaced_by=broadcast)
    )
    return True
