"""Who guesses PINs waits, and no officer waits for what others do."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from directory.errors import LockedOut, SignInRefused
from directory.officers.lockout_policy import LockoutPolicy
from directory.officers.officers import add_officer, set_pin, sign_in
from directory.tables import Lockout
from tests.support.people import ADMIN, phone

MAES, CLAES, PIN, WRONG = "4711", "4712", "846203", "111111"
MOBILE, CLAES_MOBILE, OTHER = phone(10, 1), phone(10, 3), phone(10, 2)
POLICY = LockoutPolicy()
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
IN, REFUSED, WAITS = "in", "refused", "waits"


@pytest.fixture
async def station(database: AsyncEngine) -> AsyncEngine:
    """Where two officers are known."""
    async with AsyncSession(database) as session, session.begin():
        for number, mobile in ((MAES, MOBILE), (CLAES, CLAES_MOBILE)):
            await add_officer(session, ADMIN, number, name=f"Inspecteur {number}", phone=mobile, pin=PIN)
    return database


async def types(
    engine: AsyncEngine,
    pin: str,
    *,
    number: str = MAES,
    caller: str | None = MOBILE,
    vouched: bool = True,
    after: float = 0.0,
) -> str:
    """What comes of it, so many seconds after noon."""
    now = NOON + timedelta(seconds=after)
    try:
        await sign_in(engine, number, pin, caller=caller, is_vouched=vouched, policy=POLICY, now=now)
    except SignInRefused:
        return REFUSED
    except LockedOut:
        return WAITS
    return IN


async def attack(engine: AsyncEngine, *, number: str = MAES, times: int = 60, days: float = 0.0) -> list[str]:
    """All that strangers can do: withheld, as anybody, as the victim's own number, and with telephones."""
    answers = []
    for n in range(times):
        callers = ((None, False), (phone(10, 100 + n), False), (MOBILE, False), (phone(10, 900 + n), True))
        for caller, vouched in callers:
            after = n * days * 86400 / times
            answers.append(
                await types(engine, f"{n:06}", number=number, caller=caller, vouched=vouched, after=after)
            )
    return answers


async def test_three_guesses_are_free_and_then_the_wait_doubles(station: AsyncEngine) -> None:
    for _ in range(3):
        assert await types(station, WRONG) == REFUSED
    assert await types(station, PIN, after=59) == WAITS
    assert await types(station, WRONG, after=61) == REFUSED
    assert await types(station, PIN, after=61 + 119) == WAITS
    assert await types(station, PIN, after=61 + 121) == IN
    assert await types(station, WRONG, after=190) == REFUSED, "and then all is as before"


async def test_whatever_strangers_do_an_officer_gets_in_at_once_from_the_registered_telephone(
    station: AsyncEngine,
) -> None:
    answers = await attack(station)
    assert answers.count(WAITS) > 200
    assert IN not in answers
    assert await types(station, PIN) == IN
    assert await types(station, PIN, caller=OTHER) == WAITS, "elsewhere it is who types that is guessed"


async def test_who_does_not_know_the_registered_number_keeps_nobody_out_who_shows_it(
    station: AsyncEngine,
) -> None:
    for n in range(60):
        await types(station, f"{n:06}", caller=phone(10, 100 + n), vouched=False)
    assert await types(station, PIN, caller=OTHER, vouched=False) == WAITS
    assert await types(station, PIN, vouched=False) == IN


async def test_forgers_wait_among_themselves_whomever_they_say_they_are(station: AsyncEngine) -> None:
    answers = [
        await types(station, WRONG, number=f"{1000 + n}", caller=phone(10, 100 + n), vouched=False)
        for n in range(POLICY.unvouched_at_once + 5)
    ]
    assert answers == [REFUSED] * POLICY.unvouched_at_once + [WAITS] * 5
    assert await types(station, PIN, caller=None) == WAITS
    assert await types(station, PIN, caller=OTHER) == IN, "a number that is vouched for is not one of them"


async def test_a_telephone_that_tries_many_officers_has_to_wait(station: AsyncEngine) -> None:
    answers = [await types(station, WRONG, number=f"{1000 + n}", caller=OTHER) for n in range(15)]
    assert answers == [REFUSED] * POLICY.caller_at_once + [WAITS] * 5
    assert await types(station, PIN, caller=OTHER) == WAITS
    assert await types(station, PIN, caller=phone(10, 5)) == IN


@pytest.mark.parametrize(("caller", "vouched"), [(OTHER, True), (OTHER, False), (None, False)])
async def test_two_officers_at_one_telephone_do_not_hinder_each_other(
    station: AsyncEngine, caller: str | None, vouched: bool
) -> None:
    for _ in range(3):
        assert await types(station, WRONG, caller=caller, vouched=vouched) == REFUSED
    assert await types(station, PIN, number=CLAES, caller=caller, vouched=vouched) == IN
    answers = await asyncio.gather(
        *(types(station, PIN, number=one, caller=caller, vouched=vouched, after=100) for one in (MAES, CLAES))
    )
    assert answers == [IN, IN]


async def test_a_number_that_nobody_has_is_locked_just_the_same(station: AsyncEngine) -> None:
    for number in (MAES, "9999"):
        answers = [await types(station, WRONG, number=number, caller=phone(10, n + 10)) for n in range(5)]
        assert answers == [REFUSED] * 3 + [WAITS] * 2


async def test_guesses_at_the_same_moment_are_no_more_than_are_free(station: AsyncEngine) -> None:
    answers = await asyncio.gather(
        *(types(station, f"{n:06}", caller=phone(10, 100 + n), vouched=False) for n in range(100))
    )
    assert answers.count(REFUSED) == 3
    assert answers.count(WAITS) == 97


async def test_a_restart_forgets_no_guess_and_a_day_forgets_them_all(station: AsyncEngine) -> None:
    for _ in range(3):
        await types(station, WRONG)
    await station.dispose()
    assert await types(station, PIN, after=30) == WAITS
    for _ in range(2):
        assert await types(station, WRONG, after=2 * 86400) == REFUSED
    assert await types(station, PIN, after=2 * 86400) == IN


async def test_of_guesses_that_nobody_makes_any_more_nothing_is_left(station: AsyncEngine) -> None:
    await attack(station, times=10)
    await types(station, WRONG, after=2 * 86400)
    async with station.connect() as connection:
        assert await connection.scalar(select(func.count()).select_from(Lockout)) == 1


async def test_a_new_pin_ends_the_wait_at_every_telephone(station: AsyncEngine) -> None:
    await attack(station)
    for _ in range(3):
        await types(station, WRONG)
    async with AsyncSession(station) as session, session.begin():
        await set_pin(session, ADMIN, MAES, "730581")
    assert await types(station, PIN) == REFUSED
    assert await types(station, "730581") == IN
    assert await types(station, "730581", caller=OTHER) == IN
