"""What somebody said into a telephone, made fit to be a message: only the words, and loud enough."""

from typing import cast

import numpy as np
import numpy.typing as npt

from prompts.audio import FRAME, Audio, frames, runs, without_long_pauses
from prompts.errors import MessageEmpty

_LOUD = 25
"""Of the loudest frames, the one that tells how loud is spoken: a click is shorter than so many."""
_ABOVE_THE_ROOM = 10 ** (6 / 10)
_FAINTEST, _LEAST = 10 ** (-40 / 10), 10 ** (-15 / 10)
"""Below the speech, what is never taken for it and what always is, however noisy the room."""
_CLICK = 0.06
"""Seconds; what is shorter is no word: a key, a receiver that is laid down."""
_AROUND = 0.1
"""Seconds that stay before and after what is loud enough, for the soft ends of words."""
_PAUSE = 0.35
"""Seconds between words, at most: who speaks freely parts sentences by more than our own voice does."""
_FADE = 0.02


def cleaned(recorded: Audio) -> Audio:
    """Without the room before and after the words, and with short pauses and the level of our own voice.

    Cleaned again it stays the same to the ear. Raises MessageEmpty when nothing is said in it.
    """
    if not recorded.has_speech:
        msg = "Nothing is heard in the recording: record it again, closer to the telephone."
        raise MessageEmpty(msg)
    said = _said(recorded)
    spoken = np.flatnonzero(said)
    frame = round(FRAME * recorded.rate)
    first, last = int(spoken[0]), int(spoken[-1]) + 1
    words = Audio(recorded.samples[first * frame : last * frame], recorded.rate)
    return _faded(without_long_pauses(words, said[first:last], _PAUSE)).levelled()


def _said(audio: Audio) -> npt.NDArray[np.bool_]:
    """For each frame, whether somebody speaks in it or nearly so."""
    energy = np.mean(np.square(frames(audio)), axis=1)
    loud = float(np.sort(energy)[-min(_LOUD, len(energy))])
    room = float(np.percentile(energy, 10))
    above = energy > np.clip(room * _ABOVE_THE_ROOM, loud * _FAINTEST, loud * _LEAST)
    said = np.zeros_like(above)
    around = round(_AROUND / FRAME)
    for start, end in runs(above):
        if (end - start) * FRAME > _CLICK:
            said[max(0, start - around) : end + around] = True
    return cast("npt.NDArray[np.bool_]", said if said.any() else above)


def _faded(audio: Audio) -> Audio:
    """Without the click that a room makes when it begins and ends at once."""
    length = min(round(_FADE * audio.rate), len(audio.samples) // 2)
    slope = np.linspace(0.0, 1.0, length, dtype=np.float32)
    samples = audio.samples.copy()
    samples[:length] *= slope
    samples[len(samples) - length :] *= slope[::-1]
    return Audio(samples, audio.rate)
