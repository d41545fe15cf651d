"""Judges what a telephone heard: is every active 0.4 s of the sent sound in it, in order, in one pass?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import numpy as np
import numpy.typing as npt

from prompts.audio import TELEPHONE_RATE, Audio

Row = npt.NDArray[np.float64]

WINDOW_S = 0.4
HOP_S = 0.2
"""Windows overlap by half, so that a hole of 0.6 s swallows at least one of them whole."""
SLIP_S = 0.06
"""How far a window may lie from where its neighbour says: three packets dropped or doubled by a buffer."""
FOUND = 0.65
"""Least score of a window that was heard: the mean correlation of its active 25 ms blocks.

Measured over 16 alerts in four languages, the worst window of each recording: at least .99 after G.711, .73
with 1 % of packets doubled or dropped, .69 with 1 % lost; at most .60 with half a window missing, .39 with
0.6 s of another text. GSM 6.10 (.41) and resampling (.46) change soft sounds too much: record without them.
"""
ACTIVE_DB = -25.0
"""A window or block this far below the level of the speech is a pause."""

_ANCHOR = 0.6
"""Least correlation of a place from which an alignment is tried."""
_ANCHORS = 10
_PLACES = 6
"""Places tried for each anchor, the best ones: as many passes as fit in one call."""
_BLOCKS = 16
"""Parts of a window: a slip may lie between any two of them, and each one counts the same, loud or soft."""
_ONE_BLOCK = 1 / _BLOCKS
"""What one block may score: too little to prove a slip, which would lead the next windows astray."""
_CLEAN = 0.95
"""A window that scores this where it is expected is not looked for elsewhere."""
_SILENCE = 1e-8
"""Mean square (-80 dBFS) below which there is nothing to correlate with."""

_WINDOW, _HOP, _SLIP = (round(seconds * TELEPHONE_RATE) for seconds in (WINDOW_S, HOP_S, SLIP_S))
_BLOCK = _WINDOW // _BLOCKS
_LAGS = 2 * _SLIP + 1


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
    """Score of the window that matched worst: 1 is identical."""


@dataclass(frozen=True, slots=True)
class _Alignment:
    offset: int
    scores: Row

    @property
    def found(self) -> int:
        return int(np.count_nonzero(self.scores >= FOUND))


def compare(sent: Audio, heard: Audio) -> Hearing:
    """Find the sent sound in a recording that may hold several passes, parts of passes and other sounds.

    A slip of up to 60 ms between two windows (jitter buffers) is allowed, in any number; a gap, a lost piece
    or another order is not. Made for G.711 and for nothing that resamples.
    Raises ValueError when the sent sound holds no speech.
    """
    message = _Sent(sent)
    recording = _Recording(_row(heard))
    best = _Alignment(0, np.zeros(len(message.starts)))
    for anchor, offset in _places(message, recording):
        alignment = _follow(message, recording, anchor, offset)
        if alignment.found > best.found:
            best = alignment
        if best.found == len(message.starts):
            break
    missing = np.flatnonzero(best.scores < FOUND)
    return Hearing(
        whole=not missing.size,
        found=best.found,
        active=len(message.starts),
        first_missing_s=float(message.starts[missing[0]]) / TELEPHONE_RATE if missing.size else None,
        offset_s=best.offset / TELEPHONE_RATE if best.found else None,
        lowest=float(best.scores.min()),
    )


class _Sent:
    """The sent sound as windows with speech in them, the last one ending with the sound."""

    def __init__(self, sent: Audio) -> None:
        sound = _row(sent)
        sound = np.pad(sound, (0, max(0, _WINDOW - len(sound))))
        starts = np.unique([*range(0, len(sound) - _WINDOW, _HOP), len(sound) - _WINDOW])
        windows = np.stack([sound[start : start + _WINDOW] for start in starts])
        threshold = 10 ** ((sent.level + ACTIVE_DB) / 10)
        active = np.mean(np.square(windows), axis=1) > max(threshold, _SILENCE)
        if not active.any():
            msg = "The sent sound is silent: there is nothing to find."
            raise ValueError(msg)
        self.starts = starts[active]
        self.windows = windows[active]
        self.blocks = self.windows.reshape(-1, _BLOCKS, _BLOCK)
        energy = np.sum(np.square(self.blocks), axis=2)
        counted = energy > threshold * _BLOCK
        self.weights = counted / (np.sqrt(np.maximum(energy, _SILENCE)) * counted.sum(axis=1, keepdims=True))
        """What makes the products of a window's blocks a mean correlation of its active blocks."""


class _Recording:
    """The heard samples, with what makes correlating with them quick."""

    def __init__(self, samples: Row) -> None:
        margin = _WINDOW + 2 * _SLIP
        self._samples = np.pad(samples, margin)
        self._margin = margin
        self._energy = np.concatenate(([0.0], np.cumsum(np.square(self._samples))))
        self._size = 1 << (len(self._samples) + _WINDOW - 1).bit_length()
        self._spectrum = np.fft.rfft(self._samples, self._size)

    def everywhere(self, window: Row) -> Row:
        """Correlation with the window for each place at which it may begin; the first is 0."""
        product = np.fft.irfft(self._spectrum * np.conj(np.fft.rfft(window, self._size)), self._size)
        energy = self._energy[_WINDOW:] - self._energy[:-_WINDOW]
        return (product[: len(energy)] / _norm(energy, _WINDOW) / np.linalg.norm(window))[self._margin :]

    def here(self, place: int, blocks: Row) -> Row:
        """Product of each block with what is heard exactly where it should be, over the norm of that."""
        first = place + self._margin
        if first < 0 or first + _WINDOW > len(self._samples):
            return np.zeros(_BLOCKS)
        heard = self._samples[first : first + _WINDOW].reshape(_BLOCKS, _BLOCK)
        product: Row = np.sum(heard * blocks, axis=1)
        return product / _norm(np.sum(np.square(heard), axis=1), _BLOCK)

    def around(self, place: int, blocks: Row) -> Row:
        """The same for each lag from - slip to + slip: a row of lags for each block."""
        first = place - _SLIP + self._margin
        if first < 0 or first + _WINDOW + 2 * _SLIP > len(self._samples):
            return np.zeros((_BLOCKS, _LAGS))
        length = _BLOCK + 2 * _SLIP
        begins = first + np.arange(_BLOCKS) * _BLOCK
        pieces = self._samples[begins[:, None] + np.arange(length)]
        spectra = np.fft.rfft(pieces, axis=1) * np.conj(np.fft.rfft(blocks, length, axis=1))
        lags = begins[:, None] + np.arange(_LAGS)
        energy = self._energy[lags + _BLOCK] - self._energy[lags]
        return np.fft.irfft(spectra, length, axis=1)[:, :_LAGS] / _norm(energy, _BLOCK)


def _places(message: _Sent, recording: _Recording) -> Iterator[tuple[int, int]]:
    """Windows of the message with the offset at which the recording has them, the first window first."""
    tried: list[int] = []
    for anchor in np.unique(np.linspace(0, len(message.starts) - 1, _ANCHORS).astype(int)):
        for place in _peaks(recording.everywhere(message.windows[anchor])):
            offset = place - int(message.starts[anchor])
            if all(abs(offset - other) > _SLIP for other in tried):
                tried.append(offset)
                yield int(anchor), offset


def _peaks(correlation: Row) -> Iterator[int]:
    left = correlation.copy()
    for _ in range(_PLACES):
        if not left.size or left[place := int(left.argmax())] < _ANCHOR:
            return
        yield place
        left[max(0, place - _SLIP) : place + _SLIP] = 0.0


def _follow(message: _Sent, recording: _Recording, anchor: int, offset: int) -> _Alignment:
    """The alignment through this place: each window is looked for around where its neighbour was."""
    scores = np.zeros(len(message.starts))
    here = offset
    for index in range(anchor, len(scores)):
        scores[index], _, lag = _match(message, recording, index, here)
        here += lag if scores[index] >= FOUND else 0
    here = offset
    for index in range(anchor - 1, -1, -1):
        scores[index], lag, _ = _match(message, recording, index, here)
        here += lag if scores[index] >= FOUND else 0
    return _Alignment(here, scores)


def _match(message: _Sent, recording: _Recording, index: int, offset: int) -> tuple[float, int, int]:
    """Best score of the window with at most one slip in it, and the lags before and after that slip."""
    place, blocks, weights = (
        int(message.starts[index]) + offset,
        message.blocks[index],
        message.weights[index],
    )
    if (clean := float(recording.here(place, blocks) @ weights)) >= _CLEAN:
        return clean, 0, 0
    heads = np.cumsum(recording.around(place, blocks) * weights[:, None], axis=0)
    tails = heads[-1] - heads
    best = heads.max(axis=1) + tails.max(axis=1)
    cut = int(best.argmax())
    if heads[-1].max() > best[cut] - _ONE_BLOCK:
        cut = _BLOCKS - 1
    head = int(heads[cut].argmax())
    tail = head if cut == _BLOCKS - 1 else int(tails[cut].argmax())
    return float(heads[cut, head] + tails[cut, tail]), head - _SLIP, tail - _SLIP


def _norm(energy: Row, samples: int) -> Row:
    """Root of the energy; infinite for silence, which so correlates with nothing."""
    return cast("Row", np.sqrt(np.where(energy > _SILENCE * samples, energy, np.inf)))


def _row(audio: Audio) -> Row:
    return audio.at(TELEPHONE_RATE).samples.astype(np.float64)
