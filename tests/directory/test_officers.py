"""Officers prove who they are by a number and a PIN; who guesses has to wait, longer each time."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from directory.errors import LockedOut, OfficerRefused, PinRefused, SignInRefused, UnknownOfficer
from directory.lockout import LockoutPolicy, waits
from directory.officers import (
    KnownOfficer,
    add_officer,
    officers,
    remove_officer,
    set_networks,
    set_pin,
    sign_in,
)
from directory.pins import checked_pin, hashed, is_right
from directory.tables import Lockout, Officer
from tests.people import DE_BIST, network_of, phone

MAES, PIN = "4711", "846203"
MOBILE, OTHER = phone(10, 1), phone(10, 2)
POLICY = LockoutPolicy()
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


async def adds(engine: AsyncEngine, number: str = MAES, **given: object) -> KnownOfficer:
    details = {"name": "Inspecteur Maes", "phone": MOBILE, "pin": PIN} | given
    async with AsyncSession(engine) as session, session.begin():
        return await add_officer(session, number, **details)


async def guesses(
    engine: AsyncEngine,
    pin: str,
    *,
    number: str = MAES,
    caller: str | None = MOBILE,
    after: float = 0.0,
) -> str:
    """What somebody learns who types this, so many seconds after noon."""
    now = NOON + timedelta(seconds=after)
    try:
        officer = await sign_in(engine, number, pin, caller=caller, policy=POLICY, now=now)
    except (SignInRefused, LockedOut) as refusal:
        return type(refusal).__name__
    return officer.name


async def test_number_and_pin_are_an_officer_whoever_seems_to_call(database: AsyncEngine) -> None:
    await network_of(database, {})
    await adds(database, networks=[DE_BIST], language="fr")
    officer = await sign_in(database, MAES, PIN, caller=None, policy=POLICY)
    assert (officer.name, officer.phone, officer.language) == ("Inspecteur Maes", MOBILE, "fr")
    assert [(one.slug, one.name) for one in officer.networks] == [(DE_BIST, "BIN De Bist")]


async def test_nobody_is_told_whether_the_number_or_the_pin_was_wrong(database: AsyncEngine) -> None:
    await adds(database)
    told = []
    typed = ((MAES, "111111"), ("9999", PIN), ("", ""), ("1" * 40, PIN))
    for caller, (number, pin) in enumerate(typed):
        with pytest.raises(SignInRefused) as refusal:
            await sign_in(database, number, pin, caller=phone(10, caller), policy=POLICY)
        told.append(str(refusal.value))
    assert len(set(told)) == 1


async def test_a_number_that_nobody_has_costs_as_much_work_as_a_wrong_pin() -> None:
    kept = await hashed(PIN)
    loop = asyncio.get_running_loop()

    async def takes(pin: str, against: str | None) -> float:
        best = float("inf")
        for _ in range(3):
            began = loop.time()
            assert not await is_right(pin, against)
            best = min(best, loop.time() - began)
        return best

    wrong, unknown = await takes("111111", kept), await takes(PIN, None)
    assert 0.3 < wrong / unknown < 3


async def test_a_pin_is_kept_as_argon2_and_in_no_other_form(database: AsyncEngine) -> None:
    await adds(database)
    async with database.connect() as connection:
        [row] = (await connection.execute(select(Officer))).all()
    assert row.pin_hash.startswith("$argon2id$")
    assert PIN not in str(row)


# Guessing


async def test_three_guesses_are_free_and_then_the_wait_doubles(database: AsyncEngine) -> None:
    await adds(database)
    for _ in range(3):
        assert await guesses(database, "111111") == "SignInRefused"
    assert await guesses(database, PIN, after=59) == "LockedOut"
    assert await guesses(database, "111111", after=61) == "SignInRefused"
    assert await guesses(database, PIN, after=61 + 119) == "LockedOut"
    assert await guesses(database, PIN, after=61 + 121) == "Inspecteur Maes"
    assert await guesses(database, "111111", after=190) == "SignInRefused", "and then all is as before"


async def test_a_number_that_nobody_has_is_locked_just_the_same(database: AsyncEngine) -> None:
    for _ in range(3):
        assert await guesses(database, "111111", number="9999") == "SignInRefused"
    assert await guesses(database, "111111", number="9999", caller=OTHER) == "LockedOut"


async def test_who_tries_many_officers_has_to_wait_too_and_those_who_withhold_their_number_all_together(
    database: AsyncEngine,
) -> None:
    await adds(database)
    for number in ("1001", "1002", "1003"):
        assert await guesses(database, "111111", number=number, caller=None) == "SignInRefused"
    assert await guesses(database, PIN, caller=None) == "LockedOut"
    assert await guesses(database, PIN, caller=OTHER) == "Inspecteur Maes"


async def test_of_two_hundred_guesses_from_five_callers_in_an_hour_few_are_looked_at(
    database: AsyncEngine,
) -> None:
    await adds(database)
    answers = [
        await guesses(database, f"{n:06}", caller=phone(10, 100 + n % 5), after=n * 18.0) for n in range(200)
    ]
    assert answers.count("SignInRefused") + answers.count("LockedOut") == 200
    assert answers.count("SignInRefused") <= 9
    async with database.connect() as connection:
        assert await connection.scalar(select(func.count()).select_from(Lockout)) == 6
    assert await guesses(database, PIN, after=3600 + 900) == "Inspecteur Maes"


async def test_two_hundred_guesses_at_the_same_moment_are_no_more_than_three(database: AsyncEngine) -> None:
    await adds(database)
    answers = await asyncio.gather(
        *(guesses(database, f"{n:06}", caller=phone(10, 100 + n % 5)) for n in range(200))
    )
    assert answers.count("SignInRefused") == 3
    assert answers.count("LockedOut") == 197


async def test_a_restart_forgets_no_guess_and_a_day_forgets_them_all(database: AsyncEngine) -> None:
    await adds(database)
    for _ in range(3):
        await guesses(database, "111111")
    await database.dispose()
    assert await guesses(database, PIN, after=30) == "LockedOut"
    for _ in range(2):
        assert await guesses(database, "111111", after=2 * 86400) == "SignInRefused"
    assert await guesses(database, PIN, after=2 * 86400) == "Inspecteur Maes"


async def test_a_new_pin_ends_the_wait(database: AsyncEngine) -> None:
    await adds(database)
    for _ in range(3):
        await guesses(database, "111111", caller=OTHER)
    async with AsyncSession(database) as session, session.begin():
        await set_pin(session, MAES, "730581")
    assert await guesses(database, PIN) == "SignInRefused"
    assert await guesses(database, "730581") == "Inspecteur Maes"


def test_the_wait_grows_to_its_longest_and_no_further() -> None:
    seconds = [waits(guesses, POLICY, 900).total_seconds() for guesses in range(9)]
    assert seconds == [0, 0, 0, 60, 120, 240, 480, 900, 900]
    assert waits(10_000, POLICY, 900).total_seconds() == 900


# Keeping officers


@pytest.mark.parametrize(
    "pin",
    [
        *("", "1234", "12345a", "１２３４５６", "12345678901"),
        *("000000", "123456", "987654", "246802", "135791", "121212", "123123", "112233", "100001"),
        *("310185", "850131", "19850131", "31011985"),
    ],
)
def test_a_pin_that_is_guessed_first_is_refused(pin: str) -> None:
    with pytest.raises(PinRefused, match=r"choose another( one)?\.$"):
        checked_pin(pin)


@pytest.mark.parametrize("pin", ["846203", "7305184", "9028174635"])
def test_any_other_pin_is_taken(pin: str) -> None:
    assert checked_pin(pin) == pin


async def test_a_pin_that_is_the_officers_own_number_is_refused(database: AsyncEngine) -> None:
    for number, pin in (("846203", PIN), ("462", PIN), (MAES, MOBILE[-8:])):
        with pytest.raises(PinRefused):
            await adds(database, number, pin=pin)


@pytest.mark.parametrize(
    ("number", "given"),
    [("47", {}), ("47a1", {}), ("47110000000", {}), (MAES, {"name": "12"}), (MAES, {"language": "es"})],
)
async def test_an_officer_who_cannot_be_kept_is_refused(
    database: AsyncEngine, number: str, given: dict[str, str]
) -> None:
    with pytest.raises(OfficerRefused):
        await adds(database, number, **given)


async def test_officers_are_listed_changed_and_removed(database: AsyncEngine) -> None:
    await network_of(database, {})
    await network_of(database, {}, slug="witven")
    await adds(database, networks=[DE_BIST])
    with pytest.raises(OfficerRefused, match="already"):
        await adds(database)
    async with AsyncSession(database) as session, session.begin():
        changed = await set_networks(session, MAES, ["witven", DE_BIST, "witven"])
        assert [one.slug for one in changed.networks] == [DE_BIST, "witven"]
        assert await officers(await session.connection()) == [changed]
        await remove_officer(session, MAES)
        assert await officers(await session.connection()) == []
        with pytest.raises(UnknownOfficer):
            await remove_officer(session, MAES)
    assert await guesses(database, PIN) == "SignInRefused"
