"""What one phone heard, in true time, and the files that are written of it when its call ends."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
import numpy.typing as npt
import soundfile

from prompts.audio import TELEPHONE_RATE
from simulation.sound.frames import Pcm

EndedBy = Literal["us", "them"]
"""The caller, or this phone."""

GAP = round(0.06 * TELEPHONE_RATE)
"""Samples: less than this is a frame that came a little late, and no hole is left for it."""
SOUND = 33
"""A sample above this (-60 dBFS) is no silence: what G.711 makes of silence stays far below."""

_AHEAD = 50
"""Frames, about a second: when what is late comes within these, nothing was missing."""


@dataclass(slots=True)
class PhoneRecording:
    """Of one call. Times are seconds since its connection."""

    arrivals: list[float] = field(default_factory=list)
    pieces: list[Pcm] = field(default_factory=list)
    seconds: float = 0.0
    ended_by: EndedBy = "us"
    answered: float = 0.0
    """Seconds from the answer to the connection: Asterisk connects when the first audio has come."""
    kept_from: float | None = None
    kept_until: float | None = None

    def hear(self, at: float, piece: Pcm) -> None:
        self.arrivals.append(at)
        self.pieces.append(piece)

    def write(self, stem: Path) -> None:
        """`<stem>.wav`, of a box also `<stem>.kept.wav`, and last of all `<stem>.json`."""
        heard = in_true_time(self.arrivals, self.pieces, self.seconds)
        _write(stem.with_name(f"{stem.name}.wav"), heard)
        if self.kept_from is not None:
            until = self.seconds if self.kept_until is None else self.kept_until
            _write(stem.with_name(f"{stem.name}.kept.wav"), heard[_sample(self.kept_from) : _sample(until)])
        sound = np.flatnonzero(np.abs(heard.astype(np.int32)) > SOUND)
        told = {
            "seconds": round(self.seconds, 3),
            "ended_by": self.ended_by,
            "answer_to_connection_seconds": round(self.answered, 3),
            "first_sound_seconds": int(sound[0]) / TELEPHONE_RATE if sound.size else None,
            "kept_from_seconds": self.kept_from,
        }
        stem.with_name(f"{stem.name}.json").write_text(json.dumps(told))


def in_true_time(arrivals: Sequence[float], pieces: Sequence[Pcm], seconds: float) -> Pcm:
    """Every piece where it was heard, with zeros where nothing came.

    A piece that comes late is put right behind the one before it, as long as those after it catch up again:
    only what is missing for good leaves a hole.
    """
    lengths = np.array([len(piece) for piece in pieces], np.int64)
    before = np.cumsum(lengths) - lengths
    late = np.array([_sample(at) for at in arrivals], np.int64) - before
    starts = before + _shifts(late)
    total = max(_sample(seconds), int((starts + lengths).max(initial=0)))
    heard = np.zeros(total, np.int16)
    for start, piece in zip(starts, pieces, strict=True):
        heard[start : start + len(piece)] = piece
    return heard


def _shifts(late: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """How many zeros lie before each piece: those that lack for longer than late pieces need to catch up."""
    shifts = np.zeros_like(late)
    shift = max(0, min(late[:_AHEAD].tolist(), default=0))
    for index in range(len(late)):
        least = int(late[index : index + _AHEAD].min())
        if least - shift > GAP:
            shift = least
        shifts[index] = shift
    return shifts


def _sample(seconds: float) -> int:
    return round(seconds * TELEPHONE_RATE)


def _write(path: Path, samples: Pcm) -> None:
    soundfile.write(path, samples, TELEPHONE_RATE, subtype="PCM_16")
