"""Mono sound as a value: reading, levelling, joining, and the files a PBX plays."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast
from uuid import uuid4

import numpy as np
import numpy.typing as npt
import soundfile
import soxr

from prompts.errors import AudioUnreadable

Samples = npt.NDArray[np.float32]

TELEPHONE_RATE = 8_000
STORED_RATE = 16_000
PLAYED = (".alaw", ".ulaw", ".sln16")
"""The files of a sound that a PBX plays."""

SPEECH_LEVEL = -20.0
"""dBov of active speech (ITU-T P.56); Asterisk's own prompts measure -19.4."""
HIGHEST_PEAK = -2.5
"""dBFS; resampling for a telephone adds up to 1.5 decibels."""
PAUSE = 0.25
"""Seconds between parts. The far end's talk detector ends talk after 0.6 s of quiet, and an echo of our own
voice must not seem to end: no pause inside a pass may come near that."""

NOT_A_SOUND = "This is not a sound file that can be read: record or upload it again as WAV or FLAC."

FRAME = 0.02
"""Seconds in which there is speech or there is none."""
_QUIET = 10 ** (-40 / 20)
"""A frame this far below the loudest one is a pause."""
_QUIET_LINE = -45.0
"""dBFS."""
_SHORTEST_WORD = 0.1
"""Seconds."""
_MARGIN = 0.01
_KNEE = -6.5
"""dBFS above which a peak is bent."""


@dataclass(frozen=True, slots=True, eq=False)
class Audio:
    """Mono samples between -1 and 1, with their rate in hertz. Every method returns a new one."""

    samples: Samples
    rate: int

    def __post_init__(self) -> None:
        if self.samples.ndim != 1:
            msg = "Audio is mono: hand over one row of samples."
            raise ValueError(msg)

    @property
    def seconds(self) -> float:
        return len(self.samples) / self.rate

    @property
    def level(self) -> float:
        """Level of the active speech in dBov: 0 is a square wave at full scale; -inf without any sound."""
        active = _active(self)
        if not active.any():
            return -np.inf
        return float(10 * np.log10(np.mean(np.square(frames(self)[active], dtype=np.float64))))

    @property
    def peak(self) -> float:
        """Highest sample in dBFS; -inf without any sound."""
        highest = float(np.abs(self.samples).max(initial=0.0))
        return 20 * float(np.log10(highest)) if highest else -np.inf

    @property
    def longest_pause(self) -> float:
        """Seconds of the longest quiet between two stretches of speech."""
        active = np.flatnonzero(_active(self))
        return float(np.diff(active, prepend=active[:1]).max(initial=1) - 1) * FRAME if active.size else 0.0

    @property
    def has_speech(self) -> bool:
        """Whether anything in it is louder than a quiet line."""
        loud = np.mean(np.square(frames(self)), axis=1) > 10 ** (_QUIET_LINE / 10)
        return bool(np.count_nonzero(loud) * FRAME >= _SHORTEST_WORD)

    def at(self, rate: int) -> Audio:
        """Resample, with the anti-alias filter that telephone speech needs."""
        if rate == self.rate:
            return self
        return Audio(cast("Samples", soxr.resample(self.samples, self.rate, rate, quality="HQ")), rate)

    def trimmed(self) -> Audio:
        """Without the quiet before and after the speech."""
        active = np.flatnonzero(_active(self))
        if not active.size:
            return Audio(self.samples[:0], self.rate)
        frame, margin = round(FRAME * self.rate), round(_MARGIN * self.rate)
        start = max(0, int(active[0]) * frame - margin)
        return Audio(self.samples[start : (int(active[-1]) + 1) * frame + margin], self.rate)

    def with_short_pauses(self, longest: float = PAUSE) -> Audio:
        """With every pause inside the speech cut down to `longest` seconds."""
        return without_long_pauses(self, _active(self), longest)

    def levelled(self) -> Audio:
        """With active speech at `SPEECH_LEVEL`; peaks that would pass `HIGHEST_PEAK` are bent, not cut."""
        if not np.isfinite(self.level):
            return self
        louder = self.samples * 10 ** ((SPEECH_LEVEL - self.level) / 20)
        top, knee = 10 ** (HIGHEST_PEAK / 20), 10 ** (_KNEE / 20)
        size = np.abs(louder)
        bent = knee + (top - knee) * np.tanh((size - knee) / (top - knee))
        return Audio(np.where(size > knee, np.copysign(bent, louder), louder).astype(np.float32), self.rate)


def joined(parts: Sequence[Audio], pause: float = PAUSE) -> Audio:
    """The parts in a row at the rate of the first, with `pause` seconds between them."""
    rate = parts[0].rate
    quiet = np.zeros(round(pause * rate), np.float32)
    rows = [row for part in parts for row in (quiet, part.at(rate).samples)]
    return Audio(np.concatenate(rows[1:]), rate)


def tone(seconds: float = 0.4, hertz: float = 1000.0) -> Audio:
    """What tells somebody to speak now."""
    time = np.arange(round(seconds * STORED_RATE)) / STORED_RATE
    return Audio((0.1 * np.sin(2 * np.pi * hertz * time)).astype(np.float32), STORED_RATE)


def read(path: Path) -> Audio:
    """Read a sound file (WAV, FLAC, ...); several channels are mixed to one."""
    return decode(path.read_bytes())


def read_laid(path: Path) -> Audio:
    """What `write_sound` wrote, as a telephone hears it."""
    file = path.with_name(path.name + ".alaw")
    samples, rate = soundfile.read(
        file, samplerate=TELEPHONE_RATE, channels=1, format="RAW", subtype="ALAW", dtype="float32"
    )
    return Audio(samples, int(rate))


def decode(sound: bytes) -> Audio:
    """Read a sound file (FLAC, WAV, MP3, ...) from memory; several channels are mixed to one."""
    try:
        samples, rate = soundfile.read(io.BytesIO(sound), dtype="float32", always_2d=True)
    except soundfile.LibsndfileError as error:
        raise AudioUnreadable(NOT_A_SOUND) from error
    return Audio(samples.mean(axis=1, dtype=np.float32), int(rate))


def decode_telephone(sound: bytes) -> Samples:
    """A-law at 8 kHz without a header, as a PBX plays and records it."""
    samples, _ = soundfile.read(
        io.BytesIO(sound),
        dtype="float32",
        format="RAW",
        subtype="ALAW",
        samplerate=TELEPHONE_RATE,
        channels=1,
    )
    return cast("Samples", samples)


def decode_slin(sound: bytes) -> Audio:
    """16-bit samples at 8 kHz without a header, as a PBX records them; good also when it died meanwhile."""
    samples = np.frombuffer(sound[: len(sound) // 2 * 2], "<i2")
    return Audio((samples / 32768).astype(np.float32), TELEPHONE_RATE)


def encode_flac(audio: Audio) -> bytes:
    """FLAC at 16 kHz, 16 bits: how message audio is kept, and what every node makes its files from."""
    stored = io.BytesIO()
    soundfile.write(stored, audio.at(STORED_RATE).samples, STORED_RATE, format="FLAC", subtype="PCM_16")
    return stored.getvalue()


def write_sound(path: Path, audio: Audio) -> None:
    """Write what a PBX plays as `path`: .alaw and .ulaw (8 kHz) and .sln16, each of them whole or absent."""
    narrow, wide = audio.at(TELEPHONE_RATE), audio.at(STORED_RATE)
    for suffix, form, subtype in zip(PLAYED, (narrow, narrow, wide), ("ALAW", "ULAW", "PCM_16"), strict=True):
        written = io.BytesIO()
        soundfile.write(written, form.samples, form.rate, format="RAW", subtype=subtype, endian="LITTLE")
        # Not by soundfile, to which a full disk is no OSError.
        write_whole(path.with_name(path.name + suffix), written.getvalue())


def write_whole(file: Path, content: bytes) -> None:
    """Write a file that Asterisk reads: it is as it was until all of it is there. Raises OSError."""
    unfinished = file.with_name(f".{file.name}.{uuid4().hex}")
    try:
        unfinished.write_bytes(content)
        # Asterisk, which has an account of its own, reads it by the group of the folder.
        unfinished.chmod(0o640)
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)


def without_long_pauses(audio: Audio, active: npt.NDArray[np.bool_], longest: float) -> Audio:
    """With every row of frames that are not active cut down to `longest` seconds."""
    allowed = int(longest / FRAME)
    keep = np.ones(len(audio.samples), bool)
    frame = round(FRAME * audio.rate)
    for start, end in runs(~active):
        keep[(start + allowed // 2) * frame : max(start, end - allowed + allowed // 2) * frame] = False
    return Audio(audio.samples[keep], audio.rate)


def frames(audio: Audio) -> Samples:
    """The samples in rows of one frame, the last one filled up with zeros."""
    frame = round(FRAME * audio.rate)
    count = -(-len(audio.samples) // frame)
    padded = np.zeros(count * frame, np.float32)
    padded[: len(audio.samples)] = audio.samples
    return padded.reshape(count, frame)


def _active(audio: Audio) -> npt.NDArray[np.bool_]:
    """For each frame, whether there is speech in it."""
    energy = np.mean(np.square(frames(audio)), axis=1)
    loudest = float(energy.max(initial=0.0))
    return cast("npt.NDArray[np.bool_]", energy > max(loudest * _QUIET**2, 1e-9))


def runs(flags: npt.NDArray[np.bool_]) -> list[tuple[int, int]]:
    """From where to where (exclusive) each row of true flags goes."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], flags, [False])).astype(np.int8)))
    return [(int(start), int(end)) for start, end in edges.reshape(-1, 2)]
