"""Invitations: a link that works once, by which somebody chooses a password and connects their app."""

from dataclasses import dataclass
from datetime import datetime, timedelta

import pyotp
from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from directory.acts import Act
from directory.errors import UnknownInvitation
from directory.journal.book import note
from directory.users.known import known_user
from directory.users.proofs import checked_password, matching_step
from directory.users.session_policy import SessionPolicy
from directory.users.tables import Invitation, User, UserDevice, UserSession
from directory.users.tokens import hash_of, new_token

ISSUER = "Buurtbel"


@dataclass(frozen=True, slots=True)
class Invited:
    """Who opens an invitation, and what their app is to know."""

    name: str
    secret: str
    """As it is typed into an app that reads no picture."""
    address: str
    """The same as `otpauth://...`, for the picture."""


async def new_invitation(connection: AsyncConnection, user: int, policy: SessionPolicy) -> str:
    """Its token; the one before it works no more."""
    token = new_token()
    await connection.execute(delete(Invitation).where(Invitation.user_id == user))
    await connection.execute(
        insert(Invitation).values(
            token_hash=hash_of(token),
            user_id=user,
            totp_secret=pyotp.random_base32(),
            expires_at=func.clock_timestamp() + timedelta(seconds=policy.invitation),
        )
    )
    return token


async def invited(connection: AsyncConnection, token: str) -> Invited:
    """What an invitation says. Raises UnknownInvitation: it was used, withdrawn, or is too old."""
    found = (
        await connection.execute(
            select(User.name, Invitation.totp_secret)
            .join(User, User.id == Invitation.user_id)
            .where(*_works(token))
        )
    ).one_or_none()
    if found is None:
        raise UnknownInvitation
    address = pyotp.TOTP(found.totp_secret).provisioning_uri(name=found.name, issuer_name=ISSUER)
    return Invited(found.name, found.totp_secret, address)


async def accept(
    connection: AsyncConnection, token: str, password: str, digits: str, *, now: datetime | None = None
) -> int:
    """From now on this password and this app are theirs; returns whose. All their sessions end.

    Raises UnknownInvitation, PasswordRefused, and WrongDigits when the app does not know the secret.
    """
    now = now or (await connection.scalars(select(func.clock_timestamp()))).one()
    found = (
        await connection.execute(
            select(Invitation.user_id, Invitation.totp_secret, User.name)
            .join(User, User.id == Invitation.user_id)
            .where(*_works(token))
            .with_for_update()
        )
    ).one_or_none()
    if found is None:
        raise UnknownInvitation
    kept = await checked_password(password, not_like=found.name)
    step = matching_step(found.totp_secret, digits, now, after=0)
    await connection.execute(
        update(User)
        .where(User.id == found.user_id)
        .values(password_hash=kept, totp_secret=found.totp_secret, totp_step=step)
    )
    await connection.execute(delete(Invitation).where(Invitation.user_id == found.user_id))
    for table in (UserSession, UserDevice):
        await connection.execute(delete(table).where(table.user_id == found.user_id))
    user = await known_user(connection, found.user_id)
    user.actor.require(Act.ACCEPT_INVITATION)
    await note(connection, user.actor, Act.ACCEPT_INVITATION, user=user.id)
    return user.id


def _works(token: str) -> tuple[ColumnElement[bool], ...]:
    return (
        Invitation.token_hash == hash_of(token),
        Invitation.expires_at > func.clock_timestamp(),
        User.removed_at.is_(None),
    )
