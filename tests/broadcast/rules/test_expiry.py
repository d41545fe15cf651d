"""An alert grows old: by the hour when urgent, by the working day when not."""

from datetime import UTC, datetime, timedelta

from broadcast.policy import BroadcastPolicy
from broadcast.rules.expiry import expires_at

STARTED = datetime(2026, 3, 28, 23, 30, tzinfo=UTC)


def test_a_burglary_in_progress_is_rung_for_an_hour() -> None:
    assert expires_at(True, STARTED, BroadcastPolicy()) == STARTED + timedelta(minutes=60)


def test_news_from_the_police_is_rung_for_eight_hours_of_real_time_also_when_the_clock_jumps() -> None:
    assert expires_at(False, STARTED, BroadcastPolicy()) == datetime(2026, 3, 29, 7, 30, tzinfo=UTC)


def test_a_demo_shortens_it_by_its_policy() -> None:
    policy = BroadcastPolicy(urgent_expiry=90, other_expiry=0.5)
    assert expires_at(True, STARTED, policy) == STARTED + timedelta(seconds=90)
    assert expires_at(False, STARTED, policy) == STARTED + timedelta(seconds=0.5)
