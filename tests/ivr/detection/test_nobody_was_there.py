"""Sound that is nobody's word: from before the answer, or ringback after it; and passes that never left."""

import asyncio
from pathlib import Path

import numpy as np
import pytest

from broadcast.states import Outcome
from ivr.call.channel import Packets
from ivr.call.values import Sound
from ivr.detection.fact_recorder import TALK_ENDS_AFTER
from ivr.detection.facts import HeardSounds, Talk, rings
from ivr.detection.far_end import FarEnd
from ivr.detection.hearing import hear
from ivr.scripts.alert_call import Alert
from prompts.audio import Samples
from simulation.sound import sounds
from tests.fakes.ari_call import FakeCall
from tests.fakes.phone import answered
from tests.in_no_time import in_no_time
from tests.ivr.conftest import LineDesk
from tests.ivr.told import NEVER, Times, call
from tests.support.people import phone

FROM_THE_ANSWER = [(0.1, 10.1), (11.1, 21.1)]
MESSAGE = Sound(Path("/sounds/inbraak"), 8.0)
ALERT = Alert(MESSAGE, Sound(Path("/sounds/dank"), 1.5), Sound(Path("/sounds/sure"), 2.0), pause=1.0)


def ringing(first: float, times: int, *, off: float = 3.0) -> list[tuple[float, float]]:
    return [(first + n * (1.0 + off), first + n * (1.0 + off) + 1.0) for n in range(times)]


# From before the answer


@pytest.mark.parametrize("end", [-0.4, 0.0, 0.6, 1.2])
def test_what_rang_or_was_announced_before_the_answer_is_no_talk(end: float) -> None:
    line = call(talks=[(end - 3.0, end)], passes=FROM_THE_ANSWER)
    assert line.facts.talks == []
    assert line.outcome() is Outcome.SILENT


def test_no_hallo_is_over_before_the_answer() -> None:
    line = FarEnd()
    line.recorder.talk_ended(TALK_ENDS_AFTER - 0.05, 0.2)
    assert line.facts.talks == []


def test_a_hallo_may_overtake_the_news_of_the_answer() -> None:
    line = call(talks=[(-0.15, 0.5)], passes=FROM_THE_ANSWER)
    [talk] = line.facts.talks
    assert (talk.start, talk.end) == pytest.approx((0.0, 0.5))
    assert line.outcome() is Outcome.HEARD


def test_an_announcement_that_goes_on_long_after_the_answer_is_talk() -> None:
    box = call(talks=[(-2.0, 6.0)], cut=[(0.1, 7.8)], passes=[(7.8, 17.8)])
    [talk] = box.facts.talks
    assert (talk.start, talk.end) == pytest.approx((0.0, 6.0))


# Ringback after it


def heard(talks: Times, pitch: float, seconds: float = 30.0) -> HeardSounds:
    """As it is found in the sound of a call on which it rang at these times, listened to from then on."""
    line: Samples = sounds.noise(seconds, -70.0, seed=1)
    for start, end in talks:
        at, rang = round(start * 8000), sounds.tone(pitch, end - start, -15.0)
        line[at : at + len(rang)] += rang
    began = talks[0][0] + 0.1
    return hear(line[round(began * 8000) :], began, [Talk(*one) for one in talks], [], sounds.silence(1.0))


@pytest.mark.parametrize("off", [3.0, 4.0])
@pytest.mark.parametrize("pitch", [425.0, 440.0])
def test_a_line_that_rings_on_is_nobody(off: float, pitch: float) -> None:
    times = ringing(1.0, 5, off=off)
    line = call(talks=times, passes=FROM_THE_ANSWER, sounds=heard(times, pitch))
    assert [ring.start for ring in rings(line.facts)] == [start for start, _ in times]
    assert line.judgement.who == "silent"
    assert line.outcome() is Outcome.PARTIAL, "nobody heard a pass over which it rang"


@pytest.mark.parametrize("pitch", [425.0, 440.0])
def test_a_call_that_is_answered_into_a_ring_is_a_silent_one(pitch: float) -> None:
    times = [(0.02, 0.9)]
    line = call(talks=times, passes=FROM_THE_ANSWER, left=22.0, sounds=heard(times, pitch))
    assert line.outcome() is Outcome.SILENT


def test_a_hole_in_a_ring_makes_nobody_of_it() -> None:
    times = ringing(1.0, 3)
    torn = HeardSounds(30.0, rings=[(1.3, 2.0), (5.1, 5.5), (9.0, 10.0)])
    assert len(rings(call(talks=times, passes=FROM_THE_ANSWER, sounds=torn).facts)) == 3


def test_a_hallo_in_the_rhythm_of_ringing_is_none() -> None:
    *rang, hallo = ringing(1.0, 3)
    spoken = HeardSounds(30.0, rings=rang, level=-20, range=30, floor=-60)
    line = call(talks=[*rang, hallo], passes=[(11, 21)], sounds=spoken)
    assert [ring.start for ring in rings(line.facts)] == [start for start, _ in rang]
    assert line.judgement.who == "person"


@pytest.mark.parametrize("left", [None, 17.5])
def test_a_hallo_after_it_rang_is_somebody_who_hears_what_comes_then(left: float | None) -> None:
    times = ringing(1.0, 2)
    talks = [*times, (6.6, 7.2)]
    line = call(talks=talks, cut=[(0.1, 7.0)], passes=[(7.3, 16.3)], left=left, sounds=heard(times, 425.0))
    assert line.outcome() is Outcome.HEARD


def test_a_greeting_after_it_rang_is_a_box() -> None:
    times = [(0.02, 0.8)]
    talks = [*times, (2.0, 8.0)]
    box = call(talks=talks, cut=[(0.1, 9.8)], passes=[(9.8, 19.8)], sounds=heard(times, 425.0))
    assert box.outcome() is Outcome.VOICEMAIL


def test_without_its_sound_it_is_told_by_three_in_a_row() -> None:
    assert len(rings(call(talks=ringing(1.0, 5), passes=[(0.1, 20)]).facts)) == 5
    assert rings(call(talks=ringing(1.0, 2), passes=[(0.1, 20)]).facts) == []


def test_what_somebody_says_in_the_rhythm_of_ringing_is_no_ringback() -> None:
    times = ringing(1.0, 4)
    spoken = HeardSounds(30.0, level=-20, range=30, floor=-60)
    assert rings(call(talks=times, passes=[(0.1, 20)], sounds=spoken).facts) == []


def test_a_beep_of_the_same_pitch_after_a_greeting_is_a_beep() -> None:
    beep = [(6.5, 7.3)]
    box = call(
        talks=[(0.5, 5.5), *beep],
        cut=[(0.1, 9.1)],
        passes=[(9.1, 19.1)],
        sounds=HeardSounds(20.0, beeps=beep, rings=beep, level=-20, range=30, floor=-64),
    )
    assert rings(box.facts) == []
    assert box.judgement.reason == "a beep after its greeting"


def test_ringback_is_no_part_of_how_loud_somebody_is() -> None:
    times = ringing(0.5, 2)
    assert heard(times, 425.0).level is None or (heard(times, 425.0).level or 0.0) < -40.0
    assert np.isclose(heard(times, 425.0).rings[1], (4.5, 5.5), atol=0.05).all()


# Packets


@in_no_time
async def test_a_pass_of_which_no_packet_left_is_none() -> None:
    async with answered(ALERT) as them:
        them.packets_counted = Packets(sent=0, received=900)
        await them.says(0.6)
        await them.listens(60)
    assert them.call.far_end.outcome() is Outcome.PARTIAL


@in_no_time
async def test_packets_are_asked_for_once_when_they_leave() -> None:
    async with answered(ALERT) as them:
        await them.says(0.6)
        await them.listens(9)
        assert them.call.far_end.facts.received == 10_000
        them.packets_counted = Packets(sent=0, received=0)
        await them.listens(30)
    assert them.call.far_end.outcome() is Outcome.HEARD


async def test_who_cannot_be_heard_is_not_said_to_have_heard_it(line_desk: LineDesk) -> None:
    """The link to the PBX broke meanwhile, so that talk may have gone unheard; but no packet ever came."""
    order = line_desk.order(phone(15))

    async def leaves_when_it_is_over(call: FakeCall) -> None:
        call.packets = lambda: 0
        call.pick_up()
        await line_desk.is_cut_off()
        await line_desk.is_back()
        await call.sound_ends()
        await asyncio.sleep(0.3)
        call.put_down()

    line_desk.ari.phones[order.number] = leaves_when_it_is_over
    assert (await line_desk.calls(order)).outcome is Outcome.SILENT


def test_a_greeting_that_never_ends_is_still_no_ringback() -> None:
    assert rings(call(talks=[(0.5, NEVER)], passes=FROM_THE_ANSWER).facts) == []
