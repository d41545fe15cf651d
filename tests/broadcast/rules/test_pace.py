"""The pace at which a trunk is given calls, in seconds handed over: no test here waits."""

from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcast.rules.pace import Bucket, full_bucket


def taken_until(bucket: Bucket, start: float, end: float) -> tuple[Bucket, list[float]]:
    """Take calls as fast as the bucket lets us, from one second to another."""
    now, moments = start, []
    while now < end:
        bucket, wait = bucket.take(now)
        if wait == 0.0:
            moments.append(now)
        now += wait
    return bucket, moments


def test_after_a_quiet_time_the_burst_goes_out_at_once_and_then_one_each_tenth_of_a_second() -> None:
    bucket = full_bucket(rate=10, burst=3, now=100)
    waits = []
    for _ in range(4):
        bucket, wait = bucket.take(100)
        waits.append(wait)
    assert waits == [0.0, 0.0, 0.0, pytest.approx(0.1)]
    assert bucket.take(100.1)[1] == 0.0


def test_a_quiet_night_saves_no_more_than_the_burst() -> None:
    bucket, _ = full_bucket(rate=10, burst=3, now=0).take(0)
    assert bucket.take(36_000)[0].tokens == pytest.approx(2)


def test_asking_in_vain_costs_nothing() -> None:
    bucket = Bucket(rate=10, burst=1, tokens=0, at=0)
    for moment in (0.02, 0.04, 0.06, 0.08):
        bucket, wait = bucket.take(moment)
        assert wait == pytest.approx(0.1 - moment)
    assert bucket.take(0.1)[1] == 0.0


def test_a_full_trunk_gets_half_and_half_a_minute_later_everything_again() -> None:
    bucket = full_bucket(rate=10, burst=5, now=0).slow_down(0)
    assert bucket.current_rate == 5
    assert bucket.tokens == 0
    assert bucket.take(15)[0].current_rate == pytest.approx(7.5)
    assert bucket.take(30)[0].current_rate == pytest.approx(10)
    assert bucket.take(300)[0].current_rate == pytest.approx(10)


def test_while_it_recovers_the_trunk_gets_only_what_it_can_take_by_then() -> None:
    bucket = full_bucket(rate=10, burst=1000, now=0).slow_down(0)
    assert bucket.take(30)[0].tokens == pytest.approx(30 * (5 + 10) / 2 - 1)


def test_refusals_of_calls_that_were_under_way_together_are_one_sign() -> None:
    bucket = full_bucket(rate=10, burst=5, now=0).slow_down(0).slow_down(0.2).slow_down(0.9)
    assert 5 <= bucket.current_rate < 5.5
    assert bucket.slow_down(1.5).current_rate < 3


def test_a_trunk_that_keeps_refusing_is_still_asked_now_and_then() -> None:
    bucket = full_bucket(rate=16, burst=5, now=0)
    for second in range(100):
        bucket = bucket.slow_down(second)
    assert bucket.current_rate == 1
    assert bucket.take(99)[1] == pytest.approx(1)


def test_a_clock_read_a_moment_earlier_gives_nothing_twice() -> None:
    bucket, _ = full_bucket(rate=10, burst=1, now=5).take(5)
    assert bucket.take(4.9)[0].tokens == 0
    assert bucket.take(4.9)[0].at == 5


@pytest.mark.parametrize(("rate", "burst"), [(0, 5), (-1, 5), (10, 0.5)])
def test_a_pace_that_would_never_dial_is_refused(rate: float, burst: float) -> None:
    with pytest.raises(ValueError, match="nothing is ever dialled"):
        Bucket(rate=rate, burst=burst, tokens=0, at=0)


rates = st.floats(min_value=0.2, max_value=50)
bursts = st.floats(min_value=1, max_value=20)
events = st.lists(st.tuples(st.floats(min_value=0, max_value=3), st.integers(0, 6)), max_size=60)


@given(rates, bursts, st.floats(min_value=0, max_value=1e7), events)
def test_no_stretch_of_time_gets_more_calls_than_the_trunk_was_sold_with(
    rate: float, burst: float, start: float, steps: list[tuple[float, int]]
) -> None:
    bucket, given_at = full_bucket(rate, burst, start), []
    moments = accumulate((pause for pause, _ in steps), initial=start)
    for now, (_, wanted) in zip(moments, steps, strict=False):
        if wanted == 0:
            bucket = bucket.slow_down(now)
        for _ in range(wanted):
            bucket, wait = bucket.take(now)
            given_at += [now] if wait == 0.0 else []
    for first, begin in enumerate(given_at):
        for last, end in enumerate(given_at[first:], first):
            assert last - first + 1 <= rate * (end - begin) + burst + 1e-4


@given(rates, bursts, st.floats(min_value=0, max_value=1e6), st.lists(st.floats(0, 5), max_size=5))
def test_who_waits_as_long_as_was_said_gets_the_call(
    rate: float, burst: float, start: float, refusals: list[float]
) -> None:
    bucket, now = full_bucket(rate, burst, start), start
    for pause in refusals:
        now += pause
        bucket = bucket.slow_down(now)
    bucket, _ = taken_until(bucket, now, now + 5 / rate)
    bucket, wait = bucket.take(now + 5 / rate)
    if wait:
        assert bucket.take(now + 5 / rate + wait)[1] == 0.0


def test_over_a_minute_a_busy_trunk_gets_just_what_it_was_sold_with() -> None:
    _, moments = taken_until(full_bucket(rate=10, burst=5, now=0), 0, 60)
    assert len(moments) == pytest.approx(10 * 60 + 5, abs=1)
