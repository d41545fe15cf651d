"""Who signs in on the screen: invited once, proved by a password and an app, and out at once when told to."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from directory.actor import Actor, Role
from directory.errors import (
    LockedOut,
    NotInRole,
    PasswordRefused,
    SignInRefused,
    UnknownInvitation,
    UnknownNetwork,
    UnknownUser,
    UserExists,
    UserRefused,
    WrongDigits,
)
from directory.journal.book import entries, whole
from directory.officers.lockout_policy import LockoutPolicy
from directory.users import users
from directory.users.invitations import accept, invited
from directory.users.proofs import STEP
from directory.users.session_policy import SessionPolicy
from directory.users.sessions import Attempted, Opened, sign_in, sign_out, signed_in
from tests.support.people import ADMIN, DE_BIST, network_of, officer

NAME, PASSWORD = "De Smet", "vier gewone woorden samen"
POLICY, LOCKOUT = SessionPolicy(), LockoutPolicy()
NOW = datetime.now(UTC)


async def invite(
    database: AsyncEngine,
    name: str = NAME,
    role: Role = Role.OFFICER,
    networks: Sequence[str] = (),
    *,
    all_networks: bool = True,
    by: Actor = ADMIN,
) -> str:
    async with database.begin() as connection:
        return await users.invite(
            connection, by, name, role, networks=networks, all_networks=all_networks, policy=POLICY
        )


async def secret_of(database: AsyncEngine, token: str) -> str:
    async with database.begin() as connection:
        return (await invited(connection, token)).secret


async def joins(database: AsyncEngine, token: str) -> str:
    """Accept the invitation; returns the secret of the app."""
    secret = await secret_of(database, token)
    async with database.begin() as connection:
        await accept(connection, token, PASSWORD, pyotp.TOTP(secret).at(NOW), now=NOW)
    return secret


async def signs_in(
    database: AsyncEngine,
    secret: str,
    *,
    later: int = 1,
    password: str = PASSWORD,
    name: str = NAME,
    address: str = "192.0.2.1",
    device: str = "",
) -> Opened:
    """With the digits of so many half minutes after the invitation was accepted."""
    now = NOW + timedelta(seconds=STEP * later)
    typed = Attempted(name, password, pyotp.TOTP(secret).at(now), address, device)
    return await sign_in(database, typed, LOCKOUT, now=now)


async def acts(database: AsyncEngine) -> list[tuple[object, object, object]]:
    async with whole(database) as connection:
        return [(one["actor"], one["act"], one["ids"]) async for one in entries(connection)]


async def test_an_invitation_works_once_and_all_of_it_is_kept_in_the_journal(database: AsyncEngine) -> None:
    token = await invite(database)
    secret = await joins(database, token)
    with pytest.raises(UnknownInvitation):
        await joins(database, token)
    opened = await signs_in(database, secret)
    assert opened.user.actor.networks is None
    async with database.begin() as connection:
        found = await signed_in(connection, opened.token, POLICY)
        assert found is not None
        assert found.name == NAME
        await sign_out(connection, opened.user.actor, opened.token)
        assert await signed_in(connection, opened.token, POLICY) is None
    user = opened.user.id
    assert await acts(database) == [
        ("account", "user.invite", {"user": [user]}),
        ("user", "user.accept", {"user": [user]}),
        ("user", "session.open", {"session": [1], "user": [user]}),
        ("user", "session.close", {"session": [1], "user": [user]}),
    ]


async def test_nothing_that_opens_a_door_is_kept_as_it_is(database: AsyncEngine) -> None:
    token = await invite(database)
    opened = await signs_in(database, await joins(database, token))
    async with database.connect() as connection:
        for table in ("screen_user", "invitation", "screen_session", "screen_device"):
            kept = str((await connection.execute(text(f"SELECT * FROM {table}"))).all())
            for secret in (token, PASSWORD, opened.token, opened.device):
                assert secret not in kept


async def test_an_invitation_ends_by_time_and_by_another_one(database: AsyncEngine) -> None:
    first = await invite(database)
    async with database.begin() as connection:
        user = await users.user_named(connection, "de smet")
        second = await users.invite_again(connection, ADMIN, user, POLICY)
    with pytest.raises(UnknownInvitation):
        await secret_of(database, first)
    await secret_of(database, second)
    async with database.begin() as connection:
        await connection.execute(text("UPDATE invitation SET expires_at = now()"))
    with pytest.raises(UnknownInvitation):
        await secret_of(database, second)


@pytest.mark.parametrize("password", ["kort", "De Smet is mijn naam", "aaaaaaaaaaaaaaaa", "x" * 300])
async def test_a_password_that_is_guessed_first_is_refused(database: AsyncEngine, password: str) -> None:
    token = await invite(database)
    digits = pyotp.TOTP(await secret_of(database, token)).at(NOW)
    async with database.begin() as connection:
        with pytest.raises(PasswordRefused):
            await accept(connection, token, password, digits, now=NOW)


async def test_an_app_that_does_not_know_the_secret_is_not_connected(database: AsyncEngine) -> None:
    token = await invite(database)
    async with database.begin() as connection:
        with pytest.raises(WrongDigits):
            await accept(connection, token, PASSWORD, "000000", now=NOW)
    await joins(database, token)


async def test_each_of_the_three_must_be_right_and_digits_work_once(database: AsyncEngine) -> None:
    secret = await joins(database, await invite(database))
    for wrong in ({"later": 0}, {"password": "een ander wachtwoord"}, {"name": "De Smed"}):
        with pytest.raises(SignInRefused):
            await signs_in(database, secret, **wrong)
    await signs_in(database, secret)
    with pytest.raises(SignInRefused):
        await signs_in(database, secret)
    assert [act for _, act, _ in await acts(database)].count("session.open") == 1


async def test_guesses_elsewhere_lock_nobody_out_of_the_browser_that_they_use(database: AsyncEngine) -> None:
    secret = await joins(database, await invite(database))
    known = (await signs_in(database, secret)).device
    for guess in range(LOCKOUT.free):
        with pytest.raises(SignInRefused):
            await signs_in(database, secret, password=f"gok nummer {guess}", address="198.51.100.7")
    with pytest.raises(LockedOut):
        await signs_in(database, secret, later=2)
    await signs_in(database, secret, later=2, device=known)


async def test_who_is_signed_out_or_removed_by_others_is_out_at_once(database: AsyncEngine) -> None:
    secret = await joins(database, await invite(database))
    for later, out in ((1, users.sign_out_everywhere), (2, users.remove_user)):
        opened = await signs_in(database, secret, later=later)
        async with database.begin() as connection:
            await out(connection, ADMIN, opened.user.id)
            assert await signed_in(connection, opened.token, POLICY) is None
    with pytest.raises(SignInRefused):
        await signs_in(database, secret, later=3)
    assert [act for _, act, _ in (await acts(database))[-3:]] == [
        "user.sign_out",
        "session.open",
        "user.remove",
    ]
    async with database.begin() as connection:
        with pytest.raises(UnknownUser):
            await users.remove_user(connection, ADMIN, opened.user.id)
    await invite(database)


@pytest.mark.parametrize("column", ["opened_at", "seen_at"])
async def test_a_session_ends_by_itself(database: AsyncEngine, column: str) -> None:
    opened = await signs_in(database, await joins(database, await invite(database)))
    async with database.begin() as connection:
        await connection.execute(text(f"UPDATE screen_session SET {column} = now() - interval '13 hours'"))
        assert await signed_in(connection, opened.token, POLICY) is None


async def test_an_invitation_is_made_of_a_name_a_role_and_networks_that_are_there(
    database: AsyncEngine,
) -> None:
    await network_of(database, {})
    await invite(database, "Wouters", Role.COORDINATOR, [DE_BIST], all_networks=False)
    with pytest.raises(UserExists):
        await invite(database, "wouters")
    for refused, wrong in (
        (UserRefused, {"name": "="}),
        (UserRefused, {"name": "Claes", "role": Role.MEMBER}),
        (UserRefused, {"name": "Claes", "role": Role.COORDINATOR}),
        (UserRefused, {"name": "Claes", "all_networks": False}),
        (UnknownNetwork, {"name": "Claes", "all_networks": False, "networks": ["nergens"]}),
        (NotInRole, {"name": "Claes", "by": officer(DE_BIST)}),
    ):
        with pytest.raises(refused):
            await invite(database, **wrong)
    async with database.connect() as connection:
        [only] = await users.users(connection, ADMIN)
    assert (only.name, only.actor.networks) == ("Wouters", frozenset({DE_BIST}))
