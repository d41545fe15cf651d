"""Which officers are on duty, in which order they are rung, and how one of them proves who has picked up.

The verbs with a session work in the caller's transaction; the caller commits.
"""

from collections.abc import Sequence

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

from directory.actor import Actor
from directory.acts import Act
from directory.errors import LockedOut, UnknownOfficer
from directory.journal.book import note
from directory.officers.lockout import Guess
from directory.officers.lockout_policy import LockoutPolicy
from directory.officers.officers import KnownOfficer, officers
from directory.officers.pins import is_right
from directory.tables import Duty, Officer


async def on_duty(connection: AsyncConnection) -> list[KnownOfficer]:
    """Who is rung first, first."""
    known = {one.id: one for one in await officers(connection)}
    order = await connection.scalars(select(Duty.officer_id).order_by(Duty.position))
    return [known[one] for one in order]


async def set_duty(session: AsyncSession, actor: Actor, numbers: Sequence[str]) -> list[KnownOfficer]:
    """From now on these officers are on duty, in this order, and nobody else. Raises UnknownOfficer."""
    actor.require(Act.SET_DUTY, None)
    connection = await session.connection()
    known = {one.number: one for one in await officers(connection)}
    if any(number not in known for number in numbers):
        raise UnknownOfficer
    await connection.execute(delete(Duty))
    rows = [
        {"officer_id": known[number].id, "position": position}
        for position, number in enumerate(dict.fromkeys(numbers))
    ]
    if rows:
        await connection.execute(insert(Duty), rows)
    await note(connection, actor, Act.SET_DUTY, officer=[known[number].id for number in numbers])
    return await on_duty(connection)


async def is_proved(engine: AsyncEngine, officer: KnownOfficer, pin: str, policy: LockoutPolicy) -> bool:
    """Whether whoever picked up the officer's telephone typed their PIN. Raises LockedOut.

    Wrong ones are counted apart from those of callers, who could otherwise keep an officer from being told.
    """
    guess = Guess.on_duty(officer.number, policy)
    async with engine.begin() as connection:
        if not await guess.count(connection):
            raise LockedOut
        kept = await connection.scalar(select(Officer.pin_hash).where(Officer.id == officer.id))
    if not await is_right(pin, kept):
        return False
    async with engine.begin() as connection:
        await guess.forgive(connection)
        await note(connection, officer.actor, Act.SIGN_IN, officer=officer.id)
    return True
