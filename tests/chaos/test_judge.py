"""Each bound of the chaos is broken by what it is there for: a judge that sees nothing would pass all."""

from collections import Counter
from dataclasses import replace

import pytest

from tests.chaos.audit import Standing
from tests.chaos.judge import Experience, judge
from tests.chaos.people import Crowd
from tests.chaos.tally import Tally
from tests.people import phone

AN, BUSY = phone(11, 1), phone(16, 1)
CROWD = Crowd("crowd-1", {"An": [AN], "Bert": [BUSY]})
CALL, OTHER = "a call of An", "a call of Bert"
CONFIRMED = Standing(AN, "final", "confirmed", dialled=1, ends="confirmed")
UNREACHED = Standing(BUSY, "final", "nothing", dialled=1, ends="busy")
AS_IT_SHOULD = Experience(
    placed=Counter([AN, BUSY]), heard=Counter([AN]), reached={AN}, asked={CALL: 1, OTHER: 1}
)


def judged(experience: Experience = AS_IT_SHOULD, an: Standing | None = CONFIRMED, live: int = 0) -> Tally:
    tally = Tally(live_at_kill=live)
    judge(tally, [CROWD], experience, [one for one in (an, UNREACHED) if one], {CALL, OTHER})
    return tally


def test_a_night_on_which_all_went_well_holds() -> None:
    tally = judged()
    assert tally.holds
    assert (tally.members, tally.problems) == (2, [])


@pytest.mark.parametrize(
    "an",
    [None, replace(CONFIRMED, state="waiting"), replace(CONFIRMED, result="nothing")],
    ids=["is nobody's", "is still waiting", "was given up"],
)
def test_who_was_not_called_to_the_end_is_lost(an: Standing | None) -> None:
    assert judged(an=an).lost == 1


def test_who_was_reached_and_is_rung_again_breaks_a_bound_however_much_was_killed() -> None:
    twice = replace(CONFIRMED, dialled=2, ends="confirmed confirmed")
    assert not judged(an=twice, live=100).holds
    assert judged(an=replace(twice, ends="unknown confirmed"), live=100).rung_after_reached == 0


def test_who_counts_as_reached_and_heard_nothing_is_lost() -> None:
    assert judged(replace(AS_IT_SHOULD, reached=set())).lost == 1


@pytest.mark.parametrize(
    "experience",
    [
        replace(AS_IT_SHOULD, placed=Counter([AN, AN, BUSY])),
        replace(AS_IT_SHOULD, asked={CALL: 2, OTHER: 1}),
        replace(AS_IT_SHOULD, asked={CALL: 1, "a channel of nobody": 1}),
    ],
    ids=["rang more often than was written ahead", "asked for twice", "no attempt's"],
)
def test_a_call_beyond_what_was_written_ahead_is_placed_twice(experience: Experience) -> None:
    assert judged(experience).placed_twice == 1


def test_to_hear_it_again_needs_a_call_that_was_up_when_something_died() -> None:
    again = replace(AS_IT_SHOULD, heard=Counter([AN, AN]))
    assert judged(again).heard_twice == 1
    assert not judged(again).holds
    assert judged(again, live=1).holds


def test_a_silent_answer_and_a_rewritten_attempt_break_the_bounds() -> None:
    assert not judged(replace(AS_IT_SHOULD, silent=[AN])).holds
    assert not Tally(rewritten=1).holds
