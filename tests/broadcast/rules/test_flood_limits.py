"""How often callers can have something done, as tables; and whom a report is counted for."""

from datetime import UTC, datetime, timedelta

import pytest

from broadcast.rules.floods import ANYBODY, Limit, reporter_of

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
THREE_IN_TEN_MINUTES = Limit(3, timedelta(minutes=10))


@pytest.mark.parametrize(
    ("seconds_ago", "is_allowed"),
    [
        ([], True),
        ([1, 2], True),
        ([1, 2, 3], False),
        ([1, 2, 599.9], False),
        ([1, 2, 600], True),
        ([600, 700, 800, 900], True),
        ([0, 0, 0], False),
        ([1, 2, 3, 4, 5, 6], False),
        ([-1, -2, -3], False),
    ],
)
def test_three_in_ten_minutes_are_allowed_and_a_fourth_is_not(
    seconds_ago: list[float], is_allowed: bool
) -> None:
    earlier = [NOON - timedelta(seconds=ago) for ago in seconds_ago]
    assert THREE_IN_TEN_MINUTES.allows(earlier, now=NOON) is is_allowed


AN = "+32475123456"


@pytest.mark.parametrize(
    ("number", "is_member", "is_vouched", "reporter"),
    [
        (AN, True, True, AN),
        (AN, True, False, AN),
        (AN, False, True, AN),
        (AN, False, False, ANYBODY),
        (None, False, False, ANYBODY),
    ],
)
def test_who_could_be_anybody_is_counted_with_all_who_could(
    number: str | None, is_member: bool, is_vouched: bool, reporter: str
) -> None:
    assert reporter_of(number, is_member=is_member, is_vouched=is_vouched) == reporter
