"""The pace of an alert that was slowed down, in seconds handed over: no test here waits."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcast.rules.alert_pace import SPREAD, AlertPace, next_calls

NOW = 1000.0


def may_begin(
    pace: AlertPace, *begun: float, up: int = 0, until: float = NOW + 2, most: int = 5
) -> list[float]:
    """Seconds from now."""
    moments = next_calls(pace, begun=[NOW + at for at in begun], up=up, now=NOW, until=until, most=most)
    return [round(at - NOW, 2) for at in moments]


@pytest.mark.parametrize(
    ("what", "pace", "begun", "up", "moments"),
    [
        ("two a second, after a pause", AlertPace(2), [], 0, [0, 0, 1.05, 1.05]),
        ("two a second, one of them just now", AlertPace(2), [-0.4], 0, [0, 0.65, 1.05, 1.7]),
        ("two a second, long ago", AlertPace(2), [-30, -20], 0, [0, 0, 1.05, 1.05]),
        ("2.9 a second are two", AlertPace(2.9), [-0.1, -0.1], 0, [0.95, 0.95, 2, 2]),
        ("one in two seconds", AlertPace(0.5), [-1.5], 0, [0.55]),
        ("one in ten seconds, five ago", AlertPace(0.1), [-5], 0, []),
        ("two lines, both in use", AlertPace(None, 2), [], 2, []),
        ("two lines, one in use", AlertPace(None, 2), [], 1, [0]),
        ("more in use than there may be", AlertPace(None, 2), [], 7, []),
        ("one line and two a second", AlertPace(2, 1), [-0.1, -0.1], 0, [0.95]),
        ("no limit that counts", AlertPace(1000, 10_000), [], 0, [0] * 5),
    ],
)
def test_when_the_next_calls_may_begin(
    what: str, pace: AlertPace, begun: Sequence[float], up: int, moments: Sequence[float]
) -> None:
    assert may_begin(pace, *begun, up=up) == pytest.approx(moments), what


@pytest.mark.parametrize("wrong", [{"calls_per_second": 0}, {"calls_per_second": -1}, {"lines": 0}])
def test_a_pace_at_which_nothing_would_ever_be_dialled_is_none(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="pause"):
        AlertPace(**wrong)


@given(
    rate=st.floats(0.05, 30),
    waits=st.lists(st.floats(0, 3), min_size=1, max_size=40),
    asked=st.lists(st.integers(1, 12), min_size=1, max_size=40),
)
def test_whoever_asks_when_and_for_how_many_no_second_has_more(
    rate: float, waits: Sequence[float], asked: Sequence[int]
) -> None:
    """Also when all that is kept is as many moments as the pace must know of."""
    pace, now = AlertPace(rate), 0.0
    begun, all_begun = list[float](), list[float]()
    for wait, many in zip(waits, asked, strict=False):
        now += wait
        moments = next_calls(pace, begun=begun, up=0, now=now, until=now, most=many)
        all_begun += moments
        begun = [*begun, *moments][-pace.together :]
    span = max(1.0, 1 / rate)
    for at in all_begun:
        within = sum(at <= other < at + span for other in all_begun)
        assert within <= max(1, rate)


@given(rate=st.floats(0.2, 30), begun=st.lists(st.floats(990, 1000), max_size=30))
def test_calls_that_begin_when_they_may_keep_the_pace_and_are_not_slower_than_it(
    rate: float, begun: Sequence[float]
) -> None:
    pace = AlertPace(rate)
    moments = next_calls(pace, begun=begun, up=0, now=NOW, until=NOW + 60, most=10_000)
    assert moments == sorted(moments)
    assert len(moments) >= pace.together * (60 // pace.seconds)
    assert pace.seconds <= max(1.0, 1 / rate) + SPREAD
