"""Signing in on the screen, being signed in, and signing out."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from directory.actor import Actor
from directory.acts import Act
from directory.errors import LockedOut, SignInRefused, WrongDigits
from directory.journal.book import note
from directory.officers.lockout import Guess
from directory.officers.lockout_policy import LockoutPolicy
from directory.officers.pins import is_right
from directory.users.known import KnownUser, known_user
from directory.users.proofs import matching_step
from directory.users.session_policy import SessionPolicy
from directory.users.tables import User, UserDevice, UserSession
from directory.users.tokens import hash_of, new_token

SEEN_EVERY = timedelta(seconds=60)
"""A session that was seen so shortly before is not written again."""
_LONGEST_TYPED = 300


@dataclass(frozen=True, slots=True)
class Opened:
    """A session that has begun: what the browser keeps of it."""

    user: KnownUser
    token: str
    device: str
    """By which this browser is known from now on."""


@dataclass(frozen=True, slots=True)
class Attempted:
    """What somebody typed to sign in."""

    name: str
    password: str
    digits: str
    address: str
    """From where: guesses from one address wait together."""
    device: str = ""
    """What the browser has of an earlier session of anybody; empty when it has none."""


async def sign_in(
    engine: AsyncEngine, typed: Attempted, lockout: LockoutPolicy, *, now: datetime | None = None
) -> Opened:
    """Open a session for who types this.

    Raises SignInRefused, which does not say what is wrong and takes as long for a name that nobody has, and
    LockedOut after too many guesses. Guesses in a browser where the user has signed in before are counted
    apart: nobody elsewhere can lock an officer out of the desk.
    """
    name = typed.name.strip()[:_LONGEST_TYPED]
    async with engine.begin() as connection:
        found = (
            await connection.execute(
                select(User.id, User.password_hash, User.totp_secret, User.totp_step).where(
                    User.folded == name.casefold(), User.removed_at.is_(None)
                )
            )
        ).one_or_none()
        is_known = found is not None and await _is_device_of(connection, typed.device, found.id)
        guess = Guess.of_password(name.casefold(), typed.address, lockout, is_known_device=is_known)
        if not await guess.count(connection, now=now):
            raise LockedOut
    password = typed.password[:_LONGEST_TYPED]
    if not await is_right(password, found.password_hash if found else None) or found is None:
        raise SignInRefused
    async with engine.begin() as connection:
        now = now or (await connection.scalars(select(func.clock_timestamp()))).one()
        try:
            step = matching_step(found.totp_secret, typed.digits, now, after=found.totp_step)
        except WrongDigits:
            raise SignInRefused from None
        taken = await connection.execute(
            update(User).where(User.id == found.id, User.totp_step < step).values(totp_step=step)
        )
        if not taken.rowcount:  # another browser was quicker with the same digits
            raise SignInRefused
        await guess.forgive(connection)
        return await _open(connection, await known_user(connection, found.id))


async def _open(connection: AsyncConnection, user: KnownUser) -> Opened:
    user.actor.require(Act.OPEN_SESSION)
    token, device = new_token(), new_token()
    session = await connection.scalar(
        insert(UserSession).values(user_id=user.id, token_hash=hash_of(token)).returning(UserSession.id)
    )
    assert session is not None
    await connection.execute(insert(UserDevice).values(token_hash=hash_of(device), user_id=user.id))
    await note(connection, user.actor, Act.OPEN_SESSION, user=user.id, session=session)
    return Opened(user, token, device)


async def _is_device_of(connection: AsyncConnection, device: str, user: int) -> bool:
    asked = select(UserDevice.user_id).where(UserDevice.token_hash == hash_of(device))
    return bool(device) and await connection.scalar(asked) == user


async def signed_in(connection: AsyncConnection, token: str, policy: SessionPolicy) -> KnownUser | None:
    """Whose session this is, with their rights of now; None for one that was ended, is too old, or none."""
    now = func.clock_timestamp()
    found = (
        await connection.execute(
            select(
                UserSession.id, UserSession.user_id, (UserSession.seen_at < now - SEEN_EVERY).label("is_old")
            )
            .join(User, User.id == UserSession.user_id)
            .where(
                UserSession.token_hash == hash_of(token),
                User.removed_at.is_(None),
                _is_alive(policy),
            )
        )
    ).one_or_none()
    if found is None:
        return None
    if found.is_old:
        its_row = UserSession.id == found.id
        await connection.execute(update(UserSession).where(its_row).values(seen_at=now))
    return await known_user(connection, found.user_id)


def _is_alive(policy: SessionPolicy) -> ColumnElement[bool]:
    now = func.clock_timestamp()
    return (UserSession.opened_at > now - timedelta(seconds=policy.longest)) & (
        UserSession.seen_at > now - timedelta(seconds=policy.idle)
    )


async def sign_out(connection: AsyncConnection, actor: Actor, token: str) -> None:
    """End this session of theirs; one that has ended stays so."""
    actor.require(Act.CLOSE_SESSION)
    ended = await connection.scalar(
        delete(UserSession)
        .where(UserSession.token_hash == hash_of(token), UserSession.user_id == actor.id)
        .returning(UserSession.id)
    )
    if ended is not None:
        assert actor.id is not None
        await note(connection, actor, Act.CLOSE_SESSION, user=actor.id, session=ended)


async def set_language(connection: AsyncConnection, actor: Actor, language: str) -> None:
    """The screen speaks this one of `LANGUAGES` to them from now on. It is no act: it changes no rights."""
    await connection.execute(update(User).where(User.id == actor.id).values(language=language))
