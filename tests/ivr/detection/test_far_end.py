"""What is done, told from timing: people, boxes, and events late, double or missing."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadcast.results.results import Evidence
from broadcast.states import Outcome
from ivr.detection.fact_recorder import TALK_ENDS_AFTER
from ivr.detection.far_end import FarEnd
from tests.ivr.told import NEVER, SETTLED, Times, call, says, spoken

PASS = 10.0
"""Seconds that one pass of these tests lasts."""
HALLO = (0.3, 1.2)
GREETING = (0.5, 6.0)


@pytest.mark.parametrize(
    ("talks", "is_long"),
    [
        ([HALLO], False),
        ([(0.0, 1.4)], True),
        ([(0.3, 0.9), (2.0, 2.4)], True),
        ([], False),
    ],
)
def test_a_persons_greeting_is_short_and_a_boxs_is_long(talks: Times, is_long: bool) -> None:
    assert call(talks=talks).talked_long is is_long


def test_the_message_starts_again_whenever_a_long_talker_has_fallen_quiet() -> None:
    box = FarEnd()
    assert says(box, 0.5, 4.0)
    assert says(box, 6.0, 6.5), "its beep"


def test_it_does_not_start_again_in_a_short_pause_of_a_greeting() -> None:
    box = FarEnd()
    box.recorder.talk_started(0.5)
    box.recorder.talk_ended(4.0 + TALK_ENDS_AFTER, 3.5)
    box.recorder.talk_started(4.9)
    assert not box.start_again(4.0 + SETTLED)


def test_a_pass_that_has_just_begun_does_not_begin_anew() -> None:
    box = FarEnd()
    box.recorder.pass_started(0.1)
    box.recorder.talk_started(0.5)
    box.recorder.pass_ended(10.1, whole=True)
    box.recorder.talk_ended(9.3 + TALK_ENDS_AFTER, 8.8)
    box.recorder.pass_started(11.1)
    assert not box.start_again(9.3 + SETTLED + 0.02)


def test_a_person_who_says_hallo_is_not_started_again_on() -> None:
    assert not says(FarEnd(), 0.5, 1.4)


def test_a_box_that_says_it_is_full_has_the_message_and_the_call_ends_with_the_pass() -> None:
    box = FarEnd()
    says(box, 0.5, 6.0)
    spoken(box, 7.8, 17.8)
    box.recorder.pass_started(18.8)
    assert not says(box, 19.0, 21.0)
    assert not box.is_done
    box.recorder.pass_ended(28.8, whole=True)
    assert box.is_done


def test_who_asks_something_after_the_message_is_told_it_to_its_end() -> None:
    person = FarEnd()
    says(person, 0.5, 1.4)
    spoken(person, 0, 10)
    assert not says(person, 10.5, 13.0)
    assert not person.is_done


def test_after_three_restarts_only_a_certain_end_starts_it_once_more() -> None:
    noise, decisions = FarEnd(), []
    for n in range(5):
        noise.recorder.pass_started(5.0 * n)
        decisions.append(says(noise, 5.0 * n + 0.2 * n, 5.0 * n + 0.2 * n + 1.9 + 0.3 * n))
        if n < 3:
            noise.recorder.pass_ended(5.0 * n + 4.9, whole=False)
    assert decisions == [True, True, True, False, False]
    assert noise.start_again(23.9 + noise.thresholds.certain)
    noise.recorder.pass_ended(29.2, whole=False)
    noise.recorder.pass_started(29.2)
    assert not says(noise, 30.0, 33.0)
    assert not noise.start_again(33.0 + noise.thresholds.certain)


def test_a_whole_pass_that_was_talked_over_lets_it_start_again_as_often() -> None:
    box = FarEnd()
    for n in range(3):
        box.recorder.pass_started(5.0 * n)
        assert says(box, 5.0 * n + 0.2 * n, 5.0 * n + 0.2 * n + 1.9 + 0.3 * n)
        box.recorder.pass_ended(5.0 * n + 4.9, whole=False)
    box.recorder.pass_started(15.0)
    assert not says(box, 16.0, 22.0)
    box.recorder.pass_ended(25.0, whole=True)
    assert says(box, 25.5, 26.5)


def test_a_key_ends_the_restarts() -> None:
    person = FarEnd()
    person.recorder.talk_started(0)
    person.recorder.key("5", 3.0)
    person.recorder.talk_ended(4.0, 3.4)
    assert not person.start_again(3.4 + person.thresholds.certain)


@pytest.mark.parametrize("end_is_lost", [False, True])
def test_events_that_come_twice_count_once(end_is_lost: bool) -> None:
    once, twice = FarEnd(), FarEnd()
    for far_end, times in ((once, 1), (twice, 2)):
        for _ in range(times):
            far_end.recorder.talk_started(1.0)
        for _ in range(times):
            far_end.recorder.talk_ended(4.0, 2.4)
        far_end.recorder.pass_started(0.1)
        settled = 4.0 - TALK_ENDS_AFTER + SETTLED
        assert far_end.start_again(settled)
        far_end.recorder.pass_ended(settled, whole=False)
        far_end.recorder.pass_started(settled)
        assert not far_end.start_again(settled)
        for _ in range(times):
            far_end.recorder.talk_started(6.0)
        if not end_is_lost:
            for _ in range(times):
                far_end.recorder.talk_ended(7.0, 0.4)
    assert once.evidence() == twice.evidence()


def test_talk_that_began_before_the_answer_is_known_from_its_end() -> None:
    box = FarEnd()
    box.recorder.pass_started(0.1)
    box.recorder.talk_ended(6.6, 9.0)
    assert [(talk.start, talk.end) for talk in box.facts.talks] == [(0.0, 6.0)]
    assert box.start_again(6.0 + SETTLED)


def test_an_end_that_is_dated_before_its_beginning_is_talk_of_no_length() -> None:
    far_end = FarEnd()
    far_end.recorder.talk_started(5.0)
    far_end.recorder.talk_ended(4.0, 0.0)
    assert [(talk.start, talk.end) for talk in far_end.facts.talks] == [(5.0, 5.0)]


def test_without_any_talk_nothing_starts_again() -> None:
    assert not FarEnd().start_again(10.0)


def test_two_undisturbed_passes_are_enough_and_one_is_not() -> None:
    assert not call(passes=[(0, 10)]).is_done
    assert call(passes=[(0, 10), (11, 21)]).is_done
    assert call(talks=[HALLO], passes=[(0, 10), (11, 21)]).is_done
    assert not call(talks=[(0.7, 12)], cut=[(11, 13.6)], passes=[(0, 10), (13.6, 23.6)]).is_done


def test_an_undisturbed_pass_that_began_in_long_quiet_stands_for_two() -> None:
    started_late = GREETING[1] + FarEnd().thresholds.certain
    assert call(talks=[GREETING], passes=[(started_late, 16)]).is_done
    three = call(talks=[GREETING], passes=[(started_late, 16)])
    three.passes_wanted = 3
    assert not three.is_done
    assert not call(talks=[GREETING], passes=[(started_late, 16)], keys="2").is_done
    assert not call(talks=[GREETING], passes=[(started_late - 1, 16)]).is_done
    spoke_again = [GREETING, (GREETING[1] + 7, GREETING[1] + 9)]
    late = spoke_again[-1][1] + FarEnd().thresholds.certain
    assert not call(talks=spoke_again, passes=[(late, late + 10)]).is_done
    assert not call(talks=[GREETING, (12, 14)], passes=[(started_late, 21)]).is_done


def test_a_beep_after_a_short_greeting_disturbs_the_pass_that_it_falls_into() -> None:
    short = [(0.3, 1.2), (7.2, 7.7)]
    assert not call(talks=short, passes=[(0, 6), (7, 13)]).is_done
    assert call(talks=short, passes=[(0, 6), (7, 13), (14, 20)]).is_done


def test_sound_that_never_ends_is_no_greeting_after_a_minute() -> None:
    passes = [(11.0 * n, 11.0 * n + 10) for n in range(6)]
    assert not call(talks=[(0.5, NEVER)], passes=passes[:5]).is_done
    assert call(talks=[(0.5, NEVER)], passes=passes).is_done


def test_a_greeting_of_nearly_a_minute_still_gets_two_whole_passes_after_it() -> None:
    before = [(0, 20), (21, 41)]
    assert not call(talks=[(0.5, 55)], passes=[*before, (56.6, 76.6)], cut=[(42, 56.6)]).is_done


def test_on_a_network_that_sends_nothing_in_silence_the_message_starts_again_when_packets_stop() -> None:
    box = FarEnd()
    box.recorder.talk_started(0.5)
    for n, count in enumerate([25, 45, 65, 85, 100, 100, 100], start=1):
        box.recorder.packets(count, 0.5 + 0.4 * n)
    assert box.facts.talks[0].end == pytest.approx(2.4, abs=0.1)
    assert box.start_again(2.5 + SETTLED)
    assert box.wants_packets


def test_a_hole_in_the_packets_is_no_silence_on_a_network_whose_ends_the_pbx_tells() -> None:
    box = FarEnd()
    box.recorder.talk_started(0.5)
    for n, count in enumerate([25, 45, 65, 85, 100, 100, 100], start=1):
        box.recorder.packets(count, 0.5 + 0.4 * n)
    assert box.facts.is_coarse
    box.recorder.talk_ended(4.0 + TALK_ENDS_AFTER, 3.5)
    [talk] = box.facts.talks
    assert (talk.start, talk.end) == pytest.approx((0.5, 4.0))
    assert not box.wants_packets


def test_packets_are_counted_while_talk_goes_on() -> None:
    person = FarEnd()
    assert not person.wants_packets
    person.recorder.talk_started(0.5)
    assert person.wants_packets
    person.recorder.talk_ended(1.8, 0.7)
    assert not person.wants_packets


def test_a_network_that_reports_one_end_and_not_the_next_is_counted_on() -> None:
    box = FarEnd()
    says(box, 0.5, 2.4)
    box.recorder.talk_started(4.2)
    for n, count in enumerate([100, 120, 140, 150, 150, 150, 150], start=1):
        box.recorder.packets(count, 5.2 + 0.4 * n)
    assert box.facts.talks[-1].end == pytest.approx(6.4, abs=0.3)


def test_the_evidence_tells_times_and_who_it_was_but_never_which_keys() -> None:
    far_end = call(talks=[(0.333, 1.2), (5.5, NEVER)], passes=[(0, 10)], cut=[(11, 12.5)], keys="471")
    assert far_end.evidence() == {
        "talk": [[0.33, 1.2], [5.5, None]],
        "passes": [[0, 10, True], [11, 12.5, False]],
        "keys": [5.0, 5.0, 5.0],
        "left": None,
        "held": [],
        "ringback": [],
        "echo": 0,
        "judgement": "person",
        "reason": "a key was pressed",
        "sounds": None,
    }


def test_who_shows_the_evidence_can_read_it() -> None:
    far_end = call(talks=[(0.3, 1.2)], passes=[(0, 10)], cut=[(11, 12.5)], keys="1")
    read = msgspec.convert(msgspec.json.decode(msgspec.json.encode(far_end.evidence())), Evidence)
    assert (read.passes, read.keys, read.judgement) == ([(0, 10, True), (11, 12.5, False)], [5.0], "person")


@given(
    st.lists(
        st.tuples(st.sampled_from(["starts", "ends", "whole", "cut", "key", "left"]), st.floats(0.0, 90.0)),
        max_size=60,
    )
)
def test_no_order_of_events_makes_it_restart_for_ever_or_claim_what_was_not_played(
    events: list[tuple[str, float]],
) -> None:
    far_end = FarEnd()
    in_a_row = 0
    for kind, at in events:
        match kind:
            case "starts":
                far_end.recorder.talk_started(at)
            case "ends":
                far_end.recorder.talk_ended(at + TALK_ENDS_AFTER, 1.0)
                in_a_row += far_end.start_again(at + far_end.thresholds.certain)
            case "key":
                far_end.recorder.key("5", at)
            case "left":
                far_end.recorder.left(at)
            case _:
                spoken(far_end, at, at + PASS, whole=kind == "whole")
                in_a_row = 0 if kind == "whole" else in_a_row
        assert in_a_row <= 4
    if not any(kind == "whole" for kind, _ in events):
        assert far_end.outcome() in {Outcome.PARTIAL, Outcome.VOICEMAIL_PARTIAL, Outcome.SCREENED}
        assert not far_end.is_done
