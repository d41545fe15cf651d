"""The code of an alert: taken back when it has got about, and how likely it is that somebody finds one."""

from sqlalchemy import exists, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from broadcast.errors import NoCode, UnknownBroadcast
from broadcast.ledger.callback import CODE_WORKS_FOR, PastAlert, alert_with_code
from broadcast.listing import networks_of
from broadcast.tables import CODE_DIGITS, Broadcast
from directory.actor import Actor
from directory.acts import Act
from directory.errors import LockedOut
from directory.journal.book import note
from directory.officers.lockout import Guess
from directory.officers.lockout_policy import LockoutPolicy

KINDS_OF_CALLERS = 2
"""Those whom the trunk vouches for, and all others: each kind has an allowance of its own."""


async def withdraw_code(connection: AsyncConnection, actor: Actor, broadcast: int) -> None:
    """Nobody hears the alert by it any more; the alert itself goes on.

    Raises UnknownBroadcast, NoCode, and NotTheirNetwork when it went to others too.
    """
    actor.require(Act.WITHDRAW_CODE, await networks_of(connection, broadcast))
    withdrawn = await connection.execute(
        update(Broadcast)
        .where(Broadcast.id == broadcast, Broadcast.code.is_not(None), Broadcast.code_withdrawn_at.is_(None))
        .values(code_withdrawn_at=func.now(), code_withdrawn_by=actor.name)
    )
    if withdrawn.rowcount:
        await note(connection, actor, Act.WITHDRAW_CODE, broadcast=broadcast)
        return
    if not await connection.scalar(select(exists().where(Broadcast.id == broadcast))):
        raise UnknownBroadcast(broadcast=broadcast)
    raise NoCode(broadcast=broadcast)


async def guess_code(connection: AsyncConnection, guess: Guess, code: str, language: str) -> PastAlert | None:
    """The alert that has this code; None when there is none, which is counted. Raises LockedOut."""
    if not await guess.count(connection):
        raise LockedOut
    found = await alert_with_code(connection, code, language)
    if found is not None:
        await guess.take_back(connection)
    return found


def guesses_while_it_works(policy: LockoutPolicy) -> int:
    """Codes that all callers together can try at most, on however many lines, before one ends."""
    return KINDS_OF_CALLERS * policy.of_codes.most(CODE_WORKS_FOR.total_seconds())


def chance_to_find(policy: LockoutPolicy) -> float:
    """That they find a given one among them, from 0 to 1, if they try a different one each time."""
    return min(1.0, guesses_while_it_works(policy) / 10.0**CODE_DIGITS)
