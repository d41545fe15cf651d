"""A recording that somebody hands over as a file: no more of it is decoded than an alert can use.

What a file says of its own length is not believed: an hour of silence is a few kilobytes, a header may lie.
"""

import io
import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import cast

import numpy as np
import soundfile
import soxr

from prompts.audio import NOT_A_SOUND, STORED_RATE, Audio, Samples
from prompts.errors import AudioUnreadable

MOST_BYTES = 40 * 1024 * 1024
"""A minute as the best studio records it, without compression."""
SLOWEST, FASTEST, MOST_CHANNELS = 4_000, 192_000, 8
"""Samples a second and channels of anything that a person records."""
LONGEST = 600.0
"""Seconds that are decoded at most, however long a recording may be by the settings."""
TOLERANCE = 1.0
"""Seconds by which a recording that ran until its limit may seem longer."""
_NEVER_WRITTEN = 0x7FFF0000
"""From this length on, a WAV file only says that whoever wrote it did not come back to write the true one."""
_BLOCK = 256 * 1024
"""Samples, of all channels together, that are decoded at a time."""


class _Forwards(soundfile.SoundFile):  # type: ignore[misc]
    """A sound file that is read from its beginning, also when nobody knows where its end is."""

    def seekable(self) -> bool:
        return False


def read_recording(file: bytes, longest: float) -> Audio:
    """The sound in a file (WAV, FLAC, MP3, ...) as it is kept: one channel at `STORED_RATE`.

    Raises AudioUnreadable when there is none in it, or more than `longest` seconds and the tolerance.
    """
    if len(file) > MOST_BYTES:
        msg = (
            f"The recording is larger than {MOST_BYTES // 1024**2} MiB: cut out what people must hear, "
            "or save it as FLAC."
        )
        raise AudioUnreadable(msg)
    if _breaks_off(file):
        msg = "The recording breaks off, because its file is not whole: copy or record it again."
        raise AudioUnreadable(msg)
    try:
        with _hushed(), _Forwards(io.BytesIO(file)) as sound:
            _check_can_be_used(sound)
            return Audio(np.concatenate([np.zeros(0, np.float32), *_kept(sound, longest)]), STORED_RATE)
    except soundfile.SoundFileError as error:
        raise AudioUnreadable(NOT_A_SOUND) from error


def _breaks_off(file: bytes) -> bool:
    """Whether this is only the beginning of a WAV file, which the decoder would take for all of it."""
    at = 12 if file.startswith(b"RIFF") else len(file)
    while at + 8 <= len(file):
        name, length = struct.unpack_from("<4sI", file, at)
        at += 8 + length + length % 2
        if name == b"data":
            return bool(at - length % 2 > len(file) and length < _NEVER_WRITTEN)
    return False


def _check_can_be_used(sound: soundfile.SoundFile) -> None:
    if sound.channels > MOST_CHANNELS or not SLOWEST <= sound.samplerate <= FASTEST:
        msg = (
            f"The recording has {sound.channels} channels of {sound.samplerate} samples a second: "
            "save it as a WAV file with one channel and 16000."
        )
        raise AudioUnreadable(msg)


def _kept(sound: soundfile.SoundFile, longest: float) -> Iterator[Samples]:
    """The sound in pieces as it is kept. Raises AudioUnreadable as soon as it is too long."""
    longest = min(longest, LONGEST)
    left = round((longest + TOLERANCE) * sound.samplerate)
    resampled = soxr.ResampleStream(sound.samplerate, STORED_RATE, 1, dtype="float32", quality="HQ")
    for block in _mono(sound):
        left -= len(block)
        if left < 0:
            msg = f"The recording lasts longer than {longest:.0f} seconds: cut out what people must hear."
            raise AudioUnreadable(msg)
        yield cast("Samples", resampled.resample_chunk(block))
    yield cast("Samples", resampled.resample_chunk(np.zeros(0, np.float32), last=True))


def _mono(sound: soundfile.SoundFile) -> Iterator[Samples]:
    """What is in the file, block by block, its channels mixed; samples that are no numbers are silence."""
    while len(block := sound.read(_BLOCK // sound.channels, dtype="float32", always_2d=True)):
        mixed = np.clip(np.nan_to_num(block), -1.0, 1.0).mean(axis=1, dtype=np.float32)
        yield cast("Samples", mixed)


@contextmanager
def _hushed() -> Iterator[None]:
    """Standard error is silent meanwhile: the decoder of MP3 writes there what it thinks of a file."""
    try:
        kept = os.dup(2)
    except OSError:  # nothing is heard there anyway
        yield
        return
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 2)
    os.close(silence)
    try:
        yield
    finally:
        with suppress(OSError):
            os.dup2(kept, 2)
        os.close(kept)
