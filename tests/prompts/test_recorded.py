"""What an officer says into a telephone becomes a message: only the words, loud enough, whatever the room."""

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest

from prompts.audio import SPEECH_LEVEL, TELEPHONE_RATE, Audio
from prompts.comparator import compare
from prompts.errors import MessageEmpty
from prompts.recorded import cleaned

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


Room = Callable[[Audio], Audio]
"""What is spoken there, as a telephone records it."""
ROOMS: dict[str, Room] = {
    "a quiet room, spoken softly": partial(recorded, level=-36, room=-75),
    "an office": partial(recorded, level=-26, room=-50),
    "the side of a street": partial(recorded, level=-24, room=-40),
    "a receiver that clicks": partial(recorded, level=-30, room=-60, clicks=True),
}


@pytest.mark.parametrize("room", ROOMS.values(), ids=ROOMS)
def test_the_message_is_the_words_alone_as_loud_as_our_own_voice(burglary: Audio, room: Room) -> None:
    words = burglary.at(TELEPHONE_RATE)
    message = cleaned(room(words))
    heard = compare(words, message)
    assert heard.found >= MOST * heard.active
    assert words.seconds - 0.2 < message.seconds < words.seconds + 0.4
    assert message.level == pytest.approx(SPEECH_LEVEL, abs=0.2)
    assert message.peak <= -1


@pytest.mark.parametrize("room", ROOMS.values(), ids=ROOMS)
def test_cleaned_again_it_stays_as_it_is(burglary: Audio, room: Room) -> None:
    once = cleaned(room(burglary))
    assert cleaned(once).seconds == pytest.approx(once.seconds, abs=0.05)
    assert compare(once, cleaned(once)).whole


def test_who_thinks_in_between_is_not_quiet_for_so_long_that_the_message_seems_over(burglary: Audio) -> None:
    words = burglary.at(TELEPHONE_RATE).samples
    thinking = Audio(np.concatenate([words, np.zeros(24_000, np.float32), words]), TELEPHONE_RATE)
    assert cleaned(recorded(thinking, level=-26, room=-55)).longest_pause < 0.35 + 0.1


def test_a_recording_in_which_nobody_speaks_is_no_message() -> None:
    with pytest.raises(MessageEmpty, match="record it again"):
        cleaned(Audio(np.zeros(40_000, np.float32), TELEPHONE_RATE))
