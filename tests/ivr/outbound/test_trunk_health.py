"""When the trunk is at fault, told as calls: who was called when, and how they were refused."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.outbound.trunk_health import (
    DIFFERENT_NUMBERS,
    LATELY,
    MOST_REMEMBERED,
    SAID_AGAIN_AFTER,
    Fault,
    TrunkHealth,
)

PEOPLE = [f"+9991000{n:04}" for n in range(20)]
Refused = tuple[str, float, int | None]


def health_after(refused: Sequence[Refused], through: Sequence[float] = ()) -> TrunkHealth:
    health = TrunkHealth()
    for number, placed, status in refused:
        health.note_refusal(number, placed, status)
    for placed in through:
        health.note_success(placed)
    return health


def different(count: int, status: int | None = 401, *, since: float = 0.0) -> list[Refused]:
    return [(PEOPLE[n], since + n, status) for n in range(count)]


def test_eight_different_numbers_that_the_trunk_refuses_are_enough() -> None:
    assert health_after(different(7)).fault is None
    assert health_after(different(8)).fault == Fault(401)


def test_one_number_refused_a_hundred_times_says_nothing_of_the_trunk() -> None:
    assert health_after([(PEOPLE[0], n, 500) for n in range(100)]).fault is None


def test_whoever_gets_through_acquits_the_trunk() -> None:
    health = health_after(different(8))
    health.note_success(8.0)
    assert health.fault is None
    for refusal in different(7, since=9.0):
        health.note_refusal(*refusal)
    assert health.fault is None
    health.note_refusal(PEOPLE[7], 16.0, 401)
    assert health.fault == Fault(401)


def test_a_phone_that_rings_late_says_nothing_of_a_trunk_that_failed_after_its_call_was_placed() -> None:
    health = health_after(different(8, since=10.0))
    health.note_success(9.5)
    assert health.fault == Fault(401)
    health.note_success(10.0)
    assert health.fault is None


def test_calls_that_were_placed_before_one_that_got_through_do_not_count_though_they_end_later() -> None:
    health = TrunkHealth()
    health.note_success(7.0)
    for refusal in different(8, None):
        health.note_refusal(*refusal)
    assert health.fault is None


def test_what_a_number_was_told_is_believed_once_a_later_call_gets_through() -> None:
    health = health_after([(PEOPLE[0], 5.0, 404)], through=[4.0])
    assert not health.is_believed(5.0)
    health.note_success(6.0)
    assert health.is_believed(5.0)
    assert not health.is_excused(5.0)


def test_all_that_were_refused_since_the_last_call_that_got_through_are_excused() -> None:
    health = TrunkHealth()
    health.note_success(1.0)
    for refusal in different(8, 404, since=2.0):
        health.note_refusal(*refusal)
    assert [health.is_excused(placed) for placed in (1.0, 1.5, 2.0, 9.0, 50.0)] == [
        False,
        True,
        True,
        True,
        True,
    ]
    health.note_success(30.0)
    assert [health.is_excused(placed) for placed in (1.0, 2.0, 29.0, 31.0)] == [False, True, True, False]


def test_old_numbers_that_are_called_again_one_after_the_other_do_not_speak_against_the_trunk() -> None:
    health = TrunkHealth()
    old = PEOPLE[:12]
    for n, number in enumerate(old):
        assert not health.note_missing(number, 2.0 * n, 404)
        health.note_success(2.0 * n + 1)
    assert [health.note_missing(number, 300.0 + n, 404) for n, number in enumerate(old)] == [True] * 12
    assert health.fault is None


def test_a_number_that_was_refused_together_with_all_others_is_not_sure_to_be_dead() -> None:
    health = TrunkHealth()
    for n, number in enumerate(PEOPLE[:8]):
        assert not health.note_missing(number, n, 404)
    assert health.fault == Fault(404)
    assert not health.note_missing(PEOPLE[0], 9.0, 404)
    health.note_success(10.0)
    assert health.note_missing(PEOPLE[0], 11.0, 404), "now it was, before and after somebody was reached"


@pytest.mark.parametrize(
    ("worked", "statuses", "again_after", "is_sure"),
    [
        (1.0, [404] * 9, SAID_AGAIN_AFTER, True),
        (1.0, [404, 410, 484, 604, 404, 404, 485, 404, 404], SAID_AGAIN_AFTER, True),
        (1.0, [404] * 3, SAID_AGAIN_AFTER, True),
        (1.0, [404] * 9, SAID_AGAIN_AFTER - 30, False),
        (None, [404] * 9, SAID_AGAIN_AFTER, False),
        (1.0, [404] * 9, LATELY, False),
        (1.0, [404] * 8 + [503], SAID_AGAIN_AFTER, False),
        (1.0, [404] * 8 + [None], SAID_AGAIN_AFTER, False),
    ],
    ids=[
        "only dead numbers are left",
        "in whatever words",
        "fewer than speak against the trunk",
        "too soon: a trunk that lost its routes may have found them again",
        "a trunk that never worked writes numbers wrongly",
        "a trunk that worked long ago",
        "a trunk that fails in another way as well",
        "a trunk that does not always reply",
    ],
)
def test_when_only_dead_numbers_may_be_left_they_are_believed_one_by_one_after_a_while(
    worked: float | None, statuses: list[int | None], again_after: float, is_sure: bool
) -> None:
    health = TrunkHealth()
    if worked is not None:
        health.note_success(worked)
    for n, status in enumerate(statuses):
        if status == 503 or status is None:
            health.note_refusal(PEOPLE[n], 2.0 + n, status)
        else:
            assert not health.note_missing(PEOPLE[n], 2.0 + n, status)
    was_at_fault = health.fault is not None
    assert was_at_fault == (len(statuses) >= DIFFERENT_NUMBERS)
    assert health.note_missing(PEOPLE[0], 2.0 + again_after, 404) is is_sure
    assert not health.note_missing(PEOPLE[15], 3.0 + again_after, 404), "said of this one for the first time"
    assert (health.fault is not None) == was_at_fault, "only a call that gets through ends it"


def test_what_is_remembered_of_numbers_is_bounded() -> None:
    health = TrunkHealth()
    for n in range(MOST_REMEMBERED + 5):
        health.note_missing(f"+999{n}", n, 404)
    assert len(health._does_not_exist) == MOST_REMEMBERED


@pytest.mark.parametrize(
    ("statuses", "says"),
    [
        ([401] * 5 + [407] * 3, "does not accept our user name and password (401)"),
        ([None] * 4 + [408] * 4, "does not reply"),
        ([403] * 8, "forbids them (403)"),
        ([404] * 4 + [484] * 4, "does not exist (404); check BUURTBEL_TRUNK_NUMBER_FORMAT"),
        ([488] * 8, "BUURTBEL_TRUNK_CODECS"),
        ([503] * 5 + [404] * 3, "full or out of service (503)"),
        ([433] * 8, "answers 433; ask the carrier"),
    ],
)
def test_the_fault_is_one_sentence_that_says_what_to_do(statuses: list[int | None], says: str) -> None:
    health = health_after([(PEOPLE[n], n, status) for n, status in enumerate(statuses)])
    assert health.fault is not None
    assert says in health.fault.says
    assert health.fault.says.startswith("The trunk takes no calls: ")
    assert health.fault.says.count(".") == 1
    assert len(health.fault.says) <= 300


events = st.lists(
    st.tuples(
        st.sampled_from([*PEOPLE, None]),  # None: whoever it was got through
        st.integers(0, 60),
        st.sampled_from([401, 403, 404, 500, 503, None]),
    ),
    max_size=80,
)


@given(events)
def test_it_is_at_fault_exactly_when_eight_numbers_were_refused_since_the_last_call_that_got_through(
    events: list[tuple[str | None, int, int | None]],
) -> None:
    """Whatever the order in which calls end."""
    health = TrunkHealth()
    for number, placed, status in events:
        if number is None:
            health.note_success(placed)
        else:
            health.note_refusal(number, placed, status)
    through = max((placed for number, placed, _ in events if number is None), default=-1)
    refused = {number for number, placed, _ in events if number is not None and placed > through}
    assert (health.fault is not None) is (len(refused) >= DIFFERENT_NUMBERS)


@given(events)
def test_nobody_is_excused_who_was_refused_by_a_trunk_that_was_never_at_fault(
    events: list[tuple[str | None, int, int | None]],
) -> None:
    health = TrunkHealth()
    was_at_fault = False
    for number, placed, status in events:
        if number is None:
            health.note_success(placed)
        else:
            health.note_refusal(number, placed, status)
            was_at_fault = was_at_fault or health.fault is not None
            if health.fault is not None:
                assert health.is_excused(placed) or placed <= health._got_through
        assert was_at_fault or not health.is_excused(placed)
