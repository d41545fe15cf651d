"""What is kept of numbers that do not exist: who has them is called on the others, and they are revived.

It is kept for everybody behind a number. Every verb works in the caller's transaction; the caller commits.
"""

import re
from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import ARRAY, ColumnElement, String, any_, bindparam, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from directory.actor import Actor
from directory.acts import Act
from directory.details import checked_name
from directory.errors import UnknownMember
from directory.journal.book import note
from directory.registry import network
from directory.tables import Member, Membership, Number

LIKE_A_NUMBER = re.compile(r"[^\w]*[0-9]")

LOCKING_ORDER = (Number.e164, Number.id)
"""In which whoever changes what is known of several numbers locks them, so that two wait in turn."""
_SAID_DEAD = (
    select(Number.id, Number.e164, Number.dead_since)
    .where(
        Number.e164 == any_(bindparam("e164s", type_=ARRAY(String))),
        Number.said_dead_at.is_not(None),  # for the index, in which nearly nobody is
    )
    .order_by(*LOCKING_ORDER)
    .with_for_update()
    .cte("said_dead")
)
_REVIVE = (
    update(Number)
    .where(Number.id == _SAID_DEAD.c.id)
    .values(said_dead_since=None, said_dead_at=None, dead_since=None)
    .returning(_SAID_DEAD.c.e164, _SAID_DEAD.c.dead_since)
    .execution_options(synchronize_session=False)
)


def is_said_dead(e164: ColumnElement[str] | InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Somebody's last alert found that this number does not exist."""
    return exists().where(Number.e164 == e164, Number.said_dead_at.is_not(None))


async def revive(session: AsyncConnection | AsyncSession, e164s: Collection[str]) -> set[str]:
    """Forget that these numbers were said not to exist; returns those that were held for dead."""
    found = await session.execute(_REVIVE, {"e164s": list(e164s)})
    return {e164 for e164, dead_since in found if dead_since is not None}


async def revive_numbers_of(
    session: AsyncSession, actor: Actor, whom: str, slug: str | None = None
) -> set[str]:
    """Have the dead numbers of whoever has this name, or this number itself, called again; returns those.

    Raises as `numbers_of` does, and NotTheirNetwork.
    """
    actor.require(Act.REVIVE, None if slug is None else [slug])
    numbers = await numbers_of(session, whom, slug)
    revived = await revive(session, numbers)
    if revived:
        behind = await session.scalars(select(Number.member_id).where(Number.e164.in_(revived)))
        await note(session, actor, Act.REVIVE, member=behind.all())
    return revived


async def numbers_of(session: AsyncSession, whom: str, slug: str | None = None) -> list[str]:
    """The numbers of whoever has this name, or this number itself if somebody has it.

    Who has left is nobody; with a network, so is who is not in it. Raises UnknownMember, UnknownNetwork, and
    NumberRefused for what looks like a number and is none.
    """
    asked = (
        select(Number.e164)
        .join(Member, Member.id == Number.member_id)
        .where(Member.left_on.is_(None))
        .distinct()
        .order_by(Number.e164)
    )
    if slug is not None:
        of = await network(session, slug)
        asked = asked.join(Membership, Membership.member_id == Member.id).where(
            Membership.network_id == of.id
        )
    if LIKE_A_NUMBER.match(whom):
        from directory.numbers import normalise_number  # noqa: PLC0415 - it brings the numbers of the world

        asked = asked.where(Number.e164 == normalise_number(whom))
    else:
        asked = asked.where(func.lower(Member.name) == func.lower(checked_name(whom)))
    found = list(await session.scalars(asked))
    if not found:
        raise UnknownMember
    return found


def is_called(again: float) -> ColumnElement[bool]:
    """Whether an alert calls a number: it is not dead, or was last found so `again` seconds ago or longer."""
    return or_(Number.dead_since.is_(None), Number.said_dead_at <= func.now() - timedelta(seconds=again))
