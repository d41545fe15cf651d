"""The officers who may send by phone: who they are, what they may do, and how they prove it.

Every verb but `sign_in` works in the caller's transaction; the caller commits.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

from directory.details import checked_language, checked_name
from directory.errors import LockedOut, MemberRefused, OfficerRefused, SignInRefused, UnknownOfficer
from directory.lockout import Guess, LockoutPolicy, unlock_officer
from directory.numbers import normalise_number
from directory.pins import checked_pin, hashed, is_right
from directory.registry import network
from directory.tables import Network, Officer, OfficerNetwork

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


async def add_officer(
    session: AsyncSession,
    number: str,
    *,
    name: str,
    phone: str,
    pin: str,
    language: str = "nl",
    networks: Sequence[str] = (),
) -> KnownOfficer:
    """A new officer. Raises OfficerRefused, PinRefused, NumberRefused and UnknownNetwork."""
    if not re.fullmatch("[0-9]{3,10}", number):
        raise OfficerRefused(
            "An officer number is 3 to 10 digits, which the officer types; choose another one."
        )
    if await session.scalar(select(Officer.id).where(Officer.number == number)) is not None:
        raise OfficerRefused("There is an officer with this number already; choose another one.")
    try:
        name, language = checked_name(name), checked_language(language)
    except MemberRefused as wrong:
        raise OfficerRefused(str(wrong)) from wrong
    if len(name) > LONGEST_NAME:
        raise OfficerRefused(f"The name is longer than {LONGEST_NAME} characters; shorten it.")
    e164 = normalise_number(phone)
    pin = checked_pin(pin, not_like=(number, e164.removeprefix("+")))
    session.add(Officer(number=number, name=name, e164=e164, language=language, pin_hash=await hashed(pin)))
    await session.flush()
    return await set_networks(session, number, networks)


async def set_networks(session: AsyncSession, number: str, slugs: Sequence[str]) -> KnownOfficer:
    """From now on the officer may send to these and no others. Raises UnknownOfficer and UnknownNetwork."""
    officer = await _officer(session, number)
    them = [await network(session, slug) for slug in dict.fromkeys(slugs)]
    await session.execute(delete(OfficerNetwork).where(OfficerNetwork.officer_id == officer.id))
    if them:
        rows = [{"officer_id": officer.id, "network_id": one.id} for one in them]
        await session.execute(insert(OfficerNetwork), rows)
    return await _known(await session.connection(), officer.id)


async def set_pin(session: AsyncSession, number: str, pin: str) -> None:
    """A new PIN, and an end to any wait. Raises UnknownOfficer and PinRefused."""
    officer = await _officer(session, number)
    pin = checked_pin(pin, not_like=(number, officer.e164.removeprefix("+")))
    officer.pin_hash = await hashed(pin)
    await session.flush()
    await unlock_officer(await session.connection(), number)


async def remove_officer(session: AsyncSession, number: str) -> None:
    """They cannot sign in any more; what they sent keeps their name. Raises UnknownOfficer."""
    await session.delete(await _officer(session, number))
    await session.flush()


async def officers(connection: AsyncConnection) -> list[KnownOfficer]:
    """All of them, by number."""
    ids = await connection.scalars(select(Officer.id).order_by(Officer.number))
    return [await _known(connection, one) for one in ids.all()]


async def sign_in(
    engine: AsyncEngine,
    number: str,
    pin: str,
    *,
    caller: str | None,
    policy: LockoutPolicy,
    now: datetime | None = None,
) -> KnownOfficer:
    """The officer who types this number and this PIN, whoever seems to call.

    Raises SignInRefused, which does not say what is wrong and takes as long for a number that nobody has, and
    LockedOut after too many of them.
    """
    guess = Guess.of_pin(number[:10], caller, policy)
    async with engine.begin() as connection:
        if not await guess.count(connection, now=now):
            raise LockedOut("There were too many wrong PINs; wait and try again.")
        found = (
            await connection.execute(select(Officer.id, Officer.pin_hash).where(Officer.number == number))
        ).one_or_none()
    if not await is_right(pin, found.pin_hash if found else None) or found is None:
        raise SignInRefused("This officer number and this PIN do not belong together.")
    async with engine.begin() as connection:
        await guess.was_right(connection)
        return await _known(connection, found.id)


async def _officer(session: AsyncSession, number: str) -> Officer:
    found = await session.scalar(select(Officer).where(Officer.number == number))
    if found is None:
        raise UnknownOfficer("There is no officer with this number; `buurtbel officer list` names them.")
    return found


async def _known(connection: AsyncConnection, officer: int) -> KnownOfficer:
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
