"""Test calls: ordered by a command, taken by a line that may dial, and what came of them."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, delete, exists, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from broadcast.ledger.open_calls import is_open, is_wanted
from broadcast.service_calls import own_calls
from broadcast.trial_tables import TrialCall, TrialOrder, TrialOutcome
from directory.actor import Actor
from directory.acts import Act
from directory.journal.book import note

TAKEN_WITHIN = timedelta(seconds=15)
"""Or nobody rings any more: who asked has been told that no line takes it."""
KEPT_FOR = timedelta(days=1)
RING = 30.0
"""Seconds for which it rings."""

_IS_RECENT = TrialOrder.ordered_at > func.clock_timestamp() - TAKEN_WITHIN
_IS_TAKEN = exists().where(TrialCall.order_id == TrialOrder.id)


@dataclass(frozen=True, slots=True)
class TrialRing:
    """A test call that is written down."""

    id: UUID
    number: str
    language: str


RINGS = select(TrialCall.id, TrialOrder.e164, TrialOrder.language).join(
    TrialOrder, TrialOrder.id == TrialCall.order_id
)


@dataclass(frozen=True, slots=True)
class TrialStatus:
    """What a test call came to."""

    outcome: str
    rang_after: float | None = None
    answered_after: float | None = None
    key: str | None = None
    was_hung_up: bool | None = None
    sip_status: int | None = None


async def order(connection: AsyncConnection, actor: Actor, number: str, language: str) -> int:
    """Ask for a test call to this number (E.164), which may be dialled; the number of the order.

    Raises NotInRole.
    """
    actor.require(Act.ORDER_TEST_CALL)
    await connection.execute(
        delete(TrialOrder).where(TrialOrder.ordered_at < func.clock_timestamp() - KEPT_FOR)
    )
    made = insert(TrialOrder).values(e164=number, language=language).returning(TrialOrder.id)
    ordered = (await connection.scalars(made)).one()
    await note(connection, actor, Act.ORDER_TEST_CALL, test_call=ordered)
    return ordered


async def withdraw(connection: AsyncConnection, actor: Actor, id_: int) -> bool:
    """Take back an order that no line has taken: whether it was still there to be taken back."""
    actor.require(Act.WITHDRAW_TEST_CALL)
    # Locked first, so that who takes it now is seen.
    await connection.execute(select(TrialOrder.id).where(TrialOrder.id == id_).with_for_update())
    gone = delete(TrialOrder).where(TrialOrder.id == id_, ~_IS_TAKEN).returning(TrialOrder.id)
    is_withdrawn = await connection.scalar(gone) is not None
    if is_withdrawn:
        await note(connection, actor, Act.WITHDRAW_TEST_CALL, test_call=id_)
    return is_withdrawn


async def result(connection: AsyncConnection, id_: int) -> TrialStatus | None:
    """What came of this order; None while it waits or is being called."""
    columns = (
        TrialCall.outcome,
        TrialCall.rang_after,
        TrialCall.answered_after,
        TrialCall.key,
        TrialCall.was_hung_up,
        TrialCall.sip_status,
    )
    done = select(*columns).where(TrialCall.order_id == id_, TrialCall.ended_at.is_not(None))
    row = (await connection.execute(done)).one_or_none()
    return None if row is None else TrialStatus(row.outcome or "", *row[1:])


async def take(connection: AsyncConnection, node: str) -> TrialRing | None:
    """The next call that has to be placed, ours once this is committed; None when there is none."""
    due = (
        select(TrialOrder.id, TrialOrder.e164, TrialOrder.language)
        .where(
            _IS_RECENT,
            ~_IS_TAKEN,
            ~is_open(TrialOrder.e164),
            ~is_wanted(TrialOrder.e164),
        )
        .order_by(TrialOrder.id)
        .limit(1)
        .with_for_update()
    )
    found = (await connection.execute(due)).one_or_none()
    if found is None:
        return None
    written = await own_calls.write_ahead(
        connection, TrialCall, found.e164, ring=RING, order_id=found.id, node=node
    )
    return TrialRing(written, found.e164, found.language) if written else None


class TrialBook(own_calls.Book[TrialRing]):
    """Test calls, as the nodes place them."""

    table = TrialCall
    calls = RINGS
    written = TrialRing
    nothing = TrialOutcome.UNPLACED

    def may_be_due(self) -> ColumnElement[bool]:
        return exists().where(_IS_RECENT, ~_IS_TAKEN)

    async def take(self, connection: AsyncConnection, node: str) -> TrialRing | None:
        return await take(connection, node)
