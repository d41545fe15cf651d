"""What is told from the sound of a call: beeps, levels, and our own voice."""

import asyncio

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivr.detection.facts import STILL, SpokenPass, Talk
from ivr.detection.hearing import SHORTEST_BEEP, beeps, hear
from prompts.audio import TELEPHONE_RATE, Samples
from prompts.espeak import EspeakVoice
from prompts.passes import render_sentence
from simulation.sound import sounds

NO_MESSAGE = sounds.silence(20)


@pytest.fixture(scope="module")
def speech() -> Samples:
    text = "Goedendag, u spreekt met het antwoordapparaat van de familie Peeters, wij zijn er nu niet."
    return asyncio.run(render_sentence(EspeakVoice(), text, "nl")).at(TELEPHONE_RATE).samples


@given(
    hertz=st.floats(425, 2000),
    seconds=st.floats(0.12, 1.0),
    level=st.floats(-30, -8),
    quiet=st.floats(0.1, 3.0),
)
def test_a_beep_is_found_where_it_is(hertz: float, seconds: float, level: float, quiet: float) -> None:
    line = sounds.noise(quiet + 2, -60, seed=1)
    beep = sounds.tone(hertz, seconds, level)
    first = round(quiet * TELEPHONE_RATE)
    line[first : first + len(beep)] += beep
    [(start, end)] = beeps(line)
    assert start == pytest.approx(quiet, abs=0.04)
    assert end - start == pytest.approx(seconds, abs=0.06)


def test_speech_music_and_noise_do_not_beep(speech: Samples) -> None:
    assert beeps(speech) == []
    assert beeps(sounds.music(10, -20, seed=3)) == []
    assert beeps(sounds.street(10, -25, seed=3)) == []


def test_a_tone_that_is_too_short_or_goes_on_is_no_beep() -> None:
    assert beeps(_line(sounds.tone(1000, SHORTEST_BEEP / 2, -15))) == []
    assert beeps(_line(sounds.tone(1000, 3.0, -15))) == []


def test_a_greeting_is_told_from_its_beep(speech: Samples) -> None:
    greeting = sounds.joined([speech, sounds.silence(0.5), sounds.tone(1400, 0.4, -16)])
    [(start, end)] = beeps(greeting)
    assert start == pytest.approx(len(speech) / TELEPHONE_RATE + 0.5, abs=0.05)
    assert end == pytest.approx(len(greeting) / TELEPHONE_RATE, abs=0.05)


@pytest.mark.parametrize("level", [-65.0, -50.0])
def test_what_is_around_the_words_is_told_apart_from_them(speech: Samples, level: float) -> None:
    seconds = len(speech) / TELEPHONE_RATE
    room = sounds.noise(seconds + 4, level, seed=5)
    room[2 * TELEPHONE_RATE :][: len(speech)] += sounds.at_level(speech, -20)
    heard = hear(room, 10.0, [Talk(12.0, 12.0 + seconds)], [], NO_MESSAGE)
    assert heard.until == pytest.approx(14 + seconds, abs=0.01)
    assert heard.floor == pytest.approx(level, abs=2)
    assert heard.level == pytest.approx(-20, abs=3)


def test_silence_of_a_line_stands_still_also_when_it_is_not_zero(speech: Samples) -> None:
    for silence in (0.0, 8 / 32768):  # A-law has no zero
        line = sounds.joined([speech, sounds.silence(2) + np.float32(silence)])
        heard = hear(line, 0.0, [Talk(0.0, len(speech) / TELEPHONE_RATE)], [], NO_MESSAGE)
        assert heard.floor == STILL


def test_a_voice_goes_up_and_down_and_a_street_does_not(speech: Samples) -> None:
    voice = hear(speech, 0.0, [Talk(0.0)], [], NO_MESSAGE)
    street = hear(sounds.street(8, -25, seed=2), 0.0, [Talk(0.0)], [], NO_MESSAGE)
    assert voice.range is not None
    assert street.range is not None
    assert voice.range > 20
    assert street.range < 11


@pytest.mark.parametrize(("db", "ms"), [(0, 400), (-12, 10), (-22, 150)])
def test_our_own_voice_is_known_again(speech: Samples, db: float, ms: float) -> None:
    """The second pass begins after the recording does, the first began before it."""
    seconds = len(speech) / TELEPHONE_RATE
    passes = [SpokenPass(0.0, seconds, True), SpokenPass(seconds + 1, None)]
    sent = sounds.joined([speech, sounds.silence(1), speech])
    echo = np.float32(10 ** (db / 20)) * sounds.joined([sounds.silence(ms / 1000), sent])
    began = 0.7
    heard = hear(echo[round(began * TELEPHONE_RATE) :], began, [Talk(began)], passes, speech)
    assert heard.alike > 0.9


def test_somebody_else_is_not_taken_for_our_voice(speech: Samples) -> None:
    heard = hear(speech[::-1].copy(), 0.0, [Talk(0.0)], [SpokenPass(0.0)], speech)
    assert heard.alike < 0.15


def test_of_nothing_nothing_is_told() -> None:
    heard = hear(sounds.silence(0), 3.0, [Talk(2.9)], [SpokenPass(0.0)], NO_MESSAGE)
    assert heard.until == 3.0
    assert (heard.beeps, heard.level, heard.floor, heard.range, heard.alike) == ((), None, None, None, 0.0)


def _line(said: Samples) -> Samples:
    return sounds.joined([sounds.silence(0.5), said, sounds.silence(0.5)])
