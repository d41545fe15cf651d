"""How long guesses wait, as tables: a wait that doubles, and an allowance that many share."""

from datetime import UTC, datetime, timedelta

import pytest

from directory.officers.lockout_policy import LockoutPolicy
from directory.officers.waits import DAY, Allowance, Counted, Doubling, Wait

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
POLICY = LockoutPolicy()
PIN = Doubling(free=3, first=60, longest=900, forget=DAY)
SHARED = Allowance(at_once=3, a_day=24)


def looked_at(wait: Wait, moments: list[float]) -> list[float]:
    """Which of the guesses at these seconds are not told to wait."""
    known, through = Counted(), []
    for moment in moments:
        now = NOON + timedelta(seconds=moment)
        if known.locked_until <= now:
            known = wait.one_more(known, now)
            through.append(moment)
    return through


def test_the_wait_grows_to_its_longest_and_no_further() -> None:
    assert [PIN.wait(guesses) for guesses in range(9)] == [0, 0, 0, 60, 120, 240, 480, 900, 900]
    assert PIN.wait(10_000) == 900


@pytest.mark.parametrize(
    ("wait", "moments", "through"),
    [
        (PIN, [0, 0, 0, 0, 59, 60, 179, 180], [0, 0, 0, 60, 180]),
        (PIN, [0, 0, 0, DAY, DAY, DAY, DAY], [0, 0, 0, DAY, DAY, DAY]),
        (PIN, [0, 0, 0, DAY - 1, DAY + 100], [0, 0, 0, DAY - 1]),
        (SHARED, [0, 0, 0, 0, 3599, 3600, 3600], [0, 0, 0, 3600]),
        (SHARED, [0, 0, 0, 7200, 7200, 7200], [0, 0, 0, 7200, 7200]),
        (SHARED, [0, 0, 0, DAY, DAY, DAY, DAY], [0, 0, 0, DAY, DAY, DAY]),
        (SHARED, [0, 1800, 3600, 5400, 7200, 9000], [0, 1800, 3600, 5400, 7200]),
    ],
)
def test_which_guesses_are_looked_at(wait: Wait, moments: list[float], through: list[float]) -> None:
    assert looked_at(wait, moments) == through


@pytest.mark.parametrize("wait", [PIN, SHARED, POLICY.at_registered, POLICY.of_caller], ids=str)
@pytest.mark.parametrize("days", [1, 2])
def test_no_more_than_the_most_are_looked_at_however_fast_they_come(wait: Wait, days: int) -> None:
    every = 5
    tried = looked_at(wait, [float(n) for n in range(0, int(days * DAY), every)])
    assert len(tried) <= wait.most(days * DAY)
    assert len(tried) >= wait.most(days * DAY) * 0.98 - 1


def test_one_that_was_right_takes_nothing_from_what_is_shared() -> None:
    known = SHARED.one_more(Counted(), NOON)
    for _ in range(100):
        more = SHARED.one_more(known, NOON)
        assert more.locked_until <= NOON
        known = SHARED.right(more)
    assert known == SHARED.one_more(Counted(), NOON)


def test_a_right_pin_forgets_the_wrong_ones_and_a_right_code_only_itself() -> None:
    known = Counted()
    for _ in range(3):
        known = PIN.one_more(known, NOON)
    assert known.locked_until > NOON
    assert PIN.right(known) is None
    assert PIN.taken_back(known) == Counted(2, NOON, NOON)
