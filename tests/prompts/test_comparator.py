"""What a telephone heard, judged against what was sent."""

import io
import random

import numpy as np
import numpy.typing as npt
import pytest
import soundfile

from prompts.audio import TELEPHONE_RATE, Audio
from prompts.comparator import FOUND, Hearing, compare

Samples = npt.NDArray[np.float32]
PACKET = TELEPHONE_RATE // 50
THOROUGH = pytest.mark.thorough


def seconds(count: float) -> int:
    return round(count * TELEPHONE_RATE)


def quiet(count: float) -> Samples:
    return np.zeros(seconds(count), np.float32)


def telephone(*parts: Samples, law: str = "ALAW") -> Audio:
    """As it comes out of a telephone line."""
    line = io.BytesIO()
    soundfile.write(line, np.concatenate(parts), TELEPHONE_RATE, format="WAV", subtype=law)
    samples, _ = soundfile.read(io.BytesIO(line.getvalue()), dtype="float32")
    return Audio(samples, TELEPHONE_RATE)


def slipped(samples: Samples, share: float, seed: int) -> Samples:
    """As a jitter buffer leaves it: this share of the packets doubled or dropped."""
    draw = random.Random(seed)
    packets = []
    for start in range(0, len(samples), PACKET):
        copies = draw.choices((0, 1, 2), (share / 2, 1 - share, share / 2))[0]
        packets += [samples[start : start + PACKET]] * copies
    return np.concatenate(packets)


@pytest.fixture(scope="module")
def message(burglary: Audio) -> Samples:
    return burglary.at(TELEPHONE_RATE).samples


@pytest.fixture(scope="module")
def other(other_burglary: Audio) -> Samples:
    return other_burglary.at(TELEPHONE_RATE).samples


def heard(burglary: Audio, *parts: Samples) -> Hearing:
    return compare(burglary, telephone(*parts))


@pytest.mark.parametrize("law", ["ALAW", "ULAW"])
def test_a_clean_call_is_heard_whole(burglary: Audio, message: Samples, law: str) -> None:
    hearing = compare(burglary, telephone(message, law=law))
    assert hearing.whole
    assert hearing.found == hearing.active > 100
    assert hearing.first_missing_s is None
    assert hearing.lowest > 0.98


@pytest.mark.parametrize("start", [0.0, 0.0001, 0.7, 3.333, 17.02])
def test_a_pass_is_found_wherever_it_begins(burglary: Audio, message: Samples, start: float) -> None:
    hearing = heard(burglary, quiet(start), message, quiet(0.5))
    assert hearing.whole
    assert hearing.offset_s == pytest.approx(start, abs=0.001)


def test_a_whole_pass_after_three_broken_ones_counts(burglary: Audio, message: Samples) -> None:
    hearing = heard(
        burglary, message[: seconds(3)], quiet(0.2), message[: seconds(5)], message[: seconds(9)], message
    )
    assert hearing.whole
    assert hearing.offset_s == pytest.approx(17.2, abs=0.001)


def test_the_first_of_two_whole_passes_is_enough(burglary: Audio, message: Samples) -> None:
    assert heard(burglary, message, quiet(0.35), message[: seconds(6)]).whole


def test_other_speech_before_and_after_does_no_harm(
    burglary: Audio, message: Samples, other: Samples
) -> None:
    assert heard(burglary, other, message, other[: seconds(4)]).whole


def test_a_soft_line_is_heard_whole(burglary: Audio, message: Samples) -> None:
    assert heard(burglary, message / np.float32(4)).whole


@pytest.mark.parametrize("seed", range(4))
def test_slips_of_a_jitter_buffer_do_no_harm(burglary: Audio, message: Samples, seed: int) -> None:
    assert heard(burglary, quiet(0.3), slipped(message, 0.01, seed)).whole


def test_the_first_second_missing_is_noticed(burglary: Audio, message: Samples) -> None:
    hearing = heard(burglary, message[seconds(1) :])
    assert not hearing.whole
    assert hearing.first_missing_s == 0
    assert hearing.offset_s == pytest.approx(-1, abs=0.001)
    assert hearing.found >= hearing.active - 6


def test_even_a_fifth_of_a_second_missing_at_the_start_is_noticed(burglary: Audio, message: Samples) -> None:
    assert not heard(burglary, message[seconds(0.2) :]).whole


def test_the_end_missing_is_noticed(burglary: Audio, message: Samples) -> None:
    hearing = heard(burglary, message[: -seconds(0.5)])
    assert not hearing.whole
    assert hearing.first_missing_s == pytest.approx(burglary.seconds - 0.7, abs=0.3)


@pytest.mark.parametrize("middle", [5.0, *(pytest.param(at, marks=THOROUGH) for at in (11.1, 14.7, 20.35))])
def test_a_hole_in_the_middle_is_noticed(burglary: Audio, message: Samples, middle: float) -> None:
    before, after = message[: seconds(middle)], message[seconds(middle + 0.6) :]
    lost = heard(burglary, before, after)
    silent = heard(burglary, before, quiet(0.6), after)
    assert not lost.whole
    assert not silent.whole
    assert silent.first_missing_s == pytest.approx(middle, abs=0.41)


def test_other_words_in_the_middle_are_noticed(burglary: Audio, message: Samples, other: Samples) -> None:
    spliced = (message[: seconds(9)], other[: seconds(0.6)], message[seconds(9.6) :])
    hearing = heard(burglary, *spliced)
    assert not hearing.whole
    assert hearing.lowest < FOUND - 0.1


def test_another_message_by_the_same_voice_is_another_message(burglary: Audio, other: Samples) -> None:
    hearing = heard(burglary, other, other)
    assert not hearing.whole
    assert hearing.found < 0.7 * hearing.active


def test_the_halves_in_the_wrong_order_are_no_message(burglary: Audio, message: Samples) -> None:
    half = len(message) // 2
    assert not heard(burglary, message[half:], message[:half]).whole


@pytest.mark.parametrize("between", [0.35, *(pytest.param(at, marks=THOROUGH) for at in (0.15, 2.0))])
def test_two_halves_from_two_passes_are_no_message(burglary: Audio, message: Samples, between: float) -> None:
    middle = slice(len(message) // 2 - seconds(1), len(message) // 2 + seconds(1))
    in_a_word = middle.start + int(np.argmax(np.abs(message[middle])))
    assert not heard(burglary, message[:in_a_word], quiet(between), message[in_a_word:]).whole


def test_the_end_of_one_pass_and_the_start_of_the_next_are_no_message(
    burglary: Audio, message: Samples
) -> None:
    assert not heard(burglary, message[seconds(2) :], quiet(0.35), message[: -seconds(2)]).whole


def test_silence_holds_nothing(burglary: Audio) -> None:
    hearing = heard(burglary, quiet(30))
    assert (hearing.whole, hearing.found, hearing.offset_s) == (False, 0, None)
    assert hearing.first_missing_s == 0


def test_noise_holds_nothing(burglary: Audio) -> None:
    noise = np.random.default_rng(4711).normal(0, 0.05, seconds(30)).astype(np.float32)
    assert heard(burglary, noise).found == 0


@pytest.mark.parametrize("length", [0.0, 0.01, 0.15])
def test_a_recording_that_hardly_began_holds_nothing(
    burglary: Audio, message: Samples, length: float
) -> None:
    assert heard(burglary, message[: seconds(length)]).found == 0


def test_a_short_sound_is_found_too(burglary: Audio, message: Samples) -> None:
    hello = Audio(message[seconds(1) : seconds(1.3)], TELEPHONE_RATE)
    assert compare(hello, telephone(quiet(1), hello.samples, quiet(1))).whole


def test_there_is_nothing_to_find_of_a_silent_message() -> None:
    with pytest.raises(ValueError, match="silent"):
        compare(Audio(quiet(5), TELEPHONE_RATE), telephone(quiet(5)))
