"""Each bound of the chaos is broken by what it is there for: a judge that sees nothing would pass all."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import pytest

from embedded.network.free_ports import free_ports
from tests.chaos.audience import LATE, Followed, judge_audience
from tests.chaos.audit import Standing
from tests.chaos.judge import Experience, Told, judge
from tests.chaos.people import Crowd
from tests.chaos.phones import Phones, Village
from tests.chaos.tally import Tally
from tests.support.counting_wire import CountingWire
from tests.support.people import phone

AN, BUSY = phone(11, 1), phone(16, 1)
CROWD = Crowd("crowd-1", {"An": [AN], "Bert": [BUSY]})
ALERT = 1
CALL, OTHER = "a call of An", "a call of Bert"
CONFIRMED = Standing(ALERT, AN, "final", "confirmed", dialled=1, ends="confirmed")
UNREACHED = Standing(ALERT, BUSY, "final", "nothing", dialled=1, ends="busy")
AS_IT_SHOULD = Experience(
    placed=Counter([AN, BUSY]), heard=Counter([(AN, "it")]), reached={AN}, asked={CALL: 1, OTHER: 1}
)


def judged(experience: Experience = AS_IT_SHOULD, an: Standing | None = CONFIRMED, live: int = 0) -> Tally:
    tally = Tally(live_at_kill=live)
    judge(tally, {ALERT: CROWD}, experience, [one for one in (an, UNREACHED) if one], {CALL, OTHER})
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
    again = replace(AS_IT_SHOULD, heard=Counter([(AN, "it"), (AN, "it")]))
    assert judged(again).heard_twice == 1
    assert not judged(again).holds
    assert judged(again, live=1).holds


def test_who_gets_two_alerts_is_called_for_both_and_hears_both() -> None:
    tally, another = Tally(), ALERT + 1
    both = replace(
        AS_IT_SHOULD, heard=Counter([(AN, "it"), (AN, "the other")]), placed=Counter([AN, AN, BUSY])
    )
    standings = [CONFIRMED, UNREACHED, replace(CONFIRMED, broadcast=another)]
    judge(tally, {ALERT: CROWD, another: CROWD}, both, standings, {CALL, OTHER})
    assert (tally.members, tally.lost, tally.placed_twice, tally.heard_twice) == (2, 1, 0, 0)
    assert "is nobody's" in str(tally.problems), "of the other alert nothing became of Bert"


def test_two_calls_to_a_number_at_once_break_a_bound_however_much_was_killed() -> None:
    tally = judged(replace(AS_IT_SHOULD, two_at_once=[AN]), live=100)
    assert tally.two_at_once == 1
    assert not tally.holds


async def test_phones_notice_two_calls_at_once_over_whichever_pbx() -> None:
    village = Village()
    async with Phones(village) as one, Phones(village) as other:
        one.places("first", AN, {})
        other.places("to somebody else", BUSY, {})
        assert (one.two_at_once, other.two_at_once) == ([], [])
        other.places("second", AN, {})
        assert (one.two_at_once, other.two_at_once) == ([], [AN])


def audience(kind: str, *told: Told, to: Sequence[str]) -> Tally:
    """Of what followed the alert at the tenth second, and was written for these numbers."""
    tally, second = Tally(), ALERT + 1
    standings = [replace(CONFIRMED, broadcast=second, number=number) for number in to]
    sounds = {ALERT: {"it"}, second: {"more"}}
    followed = [Followed(ALERT, second, kind, by=10.0)]
    judge_audience(tally, followed, replace(AS_IT_SHOULD, told=told), standings, sounds)
    return tally


def test_what_follows_an_alert_is_told_to_who_heard_that_and_to_nobody_else() -> None:
    an = Told(AN, 1.0, frozenset({"it"})), Told(AN, 12.0, frozenset({"more"}))
    assert audience("more", *an, to=[AN]).holds
    assert audience("more", *an, to=[AN, BUSY]).wrong_audience == 1, "Bert is to be called"
    assert audience("all-clear", *an, Told(BUSY, 12.0, frozenset({"more"})), to=[AN]).wrong_audience == 1
    assert not audience("more", *an, to=[AN, BUSY]).holds


def test_a_correction_is_for_all_and_a_call_long_after_it_tells_nothing_that_was_withdrawn() -> None:
    both = frozenset({"it", "more"})
    assert audience("correction", Told(AN, 10.0 + LATE, both), to=[AN, BUSY]).holds
    assert audience("correction", Told(AN, 11.0 + LATE, both), to=[AN, BUSY]).wrong_audience == 1


def test_a_silent_answer_and_a_rewritten_attempt_break_the_bounds() -> None:
    assert not judged(replace(AS_IT_SHOULD, silent=[AN])).holds
    assert not Tally(rewritten=1).holds


@pytest.mark.parametrize("found", [Tally(killed_in_vain=1), Tally(left_hanging=1)])
def test_what_is_ended_though_it_only_stood_still_and_what_hangs_for_ever_break_a_bound(found: Tally) -> None:
    tally = judged()
    tally.add(found)
    assert not tally.holds


def test_calls_that_are_up_or_picked_up_while_a_pbx_is_frozen_may_be_silent_and_no_others() -> None:
    port, far = free_ports(1), ("127.0.0.1", free_ports(1))
    invite = f"INVITE sip:{AN}@x SIP/2.0\r\nCall-ID: %s\r\nCSeq: 1 INVITE\r\n\r\n"
    answer = "SIP/2.0 200 OK\r\nCall-ID: %s\r\nCSeq: 1 INVITE\r\n\r\n"
    bye = "BYE sip:x SIP/2.0\r\nCall-ID: %s\r\nCSeq: 2 BYE\r\n\r\n"
    with CountingWire(("127.0.0.5", port), far) as wire:

        def passes(words: str, call: str, *, from_us: bool) -> None:
            wire._note(5060, call.encode(), (words % call).encode(), from_us=from_us)

        def begins(call: str) -> None:
            passes(invite, call, from_us=True)
            passes(answer, call, from_us=False)

        begins("before")
        passes(bye, "before", from_us=True)
        begins("up")
        passes(invite, "rings", from_us=True)
        wire.freezes(5060)
        passes(answer, "rings", from_us=False)
        wire.goes_on(5060)
        assert wire.two_at_once == [AN], "it was up when they began to ring"
        begins("after")
        assert wire.cut_off(AN) == [False, True, True, False]
