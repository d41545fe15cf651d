"""What an alert would do, known before it is sent; and what those of the last hours did."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, false, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncConnection

from broadcast.errors import NoNumbers
from broadcast.results.beside import called_before
from broadcast.tables import Broadcast, Pass
from directory.actor import Actor
from directory.acts import Act
from directory.dead_numbers import is_called
from directory.tables import Member, Network, Number

RECENT = timedelta(hours=12)
MOST_RECENT = 5


@dataclass(frozen=True, slots=True)
class Reach:
    members: int
    """Those who have a number to call."""
    calls: int
    """Of the first round: who share a number are called once."""
    before: int
    """People who are still to be called for alerts that go first."""


async def reach(
    connection: AsyncConnection, meant: ColumnElement[bool], *, urgent: bool, dead_again: float
) -> Reach:
    """Whom a broadcast to these members would call now."""
    first = (
        select(Number.member_id, Number.e164)
        .join(Member, Member.id == Number.member_id)
        .where(
            is_called(dead_again),
            Member.left_on.is_(None),
            meant,
        )
        .ext(distinct_on(Number.member_id))
        .order_by(Number.member_id, Number.position, Number.id)
        .subquery()
    )
    counted = select(func.count(), func.count(first.c.e164.distinct())).select_from(first)
    members, calls = (await connection.execute(counted)).one()
    return Reach(members, calls, before=await called_before(connection, urgent=urgent))


@dataclass(frozen=True, slots=True)
class Audience:
    """The members of some networks, each once, by what counts for an alert."""

    languages: Mapping[str, int]
    """How many there are by language, most of them first."""
    without_number: int
    """Those who have none that would be called."""

    @property
    def members(self) -> int:
        return sum(self.languages.values())

    def without_language(self, languages: Collection[str]) -> int:
        """Those who speak none of these."""
        return sum(count for language, count in self.languages.items() if language not in languages)


async def audience(connection: AsyncConnection, meant: ColumnElement[bool], *, dead_again: float) -> Audience:
    """Who would be enlisted for a broadcast to these members now."""
    is_reached = exists().where(Number.member_id == Member.id, is_called(dead_again))
    rows = await connection.execute(
        select(Member.language, func.count(), func.count().filter(~is_reached))
        .where(
            Member.left_on.is_(None),
            meant,
        )
        .group_by(Member.language)
        .order_by(func.count().desc(), Member.language)
    )
    counted = [(language, count, without) for language, count, without in rows]
    return Audience(
        {language: count for language, count, _ in counted}, sum(without for _, _, without in counted)
    )


def check_somebody_is_reached(members: int, *, without_number: int) -> None:
    """Raise NoNumbers when none of them has a number that would be called."""
    if members == without_number:
        raise NoNumbers


@dataclass(frozen=True, slots=True)
class RecentAlert:
    broadcast: int
    at: datetime


async def recent(connection: AsyncConnection, actor: Actor) -> list[RecentAlert]:
    """Broadcasts of the last hours that went to networks of theirs and to no others, newest first."""
    actor.require(Act.FOLLOW)
    to_others: ColumnElement[bool] = false()
    if actor.networks is not None:
        to_others = (
            exists()
            .where(Pass.broadcast_id == Broadcast.id, Network.id == Pass.network_id)
            .where(Network.slug.not_in(actor.networks))
        )
    rows = await connection.execute(
        select(Broadcast.id, Broadcast.created_at)
        .where(Broadcast.created_at > func.now() - RECENT, ~to_others)
        .order_by(Broadcast.id.desc())
        .limit(MOST_RECENT)
    )
    return [RecentAlert(*row) for row in rows]
