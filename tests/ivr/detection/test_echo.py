"""Lines that send our own voice back, loud and soft, near and far; a pass lasts ten seconds."""

import pytest

from ivr.detection.far_end import FarEnd
from ivr.detection.judgement import Who
from tests.ivr.told import call, says, spoken


@pytest.mark.parametrize("delay", [0.05, 0.2, 0.4, 0.55])
def test_a_loud_echo_of_whole_passes_is_our_own_voice(delay: float) -> None:
    passes = [(0.1, 10.1), (11.1, 21.1)]
    echoing = call(talks=[(start + delay, end + delay) for start, end in passes], passes=passes)
    assert echoing.judgement.who is Who.SILENT
    assert echoing.is_done
    assert not echoing.talked_long


def test_an_echo_of_loud_syllables_only_restarts_three_times_at_the_most() -> None:
    """They come back at the same places of the message, each time it is begun."""
    line, decisions, now = FarEnd(), [], 0.1
    for _ in range(6):
        line.recorder.pass_started(now)
        decisions.append(says(line, now + 0.32, now + 2.2))
        now += 2.8
        line.recorder.pass_ended(now, whole=False)
        if not decisions[-1]:
            break
    assert sum(decisions) <= 3
    spoken(line, now, now + 10)
    spoken(line, now + 11, now + 21)
    assert line.is_done
    assert line.judgement.who is Who.SILENT


def test_an_echo_that_was_one_stretch_in_one_pass_and_two_in_the_other_ends_the_call_after_two() -> None:
    """As it was heard on a real call, 19 dB down and 338 ms late."""
    first = [(0.73, 7.25), (8.19, 10.11), (10.93, 12.49), (13.13, 13.57), (14.37, 20.1)]
    second = [(21.85, 31.23), (32.05, 33.6), (34.25, 34.54), (35.49, 41.23)]
    echoing = call(talks=[*first, *second], passes=[(0.0, 20.12), (21.12, 41.24)])
    assert echoing.is_done
    assert echoing.judgement.who is Who.SILENT


def test_who_puts_the_phone_down_on_an_echoing_line_is_a_person() -> None:
    assert call(talks=[(0.3, 10.3)], passes=[(0.1, 10.1)], left=11.5).judgement.who is Who.PERSON


def test_the_pauses_of_a_greeting_are_no_echo_though_the_message_starts_again_at_each() -> None:
    box, now = FarEnd(), 0.1
    for pause, phrase in ((0.9, 2.0), (1.4, 2.5), (0.7, 3.1), (1.1, 2.2), (1.9, 2.8)):
        spoken(box, now, now + pause + phrase, whole=False)
        says(box, now + pause - 0.6, now + pause - 0.6 + phrase)
        now += pause + phrase
    assert box.judgement.who is Who.MACHINE
    assert box.talked_long
