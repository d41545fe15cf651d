"""The figures on the page about security are those that follow from the limits as they ship."""

import re
from pathlib import Path

import pytest

from broadcast.responses.codes import chance_to_find, guesses_while_it_works
from broadcast.service_calls.duty_policy import DutyPolicy
from broadcast.service_calls.leave_policy import LeavePolicy
from directory.errors import PinRefused
from directory.officers.lockout_policy import LockoutPolicy
from directory.officers.pins import SHORTEST, checked_pin
from directory.officers.waits import DAY
from ivr.officers.officer_policy import OfficerPolicy

HOUSE = Path(__file__).parents[2]
PAGE = HOUSE / "docs" / "security.md"
POLICY = LockoutPolicy()
YEAR = 365 * DAY
PINS = 900_000


@pytest.fixture(scope="module")
def told() -> str:
    """What is said there, on one line."""
    text = PAGE.read_text().partition("\n## Guesses and floods, in figures\n")[2].partition("\n## ")[0]
    return re.sub(r"\s+", " ", text)


def may_be_chosen(pin: str) -> bool:
    try:
        checked_pin(pin)
    except PinRefused:
        return False
    return True


def test_guesses_at_a_pin(told: str) -> None:
    registered, elsewhere = POLICY.at_registered.most(DAY), POLICY.elsewhere.most(DAY)
    assert (
        f"| it alone | {registered}, by whoever holds it | {POLICY.longest_officer / 60:.0f} minutes" in told
    )
    assert f"all who do | {registered}, by who knows that number" in told
    assert told.count(f"a day | {elsewhere} |") == 2
    assert f"after {POLICY.caller_at_once} and then {POLICY.caller_a_day} a day" in told
    assert f"after {POLICY.unvouched_at_once} and then {POLICY.unvouched_a_day} a day" in told
    assert f"gets {registered + elsewhere} guesses at the PIN in the first day" in told


def test_the_chance_to_find_a_pin(told: str) -> None:
    some = range(0, 10**SHORTEST, 97)  # all of them take a while
    assert sum(may_be_chosen(f"{pin:0{SHORTEST}}") for pin in some) > len(some) * PINS / 10**SHORTEST
    in_a_day, in_a_year = [
        100 * (POLICY.at_registered.most(time) + POLICY.elsewhere.most(time)) / PINS for time in (DAY, YEAR)
    ]
    assert f"among more than {PINS:,} PINs of six digits" in told
    assert f"a chance of {in_a_day:.3f} %, and of {in_a_year:.1f} % in a year" in told


def test_the_chance_to_find_a_code(told: str) -> None:
    chance = 100 * chance_to_find(POLICY)
    assert f"may try {POLICY.codes_at_once} wrong ones at once and {POLICY.codes_a_day} more in a day" in told
    assert f"{guesses_while_it_works(POLICY):,} in seven days" in told
    assert f"find a given code is {chance:.3f} %; of ten that work at the same time" in told
    assert f"they find one with {10 * chance:.1f} %" in told
    assert f"a chance of {chance:.3f} %" in (HOUSE / "CHANGELOG.md").read_text()


def test_who_is_rung(told: str) -> None:
    assert f"is rung at most {LeavePolicy().calls_a_day} times in a day because it asked to leave" in told
    assert f"at most {DutyPolicy().a_day} times in a day for reports" in told
    assert f"for {OfficerPolicy().call_backs_a_day} alerts to release" in told
