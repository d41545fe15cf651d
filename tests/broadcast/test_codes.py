"""Nobody finds the code of an alert by trying, on however many lines, and who mistypes one may try again."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from broadcast.ledger.callback import CODE_WORKS_FOR
from broadcast.responses.codes import chance_to_find, guesses_while_it_works
from broadcast.tables import CODE_DIGITS
from directory.officers.lockout import Guess
from directory.officers.lockout_policy import LockoutPolicy
from tests.support.people import phone

POLICY = LockoutPolicy()
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
LINES = 30


async def tries(
    engine: AsyncEngine,
    caller: str | None,
    *,
    vouched: bool = False,
    right: bool = False,
    now: datetime = NOON,
) -> bool:
    """Whether a code that somebody types is looked at."""
    guess = Guess.of_code(caller, POLICY, is_vouched=vouched)
    async with engine.begin() as connection:
        if not await guess.count(connection, now=now):
            return False
        if right:
            await guess.take_back(connection)
    return True


async def test_thirty_lines_that_try_at_once_are_given_few_guesses(database: AsyncEngine) -> None:
    callers = [None, *(phone(10, 100 + n) for n in range(LINES - 1))]
    looked_at = await asyncio.gather(*(tries(database, one) for one in callers * 3))
    assert sum(looked_at) == POLICY.codes_at_once


@pytest.mark.thorough
async def test_in_seven_days_thirty_lines_get_no_more_guesses_than_is_reckoned(database: AsyncEngine) -> None:
    every = timedelta(minutes=28)
    moments = [NOON + every * n for n in range(CODE_WORKS_FOR // every)]
    looked_at = 0
    for n, moment in enumerate(moments):
        for line in range(2):
            looked_at += await tries(database, phone(10, 100 + n + line), vouched=bool(line), now=moment)
    assert looked_at <= guesses_while_it_works(POLICY)
    assert looked_at >= guesses_while_it_works(POLICY) * 0.5, "or the trial was none"


async def test_who_knows_the_code_is_heard_however_many_they_are(database: AsyncEngine) -> None:
    for n in range(5 * POLICY.codes_at_once):
        assert await tries(database, phone(10, 100 + n), right=True)
        assert await tries(database, None, right=True)


async def test_a_number_that_is_vouched_for_waits_for_its_own_mistakes_alone(database: AsyncEngine) -> None:
    while await tries(database, None):
        pass
    assert not await tries(database, phone(10, 1))
    answers = [await tries(database, phone(10, 2), vouched=True) for _ in range(5)]
    assert answers == [True] * 3 + [False] * 2
    assert await tries(database, phone(10, 3), vouched=True)


@pytest.mark.parametrize(
    ("at_once", "a_day", "guesses"),
    [(20, 100, 1440), (1, 1, 16), (100, 2000, 28200), (10_000, 10_000, 160_000)],
)
def test_the_chance_follows_from_the_limits(at_once: int, a_day: int, guesses: int) -> None:
    policy = LockoutPolicy(codes_at_once=at_once, codes_a_day=a_day)
    assert guesses_while_it_works(policy) == guesses
    assert chance_to_find(policy) == pytest.approx(guesses / 10**CODE_DIGITS)


def test_as_it_ships_a_code_is_found_less_than_once_in_five_hundred_times() -> None:
    assert chance_to_find(POLICY) < 1 / 500
