"""Calls that belong to no broadcast: when the next one is placed, and whom it is to, as a table."""

from datetime import UTC, datetime, timedelta

import pytest

from broadcast.rules.own_calls import LOST_AT_MOST, Persistence, Placed, Step, next_of, next_step

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
THRICE = Persistence(rounds=3, again=60, settled_by=frozenset({"left"}))


def ended(outcome: str, ago: float, to: int | None = None) -> Placed:
    return Placed(outcome, NOON - timedelta(seconds=ago), to)


NOBODY, LONG_AGO, LOST, LEFT = (
    ended(*one) for one in (("none", 10), ("none", 90), ("lost", 1), ("left", 90))
)
RINGS = Placed()


@pytest.mark.parametrize(
    ("placed", "then"),
    [
        ([], Step.CALL),
        ([RINGS], Step.WAIT),
        ([NOBODY], Step.WAIT),
        ([LONG_AGO], Step.CALL),
        ([ended("none", 60)], Step.CALL),
        ([LONG_AGO, NOBODY], Step.WAIT),
        ([LONG_AGO, LONG_AGO], Step.CALL),
        ([LONG_AGO] * 3, Step.DONE),
        ([LONG_AGO, LONG_AGO, RINGS], Step.WAIT),
        ([LEFT], Step.DONE),
        ([LEFT, LONG_AGO], Step.DONE),
        ([LOST], Step.CALL),
        ([LOST] * LOST_AT_MOST, Step.CALL),
        ([LOST] * (LOST_AT_MOST + 1), Step.DONE),
        ([LONG_AGO, LONG_AGO, LOST], Step.CALL),
        ([LOST, NOBODY], Step.WAIT),
    ],
)
def test_what_comes_next_for_one_purpose(placed: list[Placed], then: Step) -> None:
    assert next_step(placed, THRICE, now=NOON) is then


def test_without_a_rest_the_next_call_follows_at_once() -> None:
    assert next_step([ended("none", 0)], Persistence(rounds=2), now=NOON) is Step.CALL


MAES, CLAES = 1, 2
ON_DUTY = (MAES, CLAES)


@pytest.mark.parametrize(
    ("in_turn", "placed", "whom"),
    [
        (ON_DUTY, [], MAES),
        (ON_DUTY, [ended("none", 1, MAES)], CLAES),
        (ON_DUTY, [ended("none", 90, MAES), ended("none", 90, CLAES)], MAES),
        (ON_DUTY, [ended("none", 1, MAES), ended("none", 90, CLAES)], CLAES),
        (ON_DUTY, [ended("none", 1, MAES), ended("none", 1, CLAES)], None),
        (ON_DUTY, [Placed(to=MAES)], None),
        (ON_DUTY, [ended("lost", 1, MAES)], MAES),
        (ON_DUTY, [ended("lost", 1, MAES)] * (LOST_AT_MOST + 1), None),
        ((CLAES, MAES), [], CLAES),
        ((CLAES,), [ended("none", 1, MAES)], CLAES),
        ((), [], None),
        (ON_DUTY, [ended("none", 90, one) for one in ON_DUTY for _ in range(3)], None),
    ],
)
def test_whom_the_next_call_is_to(in_turn: tuple[int, ...], placed: list[Placed], whom: int | None) -> None:
    assert next_of(in_turn, placed, THRICE, now=NOON) == whom
