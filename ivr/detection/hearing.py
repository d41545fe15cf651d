"""What was heard on a call, from its sound: beeps, levels of talk and quiet, our own voice coming back.

Timing tells what to do next; this tells afterwards, of calls on which somebody talked, what timing cannot.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ivr.detection.facts import STILL, HeardSounds, SpokenPass, Talk
from prompts.audio import TELEPHONE_RATE, Samples, runs

Row = npt.NDArray[np.float64]
Span = tuple[float, float]

WINDOW, HOP = 256, 80
"""Samples that are looked at for tones, 32 ms, and from one look to the next."""
TONE = 0.9
"""Part of a window's energy that a pure tone has in the five bins around its peak."""
STEADY = 15.0
"""Hertz by which a tone may waver from one window to the next; voices glide."""
LOWEST, HIGHEST = 380.0, 2600.0
"""Hertz of beeps; hummed vowels lie below."""
RINGBACK = (410.0, 455.0)
"""Hertz of ringback (ITU-T E.180: 425 in most of Europe, 440 elsewhere)."""
AUDIBLE = -45.0
"""dBov of a beep at least."""
SHORTEST_BEEP, LONGEST_BEEP = 0.1, 1.5
"""Seconds."""
FRAME = 160
"""Samples of which a level is told."""
BELOW = 20.0
"""dB below its loudest frame down to which talk counts as such."""
BEFORE, AFTER = 0.15, 0.3
"""Seconds around talk that belong to it rather than to the quiet."""
LEAST_QUIET = 0.3
"""Seconds of quiet from which its level can be told."""
LATEST_ECHO = 0.6
"""Seconds from our sound to its echo."""


def hear(
    samples: Samples, began: float, talks: Sequence[Talk], passes: Sequence[SpokenPass], message: Samples
) -> HeardSounds:
    """`samples` at 8 kHz from `began` seconds after the answer on; `message` is one pass, at 8 kHz too."""
    until = round(began + len(samples) / TELEPHONE_RATE, 2)
    if len(samples) < WINDOW:
        return HeardSounds(until)
    spans = [(one.start - began, (until if one.end is None else one.end) - began) for one in talks]
    tones = _tones(samples)
    rings = [(start, end) for start, end, hertz in tones if RINGBACK[0] <= hertz <= RINGBACK[1]]
    talk = samples[_within(spans, len(samples)) & ~_within(rings, len(samples))]
    quiet = samples[~_within([(start - BEFORE, end + AFTER) for start, end in spans], len(samples))]
    levels = _levels(talk)
    return HeardSounds(
        until,
        beeps=[(round(began + start, 2), round(began + end, 2)) for start, end, _ in tones],
        rings=[(round(began + start, 2), round(began + end, 2)) for start, end in rings],
        level=_mean(levels),
        range=round(float(np.ptp(np.percentile(levels, (10, 90)))), 1) if levels.size else None,
        floor=_floor(quiet),
        alike=_alike(samples, _sent(began, len(samples), passes, message)),
    )


def beeps(samples: Samples) -> list[Span]:
    """Pure steady tones as long as beeps are: from when to when, in seconds."""
    return [(start, end) for start, end, _ in _tones(samples)]


def _tones(samples: Samples) -> list[tuple[float, float, float]]:
    """The same, and their pitch in hertz."""
    windows = np.lib.stride_tricks.sliding_window_view(samples, WINDOW)[::HOP]
    power = np.square(np.abs(np.fft.rfft(windows * np.hanning(WINDOW).astype(np.float32), axis=1)))
    around = np.clip(power.argmax(axis=1)[:, None] + np.arange(-2, 3), 0, power.shape[1] - 1)
    near = np.take_along_axis(power, around, axis=1)
    energy = near.sum(axis=1) + 1e-12
    hertz = (near * around).sum(axis=1) / energy * TELEPHONE_RATE / WINDOW
    is_loud = np.mean(np.square(windows), axis=1) > 10 ** (AUDIBLE / 10)
    is_pure = energy > TONE * power.sum(axis=1)
    is_tone = is_loud & is_pure & (hertz > LOWEST) & (hertz < HIGHEST)
    goes_on = is_tone[1:] & is_tone[:-1] & (np.abs(np.diff(hertz)) <= STEADY)
    tones = [
        (
            first * HOP / TELEPHONE_RATE,
            (last * HOP + WINDOW) / TELEPHONE_RATE,
            float(np.median(hertz[first:last])),
        )
        for first, last in runs(goes_on)
    ]
    return [one for one in tones if SHORTEST_BEEP <= one[1] - one[0] <= LONGEST_BEEP]


def _within(spans: Sequence[Span], count: int) -> npt.NDArray[np.bool_]:
    """Which of so many samples lie in these seconds."""
    mask = np.zeros(count, bool)
    for start, end in spans:
        mask[_sample(start) : _sample(end)] = True
    return mask


def _levels(samples: Samples) -> Row:
    """dBov, frame by frame. A constant is no sound: A-law has no zero."""
    rows = samples[: len(samples) // FRAME * FRAME].reshape(-1, FRAME).astype(np.float64)
    return np.asarray(np.maximum(10 * np.log10(np.var(rows, axis=1) + 1e-12), STILL))


def _mean(levels: Row) -> float | None:
    if not levels.size:
        return None
    loud = levels[levels > levels.max() - BELOW]
    return round(float(10 * np.log10(np.mean(10 ** (loud / 10)))), 1)


def _floor(quiet: Samples) -> float | None:
    enough = len(quiet) >= LEAST_QUIET * TELEPHONE_RATE
    return round(float(np.median(_levels(quiet))), 1) if enough else None


def _sent(began: float, count: int, passes: Sequence[SpokenPass], message: Samples) -> Samples:
    """What we played during so many samples from `began` on."""
    sent = np.zeros(count, np.float32)
    for one in passes:
        start = round((one.start - began) * TELEPHONE_RATE)
        played = message if one.end is None else message[: _sample(one.end - one.start)]
        heard = played[max(0, -start) :][: max(0, count - max(0, start))]
        sent[max(0, start) : max(0, start) + len(heard)] = heard
    return sent


def _alike(heard: Samples, sent: Samples) -> float:
    """The highest correlation of what was heard with what was sent, at any delay of an echo."""
    power = float(np.sqrt(np.square(heard).sum() * np.square(sent).sum()))
    if not power:
        return 0.0
    size = 1 << (2 * len(heard)).bit_length()
    products = np.fft.irfft(np.fft.rfft(heard, size) * np.conj(np.fft.rfft(sent, size)), size)
    return round(float(np.abs(products[: _sample(LATEST_ECHO)]).max()) / power, 2)


def _sample(seconds: float) -> int:
    return max(0, round(seconds * TELEPHONE_RATE))
