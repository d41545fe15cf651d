"""What a recording of the called side tells: first sound, longest silence, and whether the pass is in it."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from bench.voicemail.measures import (
    NOTHING,
    CallFiles,
    ends_of_sound,
    listen_to_all,
    longest_silence,
    measure,
)
from prompts.audio import TELEPHONE_RATE, Audio, Samples

RANDOM = np.random.default_rng(3)


def quiet(seconds: float) -> Samples:
    return np.zeros(round(seconds * TELEPHONE_RATE), np.float32)


def voice(seconds: float, loudness: float = 0.1) -> Samples:
    """Noise, which like speech is nowhere the same twice."""
    return (loudness * RANDOM.standard_normal(round(seconds * TELEPHONE_RATE))).astype(np.float32)


def recorded(*parts: Samples) -> Audio:
    return Audio(np.concatenate(parts), TELEPHONE_RATE)


PASS = recorded(voice(1.0), quiet(0.3), voice(1.0))


def test_the_first_sound_is_counted_from_the_answer_and_the_last_one_ends_with_its_packet() -> None:
    first, last = ends_of_sound(recorded(quiet(0.14), voice(1.0), quiet(2.0)))
    assert first == pytest.approx(0.14)
    assert last == pytest.approx(1.14)


def test_where_nothing_was_heard_there_is_no_first_sound_and_no_silence_between_sounds() -> None:
    assert ends_of_sound(recorded(quiet(3.0))) == (None, None)
    assert longest_silence(recorded(quiet(3.0))) == 0.0


def test_an_empty_recording_is_a_silent_one() -> None:
    assert ends_of_sound(recorded(quiet(0.0))) == (None, None)


def test_the_silence_before_the_first_sound_and_after_the_last_is_none_of_ours() -> None:
    heard = recorded(quiet(5.0), voice(1.0), quiet(0.4), voice(1.0), quiet(1.1), voice(0.5), quiet(9.0))
    assert longest_silence(heard) == pytest.approx(1.1)


def test_speech_without_a_gap_has_no_silence() -> None:
    assert longest_silence(recorded(voice(2.0))) == 0.0


def test_what_a_codec_makes_of_silence_is_silence() -> None:
    heard = recorded(voice(1.0), voice(1.0, loudness=0.0002), voice(1.0))
    assert longest_silence(heard) == pytest.approx(1.0)


def test_soft_speech_is_sound() -> None:
    heard = recorded(voice(1.0), voice(1.0, loudness=0.005), voice(1.0))
    assert longest_silence(heard) == 0.0


def test_a_box_is_held_against_what_it_kept_and_not_against_what_it_heard() -> None:
    heard = recorded(PASS.samples, quiet(1.0), PASS.samples)
    cut = Audio(PASS.samples[: TELEPHONE_RATE // 2], TELEPHONE_RATE)
    assert measure(PASS, heard, heard).whole
    assert not measure(PASS, heard, cut).whole


async def test_recordings_are_listened_to_in_the_order_of_the_calls(tmp_path: Path) -> None:
    whole = written(tmp_path / "whole.wav", recorded(quiet(0.2), PASS.samples))
    half = written(tmp_path / "half.wav", Audio(PASS.samples[:8_000], TELEPHONE_RATE))
    missing = tmp_path / "missing.wav"
    calls = [CallFiles(whole, whole), CallFiles(half, half), CallFiles(whole, missing)]
    calls.append(CallFiles(missing, missing))
    measures = await listen_to_all(PASS, calls)
    assert [one.whole for one in measures] == [True, False, False, False]
    assert measures[2].first_sound == pytest.approx(0.2)
    assert measures[3] == NOTHING


def written(path: Path, audio: Audio) -> Path:
    soundfile.write(path, audio.samples, audio.rate, subtype="PCM_16")
    return path
