"""Which officers are on duty, in which order they are rung, and how one of them proves who has picked up.

The verbs with a session work in the caller's transaction; the caller commits.
"""

from collections.abc import Sequence

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession

from directory.errors import LockedOut, UnknownOfficer
from directory.lockout import Guess, LockoutPolicy
from directory.officers import KnownOfficer, officers
from directory.pins import is_right
from directory.tables import Duty, Officer


async def on_duty(connection: AsyncConnection) -> list[KnownOfficer]:
    """Who is rung first, first."""
    known = {one.id: one for one in await officers(connection)}
    order = await connection.scalars(select(Duty.officer_id).order_by(Duty.position))
    return [known[one] for one in order]


async def set_duty(session: AsyncSession, numbers: Sequence[str]) -> list[KnownOfficer]:
    """From now on these officers are on duty, in this order, and nobody else. Raises UnknownOfficer."""
    connection = await session.connection()
    known = {one.number: one for one in await officers(connection)}
    if any(number not in known for number in numbers):
        raise UnknownOfficer("There is no officer with this number; `buurtbel officer list` names them.")
    await connection.execute(delete(Duty))
    rows = [
        {"officer_id": known[number].id, "position": position}
        for position, number in enumerate(dict.fromkeys(numbers))
    ]
    if rows:
        await connection.execute(insert(Duty), rows)
    return await on_duty(connection)


async def is_proved(engine: AsyncEngine, officer: KnownOfficer, pin: str, policy: LockoutPolicy) -> bool:
    """Whether whoever picked up the officer's telephone typed their PIN. Raises LockedOut.

    Wrong ones are counted apart from those of callers, who could otherwise keep an officer from being told.
    """
    whom = f"{officer.number} on duty"
    guess = Guess.of_pin(whom, whom, policy)
    async with engine.begin() as connection:
        if not await guess.count(connection):
            raise LockedOut("There were too many wrong PINs; wait and try again.")
        kept = await connection.scalar(select(Officer.pin_hash).where(Officer.id == officer.id))
    if not await is_right(pin, kept):
        return False
    async with engine.begin() as connection:
        await guess.was_right(connection)
    return True
