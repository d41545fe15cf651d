"""Tells what a machine sounds over and over, as a busy tone or a howl, from what somebody says."""

from typing import cast

import numpy as np
import numpy.typing as npt

from prompts.audio import Audio, Samples

_FRAME = 0.05
"""Seconds over which a spectrum is taken: 20 Hz fine."""
_LOUD = 10 ** (-40 / 20)
"""Level of a frame in which something sounds."""
_ALIKE = 0.9
"""Cosine of two spectra that are the same sound; those of two syllables are far below."""
_MOSTLY = 0.6
"""Part of the loud frames that must be alike: a cadence cuts some of them in two."""
_LEAST = 3.0
"""Seconds of the same sound that nobody says: the longest vowel is shorter, and its pitch moves."""
KEPT = 1.0
"""Seconds of it that are kept, for who listens to know what it was."""


def without_tone(audio: Audio) -> tuple[Audio, bool]:
    """What was said before such a sound began that lasts to the end; and whether there is nothing else.

    A sound that is no such thing comes back as it is.
    """
    spectra, is_loud = _spectra(audio)
    loud = np.flatnonzero(is_loud)
    if not loud.size:
        return audio, False
    is_alike = spectra[loud] @ _usual(spectra[loud]) >= _ALIKE
    # How much of what is loud from here to the end is that sound.
    part = np.cumsum(is_alike[::-1])[::-1] / np.arange(loud.size, 0, -1)
    begins = np.flatnonzero(is_alike & (part >= _MOSTLY))
    if not begins.size:
        return audio, False
    first = int(begins[0])
    seconds = (loud[-1] + 1 - loud[first]) * _FRAME
    if seconds < _LEAST:
        return audio, False
    until = round((loud[first] * _FRAME + KEPT) * audio.rate)
    is_all = bool(loud[first] * _FRAME < KEPT)
    return Audio(audio.samples[:until], audio.rate), is_all


def _usual(spectra: Samples) -> Samples:
    """Of the last loud frames the one that is most like the others: an edge of a cadence is like none."""
    last = spectra[-10:]
    most_like = int(np.argmax(np.median(last @ last.T, axis=1)))
    return cast("Samples", last[most_like])


def _spectra(audio: Audio) -> tuple[Samples, npt.NDArray[np.bool_]]:
    """Of each frame, of length one; and whether it is loud."""
    size = round(_FRAME * audio.rate)
    count = len(audio.samples) // size
    rows = audio.samples[: count * size].reshape(count, size)
    spectra = np.abs(np.fft.rfft(rows * np.hanning(size), axis=1)).astype(np.float32)
    lengths = np.linalg.norm(spectra, axis=1, keepdims=True)
    return spectra / np.maximum(lengths, 1e-9), np.sqrt(np.mean(np.square(rows), axis=1)) > _LOUD
