"""The networks and who is in them: what coordinators and officers ask of the directory, and change in it.

Every verb works in the caller's transaction; the caller commits.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time
from difflib import get_close_matches

from sqlalchemy import Date, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.orm import selectinload

from directory.actor import Actor, Role
from directory.acts import Act
from directory.details import LONGEST_NAME, Details, checked_text
from directory.errors import MemberRefused, NetworkExists, NetworkRefused, UnknownNetwork
from directory.journal.book import note
from directory.tables import Member, Membership, Network, Number

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LONGEST_SLUG = 60
LONGEST_MUNICIPALITY = 80
ZONE = "Europe/Brussels"


@dataclass(frozen=True, slots=True)
class NetworkSummary:
    network: Network
    members: int
    """Those who have not left."""


async def add_network(
    session: AsyncSession,
    actor: Actor,
    slug: str,
    *,
    name: str,
    municipality: str,
    charter_approved_on: date | None = None,
    hours_from: time = time(8),
    hours_until: time = time(21),
) -> Network:
    """A new network, never called live until its charter is approved. Raises NetworkRefused."""
    actor.require(Act.ADD_NETWORK, None)
    if len(slug) > LONGEST_SLUG or not SLUG.fullmatch(slug):
        raise NetworkRefused(
            f"A network's short name is lower-case letters, digits and single dashes, at most {LONGEST_SLUG}."
        )
    if hours_from == hours_until:
        raise NetworkRefused(
            "The hours for messages that are not urgent must end at another time than they begin."
        )
    try:
        name = checked_text(name, "network's name", LONGEST_NAME)
        municipality = checked_text(municipality, "municipality", LONGEST_MUNICIPALITY)
    except MemberRefused as wrong:
        raise NetworkRefused(str(wrong)) from wrong
    if not name or not municipality:
        raise NetworkRefused("A network has a name and a municipality; give both.")
    if await session.scalar(select(Network.id).where(Network.slug == slug)) is not None:
        raise NetworkExists(network=slug)
    added = Network(
        slug=slug,
        name=name,
        municipality=municipality,
        charter_approved_on=charter_approved_on,
        hours_from=hours_from,
        hours_until=hours_until,
    )
    session.add(added)
    await session.flush()
    await note(session, actor, Act.ADD_NETWORK, network=added.id)
    return added


async def approve_charter(session: AsyncSession, actor: Actor, slug: str, on: date) -> Network:
    """The ministry approved this network's charter on that day. Raises UnknownNetwork."""
    actor.require(Act.APPROVE_NETWORK, None)
    approved = await network(session, slug)
    approved.charter_approved_on = on
    await session.flush()
    await note(session, actor, Act.APPROVE_NETWORK, network=approved.id)
    return approved


async def networks(session: AsyncSession) -> list[NetworkSummary]:
    """All networks with their numbers of members, by municipality and name."""
    counted = (
        select(Network, func.count(Member.id))
        .outerjoin(Membership, Membership.network_id == Network.id)
        .outerjoin(Member, (Member.id == Membership.member_id) & Member.left_on.is_(None))
        .group_by(Network.id)
        .order_by(Network.municipality, Network.name)
    )
    return [NetworkSummary(found, members) for found, members in (await session.execute(counted)).all()]


async def network(session: AsyncSession, slug: str) -> Network:
    """The network with this short name. Raises UnknownNetwork, naming those that look like it."""
    slug = slug[: LONGEST_SLUG + 1]
    asked = select(Network).where(Network.slug == slug)
    found = await session.scalar(asked) if SLUG.fullmatch(slug) else None
    if found is not None:
        return found
    known = (await session.scalars(select(Network.slug).order_by(Network.slug))).all()
    close = get_close_matches(slug.casefold(), known, n=3, cutoff=0.5)
    close += [other for other in known if slug and slug.casefold() in other and other not in close][:3]
    raise UnknownNetwork(network=slug[:LONGEST_SLUG], like=close)


async def members(session: AsyncSession, slug: str) -> list[Member]:
    """Who is in a network and has not left, with their numbers, by name. Raises UnknownNetwork."""
    of = await network(session, slug)
    asked = (
        select(Member)
        .join(Membership, Membership.member_id == Member.id)
        .where(Membership.network_id == of.id, Member.left_on.is_(None))
        .options(selectinload(Member.numbers))
        .order_by(Member.name, Member.id)
    )
    return list((await session.scalars(asked)).all())


async def add_member(
    session: AsyncSession,
    actor: Actor,
    slug: str,
    *,
    name: str,
    numbers: Sequence[str],
    language: str = "nl",
    street: str = "",
    house_number: str = "",
) -> Member:
    """A new member of a network, with numbers as people write them, best first.

    Raises UnknownNetwork, NumberRefused for a number, MemberRefused for anything else, and NotTheirNetwork.
    """
    actor.require(Act.JOIN, [slug])
    of = await network(session, slug)
    given = Details.checked(
        name=name, language=language, street=street, house_number=house_number, numbers=numbers
    )
    [added] = await enrol(session, of, [given])
    await note(session, actor, Act.JOIN, network=of.id, member=added.id)
    return added


async def enrol(session: AsyncSession, of: Network, people: Sequence[Details]) -> list[Member]:
    """Write new members, already checked, into a network, in this order."""
    added = [
        Member(
            name=person.name,
            language=person.language,
            street=person.street,
            house_number=person.house_number,
            numbers=[Number(e164=e164, position=at) for at, e164 in enumerate(person.numbers)],
        )
        for person in people
    ]
    session.add_all(added)
    await session.flush()
    session.add_all(Membership(member_id=member.id, network_id=of.id) for member in added)
    await session.flush()
    return added


async def leave(
    session: AsyncConnection | AsyncSession, actor: Actor, members: Iterable[int], time_zone: str = ZONE
) -> None:
    """These members want no more calls, from today on that clock; who has left before keeps that day.

    Raises NotInRole, and NotTheirNetwork for who is in another one too.
    """
    them = list(members)
    actor.require(Act.LEAVE, () if actor.role is Role.MEMBER else await _networks_of(session, them))
    gone = await session.execute(
        update(Member)
        .where(Member.id.in_(them), Member.left_on.is_(None))
        .values(left_on=func.timezone(time_zone, func.now()).cast(Date))
        .returning(Member.id)
        .execution_options(synchronize_session=False)
    )
    if left := list(gone.scalars()):
        await note(session, actor, Act.LEAVE, member=left)


async def _networks_of(session: AsyncConnection | AsyncSession, members: Sequence[int]) -> Sequence[str]:
    """The short names of all networks that somebody of them is in."""
    asked = select(Network.slug).join(Membership, Membership.network_id == Network.id).distinct()
    return (await session.scalars(asked.where(Membership.member_id.in_(members)))).all()
