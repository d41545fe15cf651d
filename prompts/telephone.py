"""Speech shaped for a telephone: without what it does not carry, and stronger where words are told apart."""

from collections.abc import Sequence

import numpy as np

from prompts.audio import Audio

Curve = Sequence[tuple[float, float]]
"""Hertz and decibels; in between it is straight on a logarithmic scale of hertz, outside it is level."""

FLAT: Curve = ((1000, 0),)
"""Speech as the voice speaks it."""
CLEAR: Curve = ((100, -40), (200, -20), (300, -3), (400, 0))
"""Without what is below 300 Hz, which would be counted as loudness and heard by nobody."""

_RINGING = 0.1
"""Seconds that are kept free behind the sound, for the filter to end in."""
_HALVES_OFTEN = 1 << 12
"""Samples. Any length that is no multiple of something like it takes fifteen times as long to transform."""


def shaped(audio: Audio, curve: Curve) -> Audio:
    """With this curve, as long as before: no sound comes earlier or later by it."""
    length = len(audio.samples)
    whole = -(-(length + round(_RINGING * audio.rate)) // _HALVES_OFTEN) * _HALVES_OFTEN
    hertz = np.fft.rfftfreq(whole, 1 / audio.rate)
    at, decibels = zip(*curve, strict=True)
    gain = 10 ** (np.interp(np.log(np.maximum(hertz, 1.0)), np.log(at), decibels) / 20)
    spectrum = np.fft.rfft(audio.samples, whole) * gain
    return Audio(np.fft.irfft(spectrum, whole)[:length].astype(np.float32), audio.rate)
