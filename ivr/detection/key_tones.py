"""Keys that come as tones in the sound, found so strictly that no voice ever presses one (ITU-T Q.23, Q.24).

A key that nobody pressed would be a forged confirmation, and who pressed one that was not found presses it
again: so whatever is not nearly all two tones of one key, steady and long enough, is none.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from prompts.audio import TELEPHONE_RATE, Samples, runs

LOW, HIGH = (697.0, 770.0, 852.0, 941.0), (1209.0, 1336.0, 1477.0)
"""Hertz of the rows and columns of a telephone's keys; A to D are on none."""
KEYS = ("123", "456", "789", "*0#")
WINDOW, HOP = 240, 40
"""Samples of one look, 30 ms, and from one to the next."""
PROMISING = 0.35
"""Part of it at the first look, which does not look beside the right pitch."""
STRIDE, AROUND = 120, 5
"""Samples from one window to the next of the first look, and how many windows around a find are looked at."""
ONE_PRESS = 0.08
"""Seconds of a hole in a tone, as a lost packet leaves one: people pause longer between two presses."""
SHORTEST = 0.05
"""Seconds of a tone at the least; a short press lasts 40 to 70 ms and most last longer."""
PURE = 0.7
"""Part of the energy that is in both tones."""
TWIST = 8.0
"""Decibels by which one may be stronger than the other."""
OFF = 0.018
"""Part by which a tone may miss its pitch; telephones keep within 0.01, and voices glide."""
FALL = 0.5
"""Part of its greatest power that a tone has all the time."""
AUDIBLE = -40.0
"""dBov."""


@dataclass(frozen=True, slots=True)
class KeyTone:
    """Seconds."""

    digit: str
    start: float
    end: float


def key_tones(samples: Samples) -> Sequence[KeyTone]:
    """Those in sound at 8 kHz, in order."""
    found = []
    for first, last in _tones_of_any_key(samples):
        at = first / TELEPHONE_RATE
        tones = _looked_at_closely(samples[first:last])
        found += [KeyTone(tone.digit, at + tone.start, at + tone.end) for tone in tones]
    return _presses(found)


def _presses(tones: Sequence[KeyTone]) -> Sequence[KeyTone]:
    """What is one press is one tone, however many holes it has."""
    presses: list[KeyTone] = []
    for tone in tones:
        last = presses[-1] if presses else None
        if last is not None and last.digit == tone.digit and tone.start - last.end < ONE_PRESS:
            presses[-1] = replace(last, end=tone.end)
        else:
            presses.append(tone)
    return presses


def _tones_of_any_key(samples: Samples) -> Sequence[tuple[int, int]]:
    """Where a closer look may pay off, from sample to sample: next to nothing of what people say."""
    if len(samples) < WINDOW:
        return []
    windows = np.lib.stride_tricks.sliding_window_view(samples, WINDOW)[::STRIDE]
    power = _strongest(windows, LOW).power + _strongest(windows, HIGH).power
    may_be = power >= PROMISING * np.square(windows).sum(axis=1) + 1e-9
    around = np.convolve(may_be, np.ones(2 * AROUND + 1), "same") > 0
    return [(first * STRIDE, last * STRIDE + WINDOW) for first, last in runs(around)]


def _looked_at_closely(samples: Samples) -> Sequence[KeyTone]:
    if len(samples) < WINDOW + HOP:
        return []
    windows = np.lib.stride_tricks.sliding_window_view(samples, WINDOW)[::HOP]
    energy = np.square(windows).sum(axis=1)[:-1]
    low, high = _strongest(windows, LOW), _strongest(windows, HIGH)
    power = low.true_power + high.true_power
    is_pure = power >= PURE * energy
    is_even = np.abs(10 * np.log10((low.true_power + 1e-9) / (high.true_power + 1e-9))) <= TWIST
    is_loud = energy / WINDOW >= 10 ** (AUDIBLE / 10)
    is_tone = is_pure & is_even & is_loud
    is_same = (low.index[1:] == low.index[:-1]) & (high.index[1:] == high.index[:-1])
    goes_on = is_tone & is_same & low.is_in_tune & high.is_in_tune
    found = []
    for first, last in runs(goes_on):
        # Windows at its ends are half empty.
        full = first + np.flatnonzero(power[first:last] >= power[first:last].max() * FALL)
        start, end = int(full[0]) * HOP / TELEPHONE_RATE, (int(full[-1] + 1) * HOP + WINDOW) / TELEPHONE_RATE
        if end - start >= SHORTEST and len(full) > full[-1] - full[0]:
            found.append(KeyTone(KEYS[low.index[first]][high.index[first]], start, end))
    return found


@dataclass(frozen=True, slots=True)
class _Strongest:
    """Window by window, of one group of tones."""

    index: npt.NDArray[np.intp]
    power: npt.NDArray[np.float32]
    """Of the energy of the window, at just this pitch;"""
    true_power: npt.NDArray[np.float32]
    """at the pitch that it really has. From one window to the next, at `HOP`, like"""
    is_in_tune: npt.NDArray[np.bool_]


def _strongest(windows: Samples, tones: Sequence[float]) -> _Strongest:
    hertz = np.array(tones)
    turns = 2 * np.pi * np.outer(hertz, np.arange(WINDOW)) / TELEPHONE_RATE
    # Not by a product of matrices: that starts threads which take the processor from Asterisk.
    real, imaginary = (
        np.einsum("ij,kj->ik", windows, wave(turns).astype(np.float32)) for wave in (np.cos, np.sin)
    )
    heard = real - 1j * imaginary
    index = np.abs(heard).argmax(axis=1)
    best = np.take_along_axis(heard, index[:, None], axis=1)[:, 0]
    expected = hertz[index[:-1]]
    # What the phase has turned beyond what this pitch would have turned it tells how far it is off.
    more = np.angle(best[1:] * np.conj(best[:-1]) * np.exp(-2j * np.pi * expected * HOP / TELEPHONE_RATE))
    off = more / (2 * np.pi * HOP / TELEPHONE_RATE)
    power = 2 * np.square(np.abs(best)) / WINDOW
    is_in_tune = np.abs(off) <= OFF * expected
    # What a tone beside the pitch seems to have less.
    seems = np.where(is_in_tune, np.square(np.sinc(off * WINDOW / TELEPHONE_RATE)), 1.0)
    return _Strongest(index, power, (power[:-1] / seems).astype(np.float32), is_in_tune)
