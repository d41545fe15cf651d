"""What an alert would do, known before it is sent; and what those of the last hours did."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from broadcast.tables import Broadcast, Pass
from directory.tables import Member, Membership, Network, Number

RECENT = timedelta(hours=12)
MOST_RECENT = 5


@dataclass(frozen=True, slots=True)
class Reach:
    members: int
    """Those who have a number to call."""
    calls: int
    """Of the first round: who share a number are called once."""


async def reach(connection: AsyncConnection, networks: Collection[int]) -> Reach:
    """Whom a broadcast to these networks would call now."""
    first = (
        select(Number.member_id, Number.e164)
        .join(Member, Member.id == Number.member_id)
        .where(
            Number.dead_since.is_(None),
            Member.left_on.is_(None),
            exists().where(Membership.member_id == Member.id, Membership.network_id.in_(networks)),
        )
        .ext(distinct_on(Number.member_id))
        .order_by(Number.member_id, Number.position, Number.id)
        .subquery()
    )
    counted = select(func.count(), func.count(first.c.e164.distinct())).select_from(first)
    return Reach(*(await connection.execute(counted)).one())


@dataclass(frozen=True, slots=True)
class Recent:
    broadcast: int
    at: datetime


async def recent(connection: AsyncConnection, networks: Collection[str]) -> list[Recent]:
    """Broadcasts of the last hours that went to these networks and to no others, newest first."""
    to_others = (
        exists()
        .where(Pass.broadcast_id == Broadcast.id, Network.id == Pass.network_id)
        .where(Network.slug.not_in(networks))
    )
    rows = await connection.execute(
        select(Broadcast.id, Broadcast.created_at)
        .where(Broadcast.created_at > func.now() - RECENT, ~to_others)
        .order_by(Broadcast.id.desc())
        .limit(MOST_RECENT)
    )
    return [Recent(*row) for row in rows]
