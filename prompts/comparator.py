"""Judges what a telephone heard: is every active 0.4 s of the sent sound in the recording, in order, in one pass?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import cast

import numpy as np
import numpy.typing as npt

from prompts.audio import TELEPHONE_RATE, Audio

Row = npt.NDArray[np.float64]

WINDOW_S = 0.4
HOP_S = 0.2
"""Windows overlap by half, so that a hole of 0.6 s swallows at least one of them whole."""
SLIP_S = 0.06
"""How far a window may lie from where its neighbour says: three packets that a jitter buffer lost or doubled."""
FOUND = 0.8
"""Least correlation of a window that was heard. TODO"""
ACTIVE_DB = -25.0
"""A window this far below the level of the speech is a pause, in which G.711 has only noise to compare."""

_ANCHOR = 0.6
"""Least correlation of a place from which an alignment is tried."""
_ANCHORS = 10
_PLACES = 6
"""Places tried for each anchor, the best ones: as many passes as fit in one call."""
_BLOCKS = 8
"""Parts of a window between any two of which a slip may lie."""
_SILENCE = 1e-8
"""Mean square (-80 dBFS) below which there is nothing to correlate with."""

_WINDOW, _HOP, _SLIP = (round(seconds * TELEPHONE_RATE) for seconds in (WINDOW_S, HOP_S, SLIP_S))
_BLOCK = _WINDOW // _BLOCKS


@dataclass(frozen=True, slots=True)
class Hearing:
    """What of the sent sound one recording holds, at the alignment that holds most of it."""

    whole: bool
    """Every active window was found."""
    found: int
    active: int
    first_missing_s: float | None
    """Where in the sent sound the first window that was not found begins; None when whole."""
    offset_s: float | None
    """Where in the recording the sent sound begins (below 0: before it); None when nothing was found."""
    lowest: float
    """Correlation of the window that matched worst: 1 is identical."""


@dataclass(frozen=True, slots=True)
class _Alignment:
    offset: int
    scores: Row

    @property
    def found(self) -> int:
        return int(np.count_nonzero(self.scores >= FOUND))


def compare(sent: Audio, heard: Audio) -> Hearing:
    """Find the sent sound in a recording that may hold several passes, parts of passes and other sounds.

    A slip of up to 60 ms between two windows (jitter buffers) is allowed, in any number; a gap, a lost piece or
    another order is not. Raises ValueError when the sent sound holds no speech.
    """
    sound = _row(sent)
    starts = _active_windows(sound, sent.level)
    if not len(starts):
        msg = "The sent sound is silent: there is nothing to find."
        raise ValueError(msg)
    recording = _Recording(_row(heard))
    best: _Alignment | None = None
    for anchor, offset in _places(sound, starts, recording):
        alignment = _follow(sound, starts, recording, anchor, offset)
        if best is None or alignment.found > best.found:
            best = alignment
        if best.found == len(starts):
            break
    return _hearing(best, starts)


def _hearing(best: _Alignment | None, starts: npt.NDArray[np.intp]) -> Hearing:
    scores = np.zeros(len(starts)) if best is None else best.scores
    missing = np.flatnonzero(scores < FOUND)
    return Hearing(
        whole=not missing.size,
        found=len(starts) - missing.size,
        active=len(starts),
        first_missing_s=float(starts[missing[0]]) / TELEPHONE_RATE if missing.size else None,
        offset_s=best.offset / TELEPHONE_RATE if best is not None and best.found else None,
        lowest=float(scores.min()),
    )


class _Recording:
    """The heard samples, with what makes correlating with them quick."""

    def __init__(self, samples: Row) -> None:
        margin = np.zeros(_WINDOW + 2 * _SLIP)
        self._margin = len(margin)
        self._samples = np.concatenate((margin, samples, margin))
        self._energy = np.concatenate(([0.0], np.cumsum(np.square(self._samples))))
        self._size = 1 << (len(self._samples) + _WINDOW - 1).bit_length()
        self._spectrum = np.fft.rfft(self._samples, self._size)

    def everywhere(self, window: Row) -> Row:
        """Correlation with the window for each place at which it may begin; the first is 0."""
        product = np.fft.irfft(self._spectrum * np.conj(np.fft.rfft(window, self._size)), self._size)
        last = len(self._samples) - _WINDOW
        energy = self._energy[_WINDOW:] - self._energy[:-_WINDOW]
        return _correlation(product[: last + 1], energy, window)[self._margin :]

    def around(self, place: int, blocks: Row) -> tuple[Row, Row]:
        """Product with each block, and energy under it, when the window begins from `place` - slip to + slip."""
        first = place - _SLIP + self._margin
        stretch = _WINDOW + 2 * _SLIP
        if first < 0 or first + stretch > len(self._samples):
            nothing = np.zeros((_BLOCKS, 2 * _SLIP + 1))
            return nothing, nothing
        piece = self._samples[first : first + stretch]
        size = 4_800
        spectra = np.fft.rfft(piece, size) * np.conj(np.fft.rfft(blocks, size, axis=1))
        product = np.fft.irfft(spectra, size, axis=1)
        lags = np.arange(_BLOCKS)[:, None] * _BLOCK + np.arange(2 * _SLIP + 1)
        energy = self._energy[first + lags + _BLOCK] - self._energy[first + lags]
        return np.take_along_axis(product, lags, axis=1), energy


def _places(sound: Row, starts: npt.NDArray[np.intp], recording: _Recording) -> Iterator[tuple[int, int]]:
    """Windows of the sent sound with an offset of the recording at which they are, the first window first."""
    tried: set[tuple[int, int]] = set()
    for anchor in np.unique(np.linspace(0, len(starts) - 1, _ANCHORS).astype(int)):
        start = int(starts[anchor])
        correlation = recording.everywhere(sound[start : start + _WINDOW])
        for place in _peaks(correlation):
            offset = place - start
            if all(abs(offset - known) > _SLIP for _, known in tried):
                tried.add((int(anchor), offset))
                yield int(anchor), offset


def _peaks(correlation: Row) -> Iterator[int]:
    left = correlation.copy()
    for _ in range(_PLACES):
        if not left.size or left[place := int(left.argmax())] < _ANCHOR:
            return
        yield place
        left[max(0, place - _SLIP) : place + _SLIP] = 0.0


def _follow(
    sound: Row, starts: npt.NDArray[np.intp], recording: _Recording, anchor: int, offset: int
) -> _Alignment:
    """The alignment that leads through this place: each window is looked for around where its neighbour was."""
    scores = np.zeros(len(starts))
    begin = offset
    for step, indices in ((1, range(anchor, len(starts))), (-1, range(anchor - 1, -1, -1))):
        here = offset
        for index in indices:
            start = int(starts[index])
            blocks = sound[start : start + _WINDOW].reshape(_BLOCKS, _BLOCK)
            scores[index], before, after = _match(blocks, *recording.around(start + here, blocks))
            if scores[index] >= FOUND:
                here += after if step > 0 else before
        begin = here if step < 0 else begin
    return _Alignment(begin, scores)


def _match(blocks: Row, product: Row, energy: Row) -> tuple[float, int, int]:
    """Best correlation of the window with at most one slip in it, and the lags before and after that slip."""
    heard, under = np.cumsum(product, axis=0), np.cumsum(energy, axis=0)
    straight = _correlation(heard[-1], under[-1], blocks)
    lag = int(straight.argmax())
    if straight[lag] >= FOUND:
        return float(straight[lag]), lag - _SLIP, lag - _SLIP
    best = (float(straight[lag]), lag - _SLIP, lag - _SLIP)
    for cut in range(_BLOCKS - 1):
        head = int(_correlation(heard[cut], under[cut], blocks[: cut + 1]).argmax())
        rest, rest_under = heard[-1] - heard[cut], under[-1] - under[cut]
        tail = int(_correlation(rest, rest_under, blocks[cut + 1 :]).argmax())
        score = _correlation(
            np.array([heard[cut, head] + rest[tail]]), np.array([under[cut, head] + rest_under[tail]]), blocks
        )[0]
        best = max(best, (float(score), head - _SLIP, tail - _SLIP))
    return best


def _correlation(product: Row, energy: Row, window: Row) -> Row:
    """Normalised to 1 for identical shapes, 0 where either side is silent."""
    floor = _SILENCE * window.size
    own = float(np.sum(np.square(window)))
    if own < floor:
        return np.zeros_like(product)
    return cast("Row", np.where(energy > floor, product / np.sqrt(np.maximum(energy, floor) * own), 0.0))


def _row(audio: Audio) -> Row:
    return audio.at(TELEPHONE_RATE).samples.astype(np.float64)


def _active_windows(sound: Row, level: float) -> npt.NDArray[np.intp]:
    """Where the windows with speech in them begin; the last one ends with the sound."""
    if len(sound) < _WINDOW:
        sound.resize(_WINDOW, refcheck=False)
    starts = np.unique([*range(0, len(sound) - _WINDOW + 1, _HOP), len(sound) - _WINDOW])
    threshold = 10 ** ((level + ACTIVE_DB) / 10)
    return cast(
        "npt.NDArray[np.intp]",
        np.array([s for s in starts if np.mean(np.square(sound[s : s + _WINDOW])) > threshold], np.intp),
    )
