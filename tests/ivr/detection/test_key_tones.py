"""Keys that come as tones: all of them are found, and none in anything that somebody says."""

from collections.abc import Iterator

import numpy as np
import pytest
import soundfile

from ivr.detection.key_tones import key_tones
from prompts.audio import TELEPHONE_RATE, Audio, Samples
from prompts.catalogue import sentence, sentences_beginning
from prompts.espeak import EspeakVoice
from prompts.languages import LANGUAGES
from simulation.sound import sounds
from simulation.sound.studio import HUMANS
from tests.ivr.keypad import PITCHES, as_alaw, press, tones
from tests.pbx_fixtures import speech

ROOM = -60.0


def on_a_line(sound: Samples, *, noise: float = ROOM) -> Samples:
    """Between two seconds of a room, as it comes out of A-law."""
    quiet = np.zeros(TELEPHONE_RATE, np.float32)
    line = np.concatenate([quiet, sound, quiet])
    return as_alaw(line + sounds.noise(len(line) / TELEPHONE_RATE, noise, seed=5)[: len(line)])


def found(samples: Samples) -> str:
    return "".join(tone.digit for tone in key_tones(samples))


@pytest.mark.parametrize("digit", PITCHES)
@pytest.mark.parametrize("seconds", [0.06, 0.1, 0.25, 2.0])
@pytest.mark.parametrize("level", [-10.0, -15.0, -30.0])
def test_every_key_is_found_however_long_and_loud(digit: str, seconds: float, level: float) -> None:
    [tone] = key_tones(on_a_line(press(digit, seconds, level=level)))
    assert tone.digit == digit
    assert (tone.start, tone.end) == pytest.approx((1.0, 1.0 + seconds), abs=0.02)


@pytest.mark.parametrize("off", [0.99, 1.0, 1.01])
@pytest.mark.parametrize("twist", [-6.0, 0.0, 4.0])
def test_a_cheap_telephone_presses_them_too(off: float, twist: float) -> None:
    assert all(found(on_a_line(press(digit, 0.1, off=off, twist=twist))) == digit for digit in PITCHES)


def test_keys_that_are_typed_quickly_are_found_one_by_one() -> None:
    number = "014539601*#"
    typed = [part for digit in number for part in (press(digit, 0.07), sounds.silence(0.05))]
    assert found(on_a_line(np.concatenate(typed))) == number


@pytest.mark.parametrize("lost", [1, 2])
@pytest.mark.parametrize("digit", PITCHES)
def test_a_press_with_lost_packets_in_it_is_one_press(digit: str, lost: int) -> None:
    held = press(digit, 0.24)
    held[960 : 960 + lost * 160] = 0.0
    assert found(on_a_line(held)) == digit


def test_a_key_that_is_pressed_twice_is_two_presses() -> None:
    twice = np.concatenate([press("0", 0.1), sounds.silence(0.12), press("0", 0.1)])
    assert found(on_a_line(twice)) == "00"


def test_a_key_is_found_over_the_echo_of_our_own_message() -> None:
    message = speech("Er is ingebroken in de Kerkstraat. Blijf binnen en bel honderd en een.")
    echo = message.at(TELEPHONE_RATE).samples
    for digit in PITCHES:
        line = on_a_line(press(digit, 0.2, level=-12.0)) * 1.0
        line += 10 ** (-15 / 20) * np.resize(echo, len(line))
        assert found(as_alaw(line)) == digit


OTHERS = {
    "too short": press("1", 0.03),
    "a row": tones((697.0,), 0.5),
    "a column": tones((1209.0,), 0.5),
    "A, which no telephone has": tones((697.0, 1633.0), 0.5),
    "ringing": tones((425.0,), 1.0),
    "ringing in America": tones((440.0, 480.0), 1.0),
    "dial tone": tones((350.0, 440.0), 1.0),
    "engaged": tones((480.0, 620.0), 0.5),
    "a fax calls": tones((1100.0,), 0.5),
    "a beep": tones((1000.0,), 0.5),
    "a chord": tones((697.0, 770.0, 1209.0), 0.3),
    "out of tune": press("1", 0.3, off=1.035),
    "uneven": press("1", 0.3, twist=12.0),
    "far away": press("1", 0.3, level=-50.0),
    "noise": sounds.noise(3.0, -15.0, seed=2),
    "music": sounds.music(10.0, -15.0, seed=4),
    "nothing": sounds.silence(3.0),
    "hardly anything": np.zeros(10, np.float32),
}


@pytest.mark.parametrize("name", OTHERS)
def test_no_other_sound_is_a_key(name: str) -> None:
    assert found(on_a_line(OTHERS[name])) == ""
    assert found(OTHERS[name]) == ""


@pytest.mark.thorough
async def test_no_voice_of_ours_presses_a_key() -> None:
    """What we say comes back from who answers with a speakerphone, and a greeting may be spoken likewise."""
    voice = EspeakVoice()
    for language in LANGUAGES:
        for key in sentences_beginning("report_", "police_n", "leave_s"):
            said = await voice.speak(sentence(key, language), language)
            assert found(as_alaw(said.at(TELEPHONE_RATE).samples)) == "", (key, language)


@pytest.mark.thorough
def test_nobody_who_was_recorded_presses_a_key() -> None:
    """Debian's prompts, which `scripts/bootstrap voices` fetches."""
    heard = {name: found(samples) for name, samples in recorded()}
    assert len(heard) > 500
    assert {name: keys for name, keys in heard.items() if keys} == {}


def recorded() -> Iterator[tuple[str, Samples]]:
    for file in sorted(HUMANS.rglob("*.wav")):
        samples, rate = soundfile.read(file, dtype="float32", always_2d=True)
        yield file.name, Audio(np.ascontiguousarray(samples[:, 0]), rate).at(TELEPHONE_RATE).samples
