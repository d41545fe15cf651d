"""How a moment is told."""

import logging
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from buurtbel.times import day_and_time, iso, moment, time_of
from embedded.logs import PlainFormatter

BRUSSELS = ZoneInfo("Europe/Brussels")
AT = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
"""Half past two, half an hour before the clock is put back to two."""


def test_a_time_of_another_day_has_its_day_in_front() -> None:
    assert time_of(AT, BRUSSELS, now=AT) == "02:30"
    assert time_of(AT, BRUSSELS, now=AT, seconds=True) == "02:30:00"
    assert time_of(AT, BRUSSELS, now=AT.replace(day=24)) == "25/10 02:30"
    assert time_of(AT, BRUSSELS, now=AT.replace(day=24, hour=22)) == "02:30", "it is the 25th in Brussels"


def test_the_hour_that_comes_twice_is_told_apart_where_programs_read() -> None:
    later = AT.replace(hour=1)
    assert day_and_time(AT, BRUSSELS) == day_and_time(later, BRUSSELS) == "25/10/2026 02:30"
    assert iso(AT, BRUSSELS) == "2026-10-25T02:30:00.000+02:00"
    assert iso(later, BRUSSELS) == "2026-10-25T02:30:00.000+01:00"
    assert iso(None, BRUSSELS) == ""


def test_a_moment_among_others_of_a_night_has_its_day_and_thousandths() -> None:
    assert moment(AT.replace(microsecond=7_999), BRUSSELS) == "25/10 02:30:00.007"


def test_a_log_says_when_in_utc_with_its_offset(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    record = logging.LogRecord("line", logging.INFO, "", 1, "There.", (), None)
    record.created = AT.timestamp()
    assert PlainFormatter().format(record) == "2026-10-25T00:30:00.000+00:00 INFO line: There."
