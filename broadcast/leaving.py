"""Members who leave by phone: asked for, and made sure of by a call to the number that asked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from sqlalchemy import Select, exists, func, insert, or_, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncConnection

from broadcast.leave_policy import LeavePolicy
from broadcast.leave_tables import LeaveCall, LeaveOutcome, LeaveWish
from broadcast.own_calls import LOST_AT_MOST

FOLLOWED = (LeaveOutcome.LEFT, LeaveOutcome.STAYED)
"""Outcomes after which nobody is called about a wish any more."""


@dataclass(frozen=True, slots=True)
class Ring:
    """A call that is written down: to this number, which asked to leave."""

    id: UUID
    number: str


async def ask_to_leave(connection: AsyncConnection, number: str, policy: LeavePolicy) -> None:
    """Somebody who called from this number wants to leave; not more often than is believable.

    So nobody can have a stranger rung again and again by forging their number.
    """
    await connection.execute(select(func.pg_advisory_xact_lock(func.hashtext(number))))
    now = func.clock_timestamp()
    asked = select(func.count()).where(LeaveWish.e164 == number)
    today = await connection.scalar(asked.where(LeaveWish.asked_at > now - timedelta(days=1)))
    is_waiting = exists(_due(policy, is_later=True).where(LeaveWish.e164 == number))
    if (today or 0) < policy.a_day and not await connection.scalar(select(is_waiting)):
        await connection.execute(insert(LeaveWish).values(e164=number))


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


async def under_way(connection: AsyncConnection, node: str) -> Sequence[Ring]:
    """The calls of this node that have no end yet."""
    rows = await connection.execute(
        select(LeaveCall.id, LeaveWish.e164)
        .join(LeaveWish, LeaveWish.id == LeaveCall.wish_id)
        .where(LeaveCall.node == node, LeaveCall.ended_at.is_(None))
    )
    return [Ring(*row) for row in rows]
