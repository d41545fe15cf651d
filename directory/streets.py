"""Which networks a street belongs to: how an alert finds whom to call, without anybody choosing all."""

from dataclasses import dataclass
from difflib import get_close_matches

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from directory.actor import Actor
from directory.acts import Act
from directory.tables import Member, Membership, Network

FEWEST = 2
"""Letters that are looked for."""
MOST_STREETS = 8


@dataclass(frozen=True, slots=True)
class NetworkOfStreet:
    """A network some of whose members live in the street."""

    slug: str
    name: str
    street: str
    """As the member list writes it; empty when the network itself was named."""
    members: int
    """All who are in the network and have not left."""
    is_approved: bool
    """Its charter is."""


@dataclass(frozen=True, slots=True)
class StreetFound:
    """What was found for what somebody typed."""

    networks: tuple[NetworkOfStreet, ...]
    is_sure: bool
    """It is one street, so that these are its networks; else somebody must choose."""


async def networks_of_street(connection: AsyncConnection, actor: Actor, typed: str) -> StreetFound:
    """Among the networks that they may send to, those with this street, or of this name.

    A street that is written just so counts alone. Else every street is found that has what was typed in it,
    else those that look like it.
    """
    actor.require(Act.SEND)
    wanted = _plain(typed)
    if len(wanted) < FEWEST:
        return StreetFound((), is_sure=False)
    known = await _known(connection, actor)
    named = {one: (_plain(one.street) if one.street else _plain(one.name)) for one in known}
    exact = [one for one, name in named.items() if name == wanted or _without_kind(name) == wanted]
    near = [one for one, name in named.items() if wanted in name]
    if not exact and not near:
        like = set(get_close_matches(wanted, set(named.values()), n=3, cutoff=0.75))
        near = [one for one, name in named.items() if name in like]
    found = exact or near
    names = list(dict.fromkeys(named[one] for one in found))[:MOST_STREETS]
    found = [one for one in found if named[one] in names]
    return StreetFound(_each_once(found), is_sure=bool(exact) or (len(names) == 1 and wanted in names[0]))


async def network_names(connection: AsyncConnection, slugs: "list[str] | tuple[str, ...]") -> dict[str, str]:
    """The names of these networks, by short name."""
    rows = await connection.execute(select(Network.slug, Network.name).where(Network.slug.in_(slugs)))
    return {slug: name for slug, name in rows}  # noqa: C416 - rows are no pairs to dict()


def _each_once(found: list[NetworkOfStreet]) -> tuple[NetworkOfStreet, ...]:
    kept: dict[tuple[str, str], NetworkOfStreet] = {}
    for one in found:
        kept.setdefault((one.slug, one.street.casefold()), one)
    return tuple(kept.values())


def _without_kind(name: str) -> str:
    """`BIN Kerkwijk` is found as `kerkwijk` too."""
    return name.removeprefix("bin-z ").removeprefix("bin ")


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


async def _known(connection: AsyncConnection, actor: Actor) -> list[NetworkOfStreet]:
    """Each street of each network of theirs, and each network by itself."""
    today = func.current_date()
    counted = (
        select(Membership.network_id, func.count().label("members"))
        .join(Member, Member.id == Membership.member_id)
        .where(Member.left_on.is_(None))
        .group_by(Membership.network_id)
        .subquery()
    )
    lived_in = (
        select(Membership.network_id, Member.street)
        .join(Member, Member.id == Membership.member_id)
        .where(Member.left_on.is_(None), Member.street != "")
        .distinct()
        .subquery()
    )
    columns = (
        Network.slug,
        Network.name,
        func.coalesce(counted.c.members, 0),
        func.coalesce(Network.charter_approved_on <= today, False),
    )
    networks = select(*columns).outerjoin(counted, counted.c.network_id == Network.id)
    streets = networks.add_columns(lived_in.c.street).join(lived_in, lived_in.c.network_id == Network.id)
    if actor.networks is not None:
        networks, streets = (asked.where(Network.slug.in_(actor.networks)) for asked in (networks, streets))
    found = [
        NetworkOfStreet(slug, name, street, members, bool(approved))
        for slug, name, members, approved, street in await connection.execute(streets.order_by(Network.name))
    ]
    found += [
        NetworkOfStreet(slug, name, "", members, bool(approved))
        for slug, name, members, approved in await connection.execute(networks.order_by(Network.name))
    ]
    return found
