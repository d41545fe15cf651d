"""Whom an urgent alert preempts, whoever is on the line."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from ivr.call.novelty import MOST_ROUNDS, Novelty
from ivr.inbound.preemption import MOST_PER_NUMBER, WITHHELD, OnTheLine, preempted
from tests.ivr.callers import SAYS

CALLERS = st.lists(
    st.builds(
        OnTheLine,
        number=st.sampled_from([None, None, "an", "bo", "cis", "dre"]),
        useful_until=st.floats(0, 100),
        may_finish=st.booleans(),
    ),
    max_size=40,
)
A_FEW = st.integers(0, 40)


@given(CALLERS, A_FEW, A_FEW)
def test_nobody_is_preempted_twice_or_for_nothing_or_while_speaking(
    callers: list[OnTheLine], most: int, lacking: int
) -> None:
    chosen = preempted(callers, most=most, lacking=lacking)
    assert len(set(chosen)) == len(chosen) <= lacking
    assert not any(callers[at].may_finish for at in chosen)


@given(CALLERS, A_FEW)
def test_callers_keep_no_more_than_their_share_but_for_those_who_speak(
    callers: list[OnTheLine], most: int
) -> None:
    chosen = preempted(callers, most=most, lacking=len(callers))
    stay = [one for at, one in enumerate(callers) if at not in chosen]
    assert len(stay) <= most or all(one.may_finish for one in stay)


@given(CALLERS, A_FEW)
def test_no_number_keeps_more_than_its_calls_and_all_who_withhold_it_share_theirs(
    callers: list[OnTheLine], most: int
) -> None:
    chosen = preempted(callers, most=most, lacking=len(callers))
    stay = [one for at, one in enumerate(callers) if at not in chosen]
    speaking = Counter(one.number for one in stay if one.may_finish)
    for number, calls in Counter(one.number for one in stay).items():
        kept = MOST_PER_NUMBER if number else max(MOST_PER_NUMBER, int(most * WITHHELD))
        assert calls <= max(kept, speaking[number])


@given(CALLERS, A_FEW, A_FEW)
def test_of_two_who_could_go_the_less_useful_one_goes(
    callers: list[OnTheLine], most: int, lacking: int
) -> None:
    chosen = set(preempted(callers, most=most, lacking=lacking))
    for at, one in enumerate(callers):
        for other in chosen:
            is_alike = callers[other].number == one.number
            if at not in chosen and not one.may_finish and is_alike:
                assert callers[other].useful_until <= one.useful_until


@given(CALLERS, A_FEW)
def test_nobody_goes_while_callers_are_few_and_from_different_numbers(
    callers: list[OnTheLine], lacking: int
) -> None:
    numbered = {one.number: one for one in callers if one.number is not None}
    assert not preempted(list(numbered.values()), most=len(numbered), lacking=lacking)


def test_a_caller_who_withholds_the_number_does_not_drive_out_one_who_shows_it() -> None:
    shown = OnTheLine("an", 0.0, may_finish=False)
    crowd = [OnTheLine(None, 50.0 + at, may_finish=False) for at in range(30)]
    chosen = preempted([shown, *crowd], most=10, lacking=21)
    assert 0 not in chosen
    assert list(chosen) == list(range(1, 22))


def test_what_was_heard_before_is_nothing_new_and_ends_after_some_rounds() -> None:
    menu, code = SAYS["line_unknown_menu"], SAYS["line_code"]
    novelty = Novelty(0.0)
    assert novelty.begin(menu.path, 2.0, now=10.0)
    assert novelty.until == 12.0
    for _ in range(MOST_ROUNDS - 1):
        assert novelty.begin(menu.path, 2.0, now=20.0)
        assert novelty.until == 12.0
    assert not novelty.begin(menu.path, 2.0, now=20.0)
    # Something new, and all is well again.
    assert novelty.begin(code.path, 2.0, now=30.0)
    assert novelty.until == 32.0
    assert novelty.begin(menu.path, 2.0, now=32.0)
