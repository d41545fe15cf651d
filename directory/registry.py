"""The networks and who is in them: what coordinators and officers ask of the directory, and change in it.

Every verb works in the caller's transaction; the caller commits.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from difflib import get_close_matches

from sqlalchemy import Date, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.orm import selectinload

from directory.details import LONGEST_NAME, Details, checked_text
from directory.errors import MemberRefused, NetworkRefused, UnknownNetwork
from directory.tables import Member, Membership, Network, Number

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
LONGEST_MUNICIPALITY = 80
ZONE = "Europe/Brussels"


@dataclass(frozen=True, slots=True)
class NetworkSummary:
    network: Network
    members: int
    """Those who have not left."""


async def add_network(
    session: AsyncSession,
    slug: str,
    *,
    name: str,
    municipality: str,
    charter_approved_on: date | None = None,
    hours_from: time = time(8),
    hours_until: time = time(21),
) -> Network:
    """A new network, never called live until its charter is approved. Raises NetworkRefused."""
    if not SLUG.fullmatch(slug) or len(slug) > 60:
        raise NetworkRefused(
            "A network's short name is lower-case letters, digits and single dashes, at most 60."
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
        raise NetworkRefused(f"There is a network {slug} already; choose another short name.")
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
    return added


async def approve_charter(session: AsyncSession, slug: str, on: date) -> Network:
    """The ministry approved this network's charter on that day. Raises UnknownNetwork."""
    approved = await network(session, slug)
    approved.charter_approved_on = on
    await session.flush()
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
    asked = select(Network).where(Network.slug == slug)
    found = await session.scalar(asked) if SLUG.fullmatch(slug) else None
    if found is not None:
        return found
    known = (await session.scalars(select(Network.slug).order_by(Network.slug))).all()
    close = get_close_matches(slug.casefold(), known, n=3, cutoff=0.5)
    close += [other for other in known if slug and slug.casefold() in other and other not in close][:3]
    hint = f"did you mean {' or '.join(close)}?" if close else "ask for the list of networks."
    raise UnknownNetwork(f"There is no network {slug[:60]!r}; {hint}")


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
    slug: str,
    *,
    name: str,
    numbers: Sequence[str],
    language: str = "nl",
    street: str = "",
    house_number: str = "",
) -> Member:
    """A new member of a network, with numbers as people write them, best first.

    Raises UnknownNetwork, NumberRefused for a number, MemberRefused for anything else.
    """
    of = await network(session, slug)
    given = Details.checked(
        name=name, language=language, street=street, house_number=house_number, numbers=numbers
    )
    [added] = await enrol(session, of, [given])
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


async def leave(session: AsyncConnection | AsyncSession, members: Iterable[int]) -> None:
    """These members want no more calls, from today; who has left before keeps that day."""
    await session.execute(
        update(Member)
        .where(Member.id.in_(list(members)), Member.left_on.is_(None))
        .values(left_on=func.timezone(ZONE, func.now()).cast(Date))
        .execution_options(synchronize_session=False)
    )


async def flag_dead_numbers(
    session: AsyncConnection | AsyncSession, e164s: Iterable[str], *, at: datetime
) -> int:
    """Remember for everyone behind them that these numbers do not exist; returns rows newly flagged.

    A number that was flagged before keeps its first moment.
    """
    flagged = await session.execute(
        update(Number)
        .where(Number.e164.in_(list(e164s)), Number.dead_since.is_(None))
        .values(dead_since=at)
        .execution_options(synchronize_session=False)
        .returning(Number.id)
    )
    return len(flagged.all())
