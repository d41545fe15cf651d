"""Quiet hours by the clock on the wall in Belgium, also on the two nights on which it jumps."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcast.rules.hours import Allowed, HeldUntil, may_send_now

BELGIUM = ZoneInfo("Europe/Brussels")


def wall(text: str, *, second_time: bool = False) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BELGIUM, fold=int(second_time))


def news(hours: str, now: datetime) -> Allowed | HeldUntil:
    start, end = (time.fromisoformat(part) for part in hours.split("-"))
    return may_send_now(False, start, end, now, BELGIUM)


def held(until: datetime) -> HeldUntil:
    return HeldUntil(until.astimezone(UTC))


def test_an_urgent_alert_rings_rita_in_the_middle_of_the_night() -> None:
    assert may_send_now(True, time(9), time(20), wall("2026-01-10 03:00"), BELGIUM) == Allowed()


@pytest.mark.parametrize(
    ("hours", "now", "answer"),
    [
        ("09:00-20:00", wall("2026-01-10 12:00"), Allowed()),
        ("09:00-20:00", wall("2026-01-10 09:00"), Allowed()),
        ("09:00-20:00", wall("2026-01-10 08:59:59.999999"), held(wall("2026-01-10 09:00"))),
        ("09:00-20:00", wall("2026-01-10 19:59:59.999999"), Allowed()),
        ("09:00-20:00", wall("2026-01-10 20:00"), held(wall("2026-01-11 09:00"))),
        ("22:00-06:00", wall("2026-01-10 23:00"), Allowed()),
        ("22:00-06:00", wall("2026-01-11 05:59"), Allowed()),
        ("22:00-06:00", wall("2026-01-11 06:00"), held(wall("2026-01-11 22:00"))),
        ("09:00-00:00", wall("2026-01-10 23:59"), Allowed()),
        ("09:00-00:00", wall("2026-01-11 00:00"), held(wall("2026-01-11 09:00"))),
        ("00:00-00:00", wall("2026-01-10 03:00"), Allowed()),
        ("09:00-09:00", wall("2026-01-10 03:00"), Allowed()),
    ],
)
def test_rita_gets_news_only_within_her_hours(hours: str, now: datetime, answer: Allowed | HeldUntil) -> None:
    assert news(hours, now) == answer


@pytest.mark.parametrize(
    ("hours", "now", "answer"),
    [
        # 29 March 2026: 02:00 becomes 03:00.
        ("09:00-20:00", wall("2026-03-28 20:00"), HeldUntil(datetime(2026, 3, 29, 7, tzinfo=UTC))),
        ("02:30-06:00", wall("2026-03-29 01:00"), HeldUntil(datetime(2026, 3, 29, 1, tzinfo=UTC))),
        ("02:15-02:45", wall("2026-03-28 02:50"), HeldUntil(datetime(2026, 3, 30, 0, 15, tzinfo=UTC))),
        # 25 October 2026: 03:00 becomes 02:00.
        ("09:00-20:00", wall("2026-10-24 20:00"), HeldUntil(datetime(2026, 10, 25, 8, tzinfo=UTC))),
        ("02:30-06:00", wall("2026-10-25 02:10"), HeldUntil(datetime(2026, 10, 25, 0, 30, tzinfo=UTC))),
        ("02:30-06:00", wall("2026-10-25 02:40", second_time=True), Allowed()),
        (
            "02:30-06:00",
            wall("2026-10-25 02:10", second_time=True),
            HeldUntil(datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
        ),
        ("22:00-02:30", wall("2026-10-25 02:45"), HeldUntil(datetime(2026, 10, 25, 1, tzinfo=UTC))),
    ],
)
def test_the_night_on_which_the_clock_jumps_follows_the_clock_on_the_wall(
    hours: str, now: datetime, answer: Allowed | HeldUntil
) -> None:
    assert news(hours, now) == answer


def test_a_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        news("09:00-20:00", datetime(2026, 1, 10, 12))  # noqa: DTZ001


moments = st.one_of(
    st.datetimes(datetime.fromisoformat("2026-01-01"), datetime.fromisoformat("2030-01-01")),
    st.datetimes(datetime.fromisoformat("2026-03-27"), datetime.fromisoformat("2026-03-30")),
    st.datetimes(datetime.fromisoformat("2026-10-23"), datetime.fromisoformat("2026-10-26")),
).map(lambda moment: moment.replace(tzinfo=UTC))
minutes = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))


@given(minutes, minutes, moments, st.integers(min_value=0, max_value=48 * 60))
def test_who_is_held_is_rung_at_the_first_open_moment_and_not_before(
    start: time, end: time, now: datetime, minute: int
) -> None:
    answer = may_send_now(False, start, end, now, BELGIUM)
    if isinstance(answer, HeldUntil):
        assert answer.at > now
        assert may_send_now(False, start, end, answer.at, BELGIUM) == Allowed()
        between = now + timedelta(minutes=minute)
        if between < answer.at:
            assert may_send_now(False, start, end, between, BELGIUM) == answer
