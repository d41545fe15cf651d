"""The users of the screen: invited and removed by administrators, known by name and rights.

Every verb works in the caller's transaction; the caller commits.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from directory.actor import Actor, Role
from directory.acts import Act
from directory.details import checked_name
from directory.errors import MemberRefused, UnknownUser, UserExists, UserRefused
from directory.journal.book import note
from directory.registry import network
from directory.users.invitations import new_invitation
from directory.users.known import KnownUser, known_users
from directory.users.session_policy import SessionPolicy
from directory.users.tables import Invitation, User, UserNetwork, UserSession

LONGEST_NAME = 100
ROLES = (
    Role.ADMINISTRATOR,
    Role.OFFICER,
    Role.NEIGHBOURHOOD_OFFICER,
    Role.COORDINATOR,
    Role.STREET_LEAD,
)
"""Those of people who work at the screen."""
_OF_ONE_NETWORK = (Role.NEIGHBOURHOOD_OFFICER, Role.COORDINATOR, Role.STREET_LEAD)


async def invite(
    connection: AsyncConnection,
    actor: Actor,
    name: str,
    role: Role,
    *,
    networks: Sequence[str] = (),
    all_networks: bool = False,
    policy: SessionPolicy,
) -> str:
    """A new user, and the token of the link by which they choose their password: it works once.

    Raises UserRefused, UserExists, UnknownNetwork and NotInRole.
    """
    actor.require(Act.INVITE_USER, None)
    name = _checked(name, role, networks, all_networks=all_networks)
    if await connection.scalar(select(User.id).where(_named(name))) is not None:
        raise UserExists
    session = AsyncSession(connection)
    them = [(await network(session, slug)).id for slug in dict.fromkeys(networks)]
    everywhere = all_networks or role is Role.ADMINISTRATOR
    user = await connection.scalar(
        insert(User)
        .values(name=name, folded=name.casefold(), role=role, all_networks=everywhere)
        .returning(User.id)
    )
    assert user is not None
    if them:
        await connection.execute(insert(UserNetwork), [{"user_id": user, "network_id": one} for one in them])
    token = await new_invitation(connection, user, policy)
    await note(connection, actor, Act.INVITE_USER, user=user, network=them)
    return token


async def invite_again(connection: AsyncConnection, actor: Actor, user: int, policy: SessionPolicy) -> str:
    """Another link, for who lost password or telephone; what they had works until it is used.

    Raises UnknownUser.
    """
    actor.require(Act.INVITE_USER, None)
    await _lock(connection, user)
    token = await new_invitation(connection, user, policy)
    await note(connection, actor, Act.INVITE_USER, user=user)
    return token


async def remove_user(connection: AsyncConnection, actor: Actor, user: int) -> None:
    """They are signed out everywhere and cannot sign in any more. Raises UnknownUser."""
    actor.require(Act.REMOVE_USER, None)
    await _lock(connection, user)
    await connection.execute(update(User).where(User.id == user).values(removed_at=func.clock_timestamp()))
    for table in (Invitation, UserSession):
        await connection.execute(delete(table).where(table.user_id == user))
    await note(connection, actor, Act.REMOVE_USER, user=user)


async def sign_out_everywhere(connection: AsyncConnection, actor: Actor, user: int) -> None:
    """End all their sessions, now. Raises UnknownUser."""
    actor.require(Act.END_SESSIONS, None)
    await _lock(connection, user)
    await connection.execute(delete(UserSession).where(UserSession.user_id == user))
    await note(connection, actor, Act.END_SESSIONS, user=user)


async def users(connection: AsyncConnection, actor: Actor) -> list[KnownUser]:
    """All of them, by name."""
    actor.require(Act.INVITE_USER, None)
    return await known_users(connection, User.removed_at.is_(None))


async def user_named(connection: AsyncConnection, name: str) -> int:
    """The id of the user of this name. Raises UnknownUser."""
    found = await connection.scalar(select(User.id).where(_named(name)))
    if found is None:
        raise UnknownUser
    return found


def _named(name: str) -> ColumnElement[bool]:
    return (User.folded == name.casefold()) & User.removed_at.is_(None)


async def _lock(connection: AsyncConnection, user: int) -> None:
    asked = select(User.id).where(User.id == user, User.removed_at.is_(None)).with_for_update()
    if await connection.scalar(asked) is None:
        raise UnknownUser


def _checked(name: str, role: Role, networks: Sequence[str], *, all_networks: bool) -> str:
    try:
        name = checked_name(name, LONGEST_NAME)
    except MemberRefused as wrong:
        raise UserRefused(str(wrong)) from wrong
    if role not in ROLES:
        raise UserRefused("Nobody signs in with this role; give administrator, officer or another one.")
    if all_networks and role in _OF_ONE_NETWORK:
        raise UserRefused("Whoever has this role works for networks of their own; name them.")
    if role is not Role.ADMINISTRATOR and not all_networks and not networks:
        raise UserRefused("Name the networks that are theirs, or all of them for an officer.")
    return name
