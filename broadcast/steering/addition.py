"""More people are called for an alert that is under way: those of a network, or of some of its streets."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from broadcast.alert.desk import Desk
from broadcast.alert.passes import keep_passes, kept_message
from broadcast.alert.prepared import Prepared
from broadcast.errors import NobodyNew, NoNumbers, UnknownStreet
from broadcast.ledger.enlisting import enlist_more
from broadcast.ledger.locks import lock_members
from broadcast.policy import BroadcastPolicy
from broadcast.steering.under_way import under_way
from broadcast.tables import Pass
from directory.actor import Actor
from directory.acts import Act
from directory.journal.book import note
from directory.tables import Member, Membership


@dataclass(frozen=True, slots=True)
class Added:
    """The people who are called besides."""

    broadcast: int
    recipients: int
    without_number: int
    passes: Mapping[str, float]
    """Seconds of audio by language, the longest where networks differ."""


class Additions:
    """Adds people to alerts."""

    def __init__(self, engine: AsyncEngine, desk: Desk, policy: BroadcastPolicy) -> None:
        self._engine = engine
        self._desk = desk
        self._policy = policy

    async def add(
        self, actor: Actor, broadcast: int, networks: Sequence[str], streets: Sequence[str] = ()
    ) -> Added:
        """Call the members of these networks too; with `streets` only those who live in one of them.

        Whoever is a recipient already stays one as they are, and a number that was called for somebody counts
        for whoever else has it: nobody is called twice. The same message is spoken for these networks before
        anything is written. Raises a Refusal.
        """
        async with self._engine.begin() as connection:
            await under_way(connection, actor, Act.ADD_PEOPLE, broadcast)
            message = await kept_message(connection, broadcast, networks)
        actor.require(Act.ADD_PEOPLE, networks)
        prepared = await self._desk.prepare(actor, message)
        async with self._engine.begin() as connection:
            await lock_members(connection, change=False)
            await under_way(connection, actor, Act.ADD_PEOPLE, broadcast)
            added = await self._add(connection, broadcast, prepared, streets)
            await note(connection, actor, Act.ADD_PEOPLE, broadcast=broadcast, network=prepared.networks)
            return added

    async def _add(
        self, connection: AsyncConnection, broadcast: int, prepared: Prepared, streets: Sequence[str]
    ) -> Added:
        written = await _streets(connection, prepared.networks, streets)
        spoken = select(Pass.network_id, Pass.language).where(Pass.broadcast_id == broadcast)
        known = {(network, language) for network, language in await connection.execute(spoken)}
        new = [one for one in prepared.passes if (one.network, one.language) not in known]
        if new:
            await keep_passes(connection, broadcast, new)
        recipients, without_number = await enlist_more(
            connection, broadcast, prepared.networks, written, self._policy.dead_again
        )
        if not recipients:
            raise NobodyNew(broadcast=broadcast)
        if without_number == recipients:
            raise NoNumbers
        return Added(broadcast, recipients, without_number, prepared.seconds)


async def _streets(
    connection: AsyncConnection, networks: Collection[int], asked: Sequence[str]
) -> Collection[str]:
    """These streets, in every way in which members of these networks write them. Raises UnknownStreet."""
    if not asked:
        return ()
    lived_in = (
        select(Member.street)
        .join(Membership, Membership.member_id == Member.id)
        .where(Membership.network_id.in_(networks), Member.left_on.is_(None), Member.street != "")
        .distinct()
    )
    known = (await connection.scalars(lived_in.order_by(Member.street))).all()
    found: set[str] = set()
    for street in asked:
        same = {one for one in known if one.casefold() == street.strip().casefold()}
        if not same:
            raise UnknownStreet(street=street[:120], like=get_close_matches(street, known, n=3, cutoff=0.6))
        found |= same
    return found
