"""Jozef's landline does not exist, says the telephone network: when is that believed?"""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcast.policy import BroadcastPolicy
from broadcast.rules.dead_numbers import MEANWHILE, TELEPHONE, Said, after_alert, is_believed
from broadcast.rules.retry import CONSEQUENCES, Then
from broadcast.states import Outcome

MONDAY = datetime(2026, 3, 2, 20, tzinfo=UTC)
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
POLICY = BroadcastPolicy()

moments = st.integers(min_value=0, max_value=60 * 24 * 90).map(lambda n: MONDAY + n * MINUTE)
alerts = st.lists(st.tuples(moments, st.integers(min_value=0, max_value=600).map(lambda n: n * MINUTE)))


def found(*alerts: tuple[datetime, timedelta]) -> Said | None:
    """What is known after these alerts found nothing there, each by when it began and how long it lasted."""
    said = None
    for began, lasted in alerts:
        said = after_alert(said, began=began, over=began + lasted, policy=POLICY)
    return said


def test_one_alert_is_not_enough_nor_are_two_of_one_day() -> None:
    assert found((MONDAY, MINUTE)) == Said(MONDAY, MONDAY + MINUTE)
    later = MONDAY + DAY - MINUTE
    assert found((MONDAY, MINUTE), (later, MINUTE)) == Said(MONDAY, later + MINUTE)


def test_the_second_alert_a_day_later_is_enough_and_the_first_moment_stays() -> None:
    tuesday, friday = MONDAY + DAY, MONDAY + 4 * DAY
    dead = found((MONDAY, MINUTE), (tuesday, MINUTE))
    assert dead == Said(MONDAY, tuesday + MINUTE, dead_since=tuesday + MINUTE)
    again = found((MONDAY, MINUTE), (tuesday, MINUTE), (friday, MINUTE))
    assert again == Said(MONDAY, friday + MINUTE, dead_since=tuesday + MINUTE)


@pytest.mark.parametrize(
    ("got_through", "believed"),
    [
        ([], False),
        ([MONDAY], True),
        ([MONDAY - MEANWHILE], True),
        ([MONDAY + MEANWHILE], True),
        ([MONDAY - MEANWHILE - MINUTE, MONDAY + MEANWHILE + MINUTE], False),
        ([MONDAY - 3 * MEANWHILE, MONDAY + MINUTE, MONDAY + 3 * MEANWHILE], True),
    ],
)
def test_the_network_is_believed_while_others_get_through(
    got_through: list[datetime], believed: bool
) -> None:
    assert is_believed(MONDAY, got_through) is believed


@given(alerts.map(sorted))
def test_a_number_is_dead_when_its_first_and_a_later_alert_began_a_day_apart(
    alerts: list[tuple[datetime, timedelta]],
) -> None:
    said = found(*alerts)
    began = [at for at, _ in alerts]
    assert (said is None) == (not alerts)
    if said is not None:
        assert (said.dead_since is not None) == (max(began) - min(began) >= DAY)
        assert said.since == min(began)
        assert said.at == max(at + lasted for at, lasted in alerts)


@given(alerts)
def test_in_whatever_order_alerts_end_nobody_is_dead_within_a_day_and_nobody_comes_back(
    alerts: list[tuple[datetime, timedelta]],
) -> None:
    began = [at for at, _ in alerts]
    dead_since = None
    for until in range(1, len(alerts) + 1):
        said = found(*alerts[:until])
        assert said is not None
        assert dead_since is None or said.dead_since == dead_since
        dead_since = said.dead_since
        assert dead_since is None or max(began[:until]) - min(began[:until]) >= DAY


@given(moments, st.lists(moments))
def test_it_is_believed_exactly_when_some_call_is_near_enough(
    said_at: datetime, times: list[datetime]
) -> None:
    near = any(abs(time - said_at) <= MEANWHILE for time in times)
    assert is_believed(said_at, sorted(times)) is near


def test_whatever_gave_somebody_something_or_counts_as_a_try_met_a_telephone() -> None:
    counted = {outcome for outcome, row in CONSEQUENCES.items() if row.counted}
    assert counted == TELEPHONE
    assert all(CONSEQUENCES[outcome].then is not Then.IGNORE for outcome in TELEPHONE)
    assert Outcome.DEAD_NUMBER not in TELEPHONE
