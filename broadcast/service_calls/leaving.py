"""Members who leave by phone: asked for, and made sure of by a call to the number that asked."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, ScalarSelect, delete, exists, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from broadcast.leave_tables import LeaveCall, LeaveOutcome, LeaveWish
from broadcast.ledger.open_calls import is_open, is_wanted
from broadcast.rules.floods import DAY, Limit
from broadcast.rules.own_calls import Persistence, Step, next_step
from broadcast.service_calls import own_calls
from broadcast.service_calls.leave_policy import LeavePolicy
from directory.tables import Member, Number

_AnyWish = aliased(LeaveWish)
SETTLED_BY = frozenset({LeaveOutcome.LEFT, LeaveOutcome.STAYED})
"""Outcomes after which nobody is called about a wish any more."""


@dataclass(frozen=True, slots=True)
class LeaveRing:
    """A call that is written down: to this number, which asked to leave."""

    id: UUID
    number: str


RINGS = select(LeaveCall.id, LeaveWish.e164).join(LeaveWish, LeaveWish.id == LeaveCall.wish_id)


async def ask_to_leave(connection: AsyncConnection, number: str, policy: LeavePolicy) -> bool:
    """Somebody who called from this number wants to leave: whether it is rung to make sure.

    Not more often in a day than is believable, and never with more calls than the policy allows, so that
    nobody can have a stranger rung again and again by forging their number.
    """
    await connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(number), 0)))
    now = await own_calls.now(connection)
    # Calls are made a while after the wish, and count for a day.
    await connection.execute(delete(LeaveWish).where(LeaveWish.asked_at < now - 2 * DAY))
    steps = await _steps(connection, policy, LeaveWish.e164 == number)
    if any(step is not Step.DONE for _, _, step in steps):
        return True
    wishes = await connection.scalars(select(LeaveWish.asked_at).where(LeaveWish.e164 == number))
    calls = await connection.scalars(
        select(LeaveCall.placed_at)
        .join(LeaveWish, LeaveWish.id == LeaveCall.wish_id)
        .where(LeaveWish.e164 == number)
    )
    may_wish = Limit(policy.a_day, DAY).allows(wishes, now=now)
    if not may_wish or not Limit(policy.calls_a_day, DAY).allows(calls, now=now):
        return False
    await connection.execute(insert(LeaveWish).values(e164=number))
    return True


_IS_MEMBER = exists().where(
    Number.e164 == LeaveWish.e164, Member.id == Number.member_id, Member.left_on.is_(None)
)
"""Somebody behind the number has not left yet, by whatever way."""


async def take(connection: AsyncConnection, node: str, policy: LeavePolicy) -> LeaveRing | None:
    """The next call that has to be placed, ours once this is committed; None when there is none."""
    now = func.clock_timestamp()
    may_be_rung = (
        LeaveWish.asked_at <= now - timedelta(seconds=policy.after),
        ~is_open(LeaveWish.e164),
        ~is_wanted(LeaveWish.e164),
    )
    for wish, number, step in await _steps(connection, policy, *may_be_rung):
        if step is Step.CALL:
            written = await own_calls.write_ahead(
                connection, LeaveCall, number, ring=policy.ring, wish_id=wish, node=node
            )
            return LeaveRing(written, number) if written else None
    return None


async def _steps(
    connection: AsyncConnection, policy: LeavePolicy, *which: ColumnElement[bool]
) -> Sequence[tuple[int, str, Step]]:
    """What comes next for each of the wishes of members that may still be followed, oldest first."""
    is_up = exists().where(LeaveCall.wish_id == LeaveWish.id, LeaveCall.ended_at.is_(None))
    may_be_called = is_up | (_calls_of_a_day() < policy.calls_a_day)
    wishes = select(LeaveWish.id, LeaveWish.e164).where(
        _is_followed(policy), _IS_MEMBER, may_be_called, *which
    )
    found = [(wish, number) for wish, number in await connection.execute(wishes.order_by(LeaveWish.id))]
    if not found:
        return []
    calls = await own_calls.placed(connection, LeaveCall, LeaveCall.wish_id, [wish for wish, _ in found])
    now, persistence = await own_calls.now(connection), Persistence(policy.rounds, policy.again, SETTLED_BY)
    return [(wish, number, next_step(calls.get(wish, ()), persistence, now=now)) for wish, number in found]


def _is_followed(policy: LeavePolicy) -> ColumnElement[bool]:
    return LeaveWish.asked_at > func.clock_timestamp() - timedelta(seconds=policy.within)


def _calls_of_a_day() -> ScalarSelect[int]:
    """To the number of a wish, whatever was asked from it."""
    return (
        select(func.count())
        .where(
            LeaveCall.wish_id == _AnyWish.id,
            _AnyWish.e164 == LeaveWish.e164,
            LeaveCall.placed_at > func.clock_timestamp() - DAY,
        )
        .correlate(LeaveWish)
        .scalar_subquery()
    )


async def no_longer_needed(connection: AsyncConnection, calls: Collection[UUID]) -> Sequence[UUID]:
    """Those of these calls behind whose number nobody is a member any more."""
    rows = await connection.scalars(
        select(LeaveCall.id)
        .join(LeaveWish, LeaveWish.id == LeaveCall.wish_id)
        .where(LeaveCall.id.in_(calls), ~_IS_MEMBER)
    )
    return rows.all()


class LeaveBook(own_calls.Book[LeaveRing]):
    """Calls to who asked to leave, as the nodes place them."""

    table = LeaveCall
    calls = RINGS
    written = LeaveRing
    nothing = LeaveOutcome.UNANSWERED

    def __init__(self, policy: LeavePolicy) -> None:
        self._policy = policy

    def may_be_due(self) -> ColumnElement[bool]:
        return exists().where(_is_followed(self._policy))

    async def take(self, connection: AsyncConnection, node: str) -> LeaveRing | None:
        return await take(connection, node, self._policy)

    async def unwanted(self, connection: AsyncConnection, calls: Collection[UUID]) -> Collection[UUID]:
        return await no_longer_needed(connection, calls)
