"""Officers prove who they are by a number and a PIN, and are kept as they were entered."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator, Sequence

import pytest
from argon2.profiles import CHEAPEST, RFC_9106_LOW_MEMORY
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from directory.errors import OfficerExists, OfficerRefused, PinRefused, SignInRefused, UnknownOfficer
from directory.officers.lockout_policy import LockoutPolicy
from directory.officers.officers import (
    KnownOfficer,
    add_officer,
    officers,
    remove_officer,
    set_networks,
    sign_in,
)
from directory.officers.pins import checked_pin, hash_at, hashed, is_right
from directory.tables import Officer
from tests.support.people import ADMIN, DE_BIST, network_of, phone

MAES, PIN = "4711", "846203"
MOBILE = phone(10, 1)
POLICY = LockoutPolicy()


async def adds(
    engine: AsyncEngine,
    number: str = MAES,
    *,
    name: str = "Inspecteur Maes",
    pin: str = PIN,
    language: str = "nl",
    networks: Sequence[str] = (),
) -> KnownOfficer:
    async with AsyncSession(engine) as session, session.begin():
        return await add_officer(
            session, ADMIN, number, name=name, phone=MOBILE, pin=pin, language=language, networks=networks
        )


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


@pytest.fixture
def full_cost() -> Iterator[None]:
    hash_at(RFC_9106_LOW_MEMORY)
    yield
    hash_at(CHEAPEST)


def test_a_guess_costs_what_rfc_9106_recommends() -> None:
    """In a process that nobody has told anything else."""
    hashes = (
        f"import asyncio; from directory.officers.pins import hashed; print(asyncio.run(hashed('{PIN}')))"
    )
    kept = subprocess.run([sys.executable, "-c", hashes], capture_output=True, text=True, check=True).stdout
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


@pytest.mark.thorough
async def test_a_number_that_nobody_has_costs_as_much_work_as_a_wrong_pin(full_cost: None) -> None:
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
    with pytest.raises(OfficerExists):
        await adds(database)
    async with AsyncSession(database) as session, session.begin():
        changed = await set_networks(session, ADMIN, MAES, ["witven", DE_BIST, "witven"])
        assert [one.slug for one in changed.networks] == [DE_BIST, "witven"]
        assert await officers(await session.connection()) == [changed]
        await remove_officer(session, ADMIN, MAES)
        assert await officers(await session.connection()) == []
        with pytest.raises(UnknownOfficer):
            await remove_officer(session, ADMIN, MAES)
    with pytest.raises(SignInRefused):
        await sign_in(database, MAES, PIN, caller=MOBILE, policy=POLICY)
