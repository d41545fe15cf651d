"""The officers who may send by phone: who they are, what they may do, and how they prove it.

Every verb but `sign_in` works in the caller's transaction; the caller commits.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

from directory.actor import Actor, Kind, Role
from directory.acts import Act
from directory.details import checked_language, checked_name
from directory.errors import (
    LockedOut,
    MemberRefused,
    OfficerExists,
    OfficerRefused,
    SignInRefused,
    UnknownOfficer,
)
from directory.journal.book import note
from directory.officers.lockout import Guess, unlock_officer
from directory.officers.lockout_policy import LockoutPolicy
from directory.officers.pins import checked_pin, hashed, is_right
from directory.registry import network
from directory.tables import Network, Officer, OfficerNetwork

NUMBER = re.compile("[0-9]{3,10}")
LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class MaySendTo:
    """A network of an officer."""

    slug: str
    name: str


@dataclass(frozen=True, slots=True)
class KnownOfficer:
    """An officer who has proved who they are, or as the list shows them."""

    id: int
    number: str
    name: str
    phone: str
    """E.164."""
    language: str
    networks: Sequence[MaySendTo]
    """By name."""

    @property
    def actor(self) -> Actor:
        """Who has proved to be them."""
        slugs = frozenset(one.slug for one in self.networks)
        return Actor(Kind.OFFICER, self.id, Role.OFFICER, self.name, slugs)


async def add_officer(
    session: AsyncSession,
    actor: Actor,
    number: str,
    *,
    name: str,
    phone: str,
    pin: str,
    language: str = "nl",
    networks: Sequence[str] = (),
) -> KnownOfficer:
    """A new officer. Raises OfficerRefused, PinRefused, NumberRefused and UnknownNetwork."""
    from directory.numbers import normalise_number  # noqa: PLC0415 - it brings the numbers of the world

    actor.require(Act.ADD_OFFICER, None)
    if not NUMBER.fullmatch(number):
        raise OfficerRefused(
            "An officer number is 3 to 10 digits, which the officer types; choose another one."
        )
    if await session.scalar(select(Officer.id).where(Officer.number == number)) is not None:
        raise OfficerExists
    try:
        name, language = checked_name(name, LONGEST_NAME), checked_language(language)
    except MemberRefused as wrong:
        raise OfficerRefused(str(wrong)) from wrong
    e164 = normalise_number(phone)
    pin = checked_pin(pin, not_like=(number, e164.removeprefix("+")))
    added = Officer(number=number, name=name, e164=e164, language=language, pin_hash=await hashed(pin))
    session.add(added)
    await session.flush()
    them = await _set_networks(session, added, networks)
    await note(session, actor, Act.ADD_OFFICER, officer=added.id, network=them)
    return await known_officer(await session.connection(), added.id)


async def set_networks(
    session: AsyncSession, actor: Actor, number: str, slugs: Sequence[str]
) -> KnownOfficer:
    """From now on the officer may send to these and no others. Raises UnknownOfficer and UnknownNetwork."""
    actor.require(Act.SET_OFFICER_NETWORKS, None)
    officer = await _officer(session, number)
    them = await _set_networks(session, officer, slugs)
    await note(session, actor, Act.SET_OFFICER_NETWORKS, officer=officer.id, network=them)
    return await known_officer(await session.connection(), officer.id)


async def _set_networks(session: AsyncSession, officer: Officer, slugs: Sequence[str]) -> Sequence[int]:
    them = [await network(session, slug) for slug in dict.fromkeys(slugs)]
    await session.execute(delete(OfficerNetwork).where(OfficerNetwork.officer_id == officer.id))
    if them:
        rows = [{"officer_id": officer.id, "network_id": one.id} for one in them]
        await session.execute(insert(OfficerNetwork), rows)
    return [one.id for one in them]


async def set_pin(session: AsyncSession, actor: Actor, number: str, pin: str) -> None:
    """A new PIN, and an end to any wait. Raises UnknownOfficer and PinRefused."""
    actor.require(Act.SET_OFFICER_PIN, None)
    officer = await _officer(session, number)
    pin = checked_pin(pin, not_like=(number, officer.e164.removeprefix("+")))
    officer.pin_hash = await hashed(pin)
    await session.flush()
    await unlock_officer(await session.connection(), number)
    await note(session, actor, Act.SET_OFFICER_PIN, officer=officer.id)


async def remove_officer(session: AsyncSession, actor: Actor, number: str) -> None:
    """They cannot sign in any more; what they sent keeps their name. Raises UnknownOfficer."""
    actor.require(Act.REMOVE_OFFICER, None)
    officer = await _officer(session, number)
    await session.delete(officer)
    await session.flush()
    await note(session, actor, Act.REMOVE_OFFICER, officer=officer.id)


async def officers(connection: AsyncConnection) -> list[KnownOfficer]:
    """All of them, by number."""
    ids = await connection.scalars(select(Officer.id).order_by(Officer.number))
    return [await known_officer(connection, one) for one in ids.all()]


async def sign_in(
    engine: AsyncEngine,
    number: str,
    pin: str,
    *,
    caller: str | None,
    policy: LockoutPolicy,
    is_vouched: bool = False,
    now: datetime | None = None,
) -> KnownOfficer:
    """The officer who types this number and this PIN, whoever seems to call.

    `is_vouched`: the number that calls is theirs, and not only what they say.
    Raises SignInRefused, which does not say what is wrong and takes as long for a number that nobody has, and
    LockedOut after too many of them.
    """
    async with engine.begin() as connection:
        found = (
            await connection.execute(
                select(Officer.id, Officer.pin_hash, Officer.e164).where(Officer.number == number)
            )
        ).one_or_none()
        registered = found.e164 if found else None
        guess = Guess.of_pin(number[:10], caller, policy, is_vouched=is_vouched, registered=registered)
        if not await guess.count(connection, now=now):
            raise LockedOut
    if not await is_right(pin, found.pin_hash if found else None) or found is None:
        raise SignInRefused
    async with engine.begin() as connection:
        await guess.forgive(connection)
        known = await known_officer(connection, found.id)
        await note(connection, known.actor, Act.SIGN_IN, officer=known.id)
        return known


async def _officer(session: AsyncSession, number: str) -> Officer:
    asked = select(Officer).where(Officer.number == number)
    found = await session.scalar(asked) if NUMBER.fullmatch(number) else None
    if found is None:
        raise UnknownOfficer
    return found


async def known_officer(connection: AsyncConnection, officer: int) -> KnownOfficer:
    """The officer of this id, who is there."""
    row = (
        await connection.execute(
            select(Officer.number, Officer.name, Officer.e164, Officer.language).where(Officer.id == officer)
        )
    ).one()
    networks = await connection.execute(
        select(Network.slug, Network.name)
        .join(OfficerNetwork, OfficerNetwork.network_id == Network.id)
        .where(OfficerNetwork.officer_id == officer)
        .order_by(Network.name, Network.id)
    )
    return KnownOfficer(officer, *row, networks=[MaySendTo(*one) for one in networks])
