"""Which of several urgent alerts has the next line."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcast.rules.sharing import next_calls

OLD, NEW = 1, 2
alerts = st.dictionaries(st.integers(1, 6), st.integers(1, 5000), min_size=2, max_size=6)


@pytest.mark.parametrize(
    ("what", "left", "up", "calls", "given_"),
    [
        ("three in four people, three in four lines", {OLD: 90, NEW: 30}, {}, 24, {OLD: 18, NEW: 6}),
        ("the new one has none yet", {OLD: 90, NEW: 30}, {OLD: 24}, 4, {OLD: 0, NEW: 4}),
        ("it has its part now", {OLD: 90, NEW: 30}, {OLD: 18, NEW: 6}, 4, {OLD: 3, NEW: 1}),
        ("the old one is nearly done", {OLD: 2, NEW: 98}, {}, 10, {OLD: 0, NEW: 10}),
        ("its last two still get their line", {OLD: 2, NEW: 98}, {NEW: 49}, 1, {OLD: 1, NEW: 0}),
        ("at the same part the older goes first", {OLD: 50, NEW: 50}, {}, 1, {OLD: 1, NEW: 0}),
        ("nobody is left", {OLD: 0, NEW: 0}, {}, 5, {OLD: 0, NEW: 0}),
    ],
)
def test_whose_the_next_calls_are(
    what: str, left: Mapping[int, int], up: Mapping[int, int], calls: int, given_: Mapping[int, int]
) -> None:
    assert next_calls(left, up, calls) == given_, what


@given(left=alerts, lines=st.integers(1, 60))
def test_each_holds_its_part_of_the_lines_give_or_take_one(left: Mapping[int, int], lines: int) -> None:
    held = next_calls(left, {}, lines)
    assert sum(held.values()) == lines
    for alert, calls in held.items():
        assert abs(calls - lines * left[alert] / sum(left.values())) < len(left)


@given(left=alerts, lines=st.integers(2, 40))
def test_all_end_at_about_the_same_time(left: Mapping[int, int], lines: int) -> None:
    """Each round every line calls one person of whose turn it is, and everybody is reached at once."""
    to_go, ended, rounds = dict(left), dict[int, int](), 0
    while any(to_go.values()):
        rounds += 1
        for alert, calls in next_calls(to_go, {}, lines).items():
            to_go[alert] = max(0, to_go[alert] - calls)
            if not to_go[alert]:
                ended.setdefault(alert, rounds)
    fewest = sum(left.values()) / lines
    assert max(ended.values()) <= fewest + len(left) + 1, "no line stands idle for long"
