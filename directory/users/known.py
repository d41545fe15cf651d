"""A user of the screen as others know one: by name, role and networks of this moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from directory.actor import RIGHTS, Actor, Kind, Role
from directory.acts import Act
from directory.errors import UnknownUser
from directory.tables import Network
from directory.users.tables import Invitation, User, UserNetwork, UserSession


@dataclass(frozen=True, slots=True)
class KnownUser:
    """A user, as administrators see one and as who has proved to be one."""

    id: int
    name: str
    role: Role
    language: str
    networks: Sequence[str] | None
    """Short names; None for all."""
    is_invited: bool = False
    """They have an invitation that works."""
    can_sign_in: bool = False
    last_seen_at: datetime | None = None
    """None while they are not signed in anywhere."""

    @property
    def sends(self) -> bool:
        """They write and send alerts."""
        return Act.SEND in RIGHTS[self.role]

    @property
    def reads_reports(self) -> bool:
        return Act.READ_REPORTS in RIGHTS[self.role]

    @property
    def invites(self) -> bool:
        """They say who else signs in."""
        return Act.INVITE_USER in RIGHTS[self.role]

    @property
    def actor(self) -> Actor:
        """Who has proved to be them."""
        networks = None if self.networks is None else frozenset(self.networks)
        return Actor(Kind.USER, self.id, self.role, self.name, networks)


async def known_user(connection: AsyncConnection, user: int) -> KnownUser:
    """The user of this id, with the rights of this moment. Raises UnknownUser."""
    found = await known_users(connection, User.id == user, User.removed_at.is_(None))
    if not found:
        raise UnknownUser
    return found[0]


async def known_users(connection: AsyncConnection, *which: ColumnElement[bool]) -> list[KnownUser]:
    """Those of whom this holds, by name."""
    slugs = (
        select(func.coalesce(func.array_agg(Network.slug), []))
        .join(UserNetwork, UserNetwork.network_id == Network.id)
        .where(UserNetwork.user_id == User.id)
        .scalar_subquery()
    )
    seen = select(func.max(UserSession.seen_at)).where(UserSession.user_id == User.id).scalar_subquery()
    invited = (
        select(func.count())
        .where(Invitation.user_id == User.id, Invitation.expires_at > func.clock_timestamp())
        .scalar_subquery()
    )
    rows = await connection.execute(
        select(
            User.id,
            User.name,
            User.role,
            User.language,
            User.all_networks,
            slugs,
            invited,
            User.password_hash.is_not(None),
            seen,
        )
        .where(*which)
        .order_by(User.folded)
    )
    return [
        KnownUser(
            id_,
            name,
            Role(role),
            language,
            None if everywhere else sorted(theirs),
            is_invited=bool(open_invitations),
            can_sign_in=can,
            last_seen_at=last,
        )
        for id_, name, role, language, everywhere, theirs, open_invitations, can, last in rows
    ]
