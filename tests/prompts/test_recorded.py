"""What an officer says into a telephone becomes a message: only the words, loud enough, whatever the room."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from prompts.audio import PAUSE, SPEECH_LEVEL, TELEPHONE_RATE, Audio
from prompts.comparator import compare
from prompts.errors import AudioUnreadable, MessageEmpty
from prompts.recorded import cleaned, read_recording

BEFORE, AFTER = 1.0, 1.5
"""Seconds in which nobody speaks."""
MOST = 0.9
"""Of the words: beside a street some of them are hard to find again."""


def recorded(words: Audio, *, level: float, room: float, clicks: bool = False) -> Audio:
    """These words as a telephone records them: how loud, in how noisy a room, with a receiver that clicks."""
    spoken = words.at(TELEPHONE_RATE)
    said = spoken.samples * 10 ** ((level - spoken.level) / 20)
    quiet = [np.zeros(round(seconds * TELEPHONE_RATE)) for seconds in (BEFORE, AFTER)]
    samples = np.concatenate([quiet[0], said, quiet[1]])
    samples += np.random.default_rng(7).normal(0, 10 ** (room / 20), len(samples))
    if clicks:
        for at in (0.3, len(samples) / TELEPHONE_RATE - 0.3):
            samples[round(at * TELEPHONE_RATE) :][:8] += 0.8 * np.array([1, -1] * 4)
    return Audio(np.clip(samples, -1, 1).astype(np.float32), TELEPHONE_RATE)


ROOMS = {
    "a quiet room, spoken softly": {"level": -36, "room": -75},
    "an office": {"level": -26, "room": -50},
    "the side of a street": {"level": -24, "room": -40},
    "a receiver that clicks": {"level": -30, "room": -60, "clicks": True},
}


@pytest.mark.parametrize("room", ROOMS.values(), ids=ROOMS)
def test_the_message_is_the_words_alone_as_loud_as_our_own_voice(burglary: Audio, room: dict) -> None:
    words = burglary.at(TELEPHONE_RATE)
    message = cleaned(recorded(words, **room))
    heard = compare(words, message)
    assert heard.found >= MOST * heard.active
    assert words.seconds - 0.2 < message.seconds < words.seconds + 0.4
    assert message.level == pytest.approx(SPEECH_LEVEL, abs=0.2)
    assert message.peak <= -1


@pytest.mark.parametrize("room", ROOMS.values(), ids=ROOMS)
def test_cleaned_again_it_stays_as_it_is(burglary: Audio, room: dict) -> None:
    once = cleaned(recorded(burglary, **room))
    assert cleaned(once).seconds == pytest.approx(once.seconds, abs=0.05)
    assert compare(once, cleaned(once)).whole


def test_who_thinks_in_between_is_not_quiet_for_so_long_that_the_message_seems_over(burglary: Audio) -> None:
    words = burglary.at(TELEPHONE_RATE).samples
    thinking = Audio(np.concatenate([words, np.zeros(24_000, np.float32), words]), TELEPHONE_RATE)
    assert cleaned(recorded(thinking, level=-26, room=-55)).longest_pause < PAUSE + 0.1


def test_a_recording_in_which_nobody_speaks_is_no_message() -> None:
    with pytest.raises(MessageEmpty, match="record it again"):
        cleaned(Audio(np.zeros(40_000, np.float32), TELEPHONE_RATE))


def test_a_file_is_read_as_it_was_recorded_and_one_that_goes_on_for_ever_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "said.wav"
    soundfile.write(file, np.zeros((16_000, 2)), 16_000)
    assert read_recording(file).seconds == 1.0
    soundfile.write(file.with_suffix(".flac"), np.zeros(8_000 * 660), 8_000)
    with pytest.raises(AudioUnreadable, match="lasts 11 minutes"):
        read_recording(file.with_suffix(".flac"))
    file.write_text("not a sound")
    with pytest.raises(AudioUnreadable, match="WAV or FLAC"):
        read_recording(file)
