"""Members who leave by phone: asked for, and made sure of by a call to the number that asked."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import Select, delete, exists, func, insert, or_, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from broadcast.leave_policy import LeavePolicy
from broadcast.leave_tables import LeaveCall, LeaveOutcome, LeaveWish
from broadcast.own_calls import LOST_AT_MOST
from directory.tables import Member, Number

FOLLOWED = (LeaveOutcome.LEFT, LeaveOutcome.STAYED)
"""Outcomes after which nobody is called about a wish any more."""


@dataclass(frozen=True, slots=True)
class Ring:
    """A call that is written down: to this number, which asked to leave."""

    id: UUID
    number: str


async def ask_to_leave(connection: AsyncConnection, number: str, policy: LeavePolicy) -> bool:
    """Somebody who called from this number wants to leave: whether it is rung to make sure.

    Not more often in a day than is believable, so that nobody can have a stranger rung again and again by
    forging their number.
    """
    await connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(number), 0)))
    a_day_ago = func.clock_timestamp() - timedelta(days=1)
    await connection.execute(delete(LeaveWish).where(LeaveWish.asked_at < a_day_ago))
    today = await connection.scalar(select(func.count()).where(LeaveWish.e164 == number))
    is_waiting = exists(_due(policy, is_later=True).where(LeaveWish.e164 == number))
    if await connection.scalar(select(is_waiting)):
        return True
    if (today or 0) >= policy.a_day:
        return False
    await connection.execute(insert(LeaveWish).values(e164=number))
    return True


_IS_MEMBER = exists().where(
    Number.e164 == LeaveWish.e164, Member.id == Number.member_id, Member.left_on.is_(None)
)
"""Somebody behind the number has not left yet, by whatever way."""


async def take(connection: AsyncConnection, node: str, policy: LeavePolicy) -> Ring | None:
    """The next call that has to be placed, ours once this is committed; None when there is none."""
    found = (await connection.execute(_due(policy).order_by(LeaveWish.id).limit(1))).one_or_none()
    if found is None:
        return None
    written = await connection.scalar(
        postgresql.insert(LeaveCall)
        .values(id=uuid4(), wish_id=found.id, node=node)
        .on_conflict_do_nothing()
        .returning(LeaveCall.id)
    )
    return Ring(written, found.e164) if written else None


def _due(policy: LeavePolicy, *, is_later: bool = False) -> Select[int, str]:
    """Wishes for which a call has to be placed now; with `is_later` also those that wait or are called."""
    now = func.clock_timestamp()
    for_this = LeaveCall.wish_id == LeaveWish.id
    counts = LeaveCall.outcome.is_distinct_from(LeaveOutcome.LOST)
    tries = select(func.count()).where(for_this, counts).scalar_subquery()
    last = select(func.max(LeaveCall.ended_at)).where(for_this, counts).scalar_subquery()
    lost = select(func.count()).where(for_this, LeaveCall.outcome == LeaveOutcome.LOST).scalar_subquery()
    is_up = exists().where(for_this, LeaveCall.ended_at.is_(None))
    followed = exists().where(for_this, LeaveCall.outcome.in_(FOLLOWED))
    wishes = select(LeaveWish.id, LeaveWish.e164).where(
        LeaveWish.asked_at > now - timedelta(seconds=policy.within),
        ~followed,
        _IS_MEMBER,
        or_(is_up, tries < policy.rounds),
        lost <= LOST_AT_MOST,
    )
    if is_later:
        return wishes
    return wishes.where(
        ~is_up,
        LeaveWish.asked_at <= now - timedelta(seconds=policy.after),
        or_(last.is_(None), last <= now - timedelta(seconds=policy.again)),
    )


async def no_longer_needed(connection: AsyncConnection, calls: Collection[UUID]) -> Sequence[UUID]:
    """Those of these calls behind whose number nobody is a member any more."""
    rows = await connection.scalars(
        select(LeaveCall.id)
        .join(LeaveWish, LeaveWish.id == LeaveCall.wish_id)
        .where(LeaveCall.id.in_(calls), ~_IS_MEMBER)
    )
    return rows.all()


async def under_way(connection: AsyncConnection, node: str) -> Sequence[Ring]:
    """The calls of this node that have no end yet."""
    rows = await connection.execute(
        select(LeaveCall.id, LeaveWish.e164)
        .join(LeaveWish, LeaveWish.id == LeaveCall.wish_id)
        .where(LeaveCall.node == node, LeaveCall.ended_at.is_(None))
    )
    return [Ring(*row) for row in rows]
