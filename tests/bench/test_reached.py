"""What a run of `make bench-reach` came to is told from its calls alone."""

import pytest

from bench.reach.dialler import SeenCall
from bench.reach.drawn import KINDS, DrawnCall, DrawnCallee, draw
from bench.reach.reached import Reached, reached
from broadcast.policy import RetryPolicy
from broadcast.states import Outcome

HEARD, BUSY, RINGS = (DrawnCall(one, 10.0) for one in (Outcome.HEARD, Outcome.BUSY, Outcome.NO_ANSWER))
PEOPLE = [
    DrawnCallee({"a": [HEARD]}),
    DrawnCallee({"b": [BUSY, HEARD]}),
    DrawnCallee({"c": [RINGS], "d": [HEARD]}),
    DrawnCallee({"e": [RINGS]}),
]
POLICY = RetryPolicy(busy=30, no_answer=60)


def told(*placed: tuple[str, float, float, Outcome], lines: int = 2, speed: float = 1.0) -> Reached:
    calls = [SeenCall(number, 100 + began, 100 + ended, outcome) for number, began, ended, outcome in placed]
    return reached(PEOPLE, calls, POLICY, began=100.0, lines=lines, pace=10.0, speed=speed)


EVENING = (
    ("a", 0.0, 10.0, Outcome.HEARD),
    ("b", 0.0, 10.0, Outcome.BUSY),
    ("c", 10.0, 20.0, Outcome.NO_ANSWER),
    ("e", 10.0, 20.0, Outcome.NO_ANSWER),
    ("d", 21.0, 31.0, Outcome.HEARD),
    ("b", 41.0, 51.0, Outcome.HEARD),
    ("e", 85.0, 95.0, Outcome.NO_ANSWER),
)


def test_who_never_answers_keeps_nobody_waiting_and_costs_the_bound_nothing() -> None:
    seen = told(*EVENING)
    assert (seen.people, seen.calls, seen.most_lines) == (3, 7, 2)
    assert (seen.ours, seen.bound) == (51.0, 50.0)
    assert seen.ratio == pytest.approx(1.02)


def test_seconds_are_those_of_the_evening_however_fast_it_passes() -> None:
    fast = told(
        *((number, began / 4, ended / 4, outcome) for number, began, ended, outcome in EVENING), speed=4
    )
    assert fast.ours == told(*EVENING).ours


def test_calls_that_begin_within_one_second_are_counted_and_lines_that_are_up() -> None:
    seen = told(
        ("a", 0.0, 10.0, Outcome.HEARD), ("c", 0.9, 9.0, Outcome.NO_ANSWER), ("d", 9.0, 19.0, Outcome.HEARD),
        ("b", 9.5, 20.0, Outcome.HEARD),
    )  # fmt: skip
    assert (seen.most_in_a_second, seen.most_lines) == (2, 3)


def test_the_same_seed_draws_the_same_people_of_every_kind() -> None:
    people = draw(7, 1000)
    assert people == draw(7, 1000) != draw(8, 1000)
    assert sum(KINDS.values()) == 100
    assert sum(len(one.numbers) == 2 for one in people) == pytest.approx(50, abs=25)
    assert len({number for one in people for number in one.numbers}) == sum(
        len(one.numbers) for one in people
    )
