"""What the far ends say: tones, ringback, a voice that says nothing, and key tones; and how it is coded."""

import io
from itertools import pairwise
from typing import cast

import numpy as np
import soundfile

from prompts.audio import TELEPHONE_RATE, Audio, Samples, joined

ALAW, ULAW = 8, 0
"""Payload types (RFC 3551)."""
_SUBTYPE = {ALAW: "ALAW", ULAW: "ULAW"}
_KEYS = "123A456B789C*0#D"
_ROWS, _COLUMNS = (697, 770, 852, 941), (1209, 1336, 1477, 1633)
A_ROOM = 0.0028
"""Of full scale: -51 dBov."""
RINGBACK = 425.0
"""Hertz in most of Europe (ITU-T E.180)."""


def coded(sound: Audio, payload_type: int) -> bytes:
    """A byte a sample."""
    out = io.BytesIO()
    samples = sound.at(TELEPHONE_RATE).samples
    soundfile.write(out, samples, TELEPHONE_RATE, format="RAW", subtype=_SUBTYPE[payload_type])
    return out.getvalue()


def decoded(sound: bytes, payload_type: int) -> Samples:
    return _SAMPLE[payload_type][np.frombuffer(sound, np.uint8)]


def silence(payload_type: int, samples: int) -> bytes:
    """As a machine sends it, to the last bit."""
    return _SILENCE[payload_type] * samples


def room(seconds: float = 2.0) -> Audio:
    """What a telephone hears where somebody is and nobody speaks: softer than any talk."""
    draw = np.random.default_rng(1)
    return _audio(draw.normal(0, A_ROOM, round(seconds * TELEPHONE_RATE)))


def _samples(payload_type: int) -> Samples:
    """The sample of each byte."""
    subtype = _SUBTYPE[payload_type]
    every = io.BytesIO(bytes(range(256)))
    samples, _ = soundfile.read(
        every, dtype="float32", format="RAW", subtype=subtype, samplerate=TELEPHONE_RATE, channels=1
    )
    return cast("Samples", samples)


_SAMPLE = {kind: _samples(kind) for kind in _SUBTYPE}
_SILENCE = {ALAW: b"\xd5", ULAW: b"\xff"}


def tone(seconds: float, *hertz: float, level: float = 0.25) -> Audio:
    """Sines together, each this loud at its peak."""
    time = np.arange(round(seconds * TELEPHONE_RATE)) / TELEPHONE_RATE
    return _audio(sum((level * np.sin(2 * np.pi * one * time) for one in hertz), np.zeros_like(time)))


def quiet(seconds: float) -> Audio:
    return tone(seconds)


def ringback(rings: int, hertz: float = RINGBACK, *, pause: float = 3.0) -> Audio:
    """A second of ringing and its pause, so often."""
    return joined([tone(1.0, hertz), quiet(pause)] * rings, pause=0.0)


def babble(seconds: float, seed: int = 1) -> Audio:
    """A voice without words: a row of syllables of various pitch, loudness and length."""
    draw = np.random.default_rng(seed)
    edges = [*np.arange(0, seconds, 0.18), seconds]
    syllables = [
        _syllable(end - start, draw.uniform(95, 150), draw.uniform(0.15, 0.3))
        for start, end in pairwise(edges)
    ]
    voice = joined(syllables, pause=0.0).samples
    return _audio(voice + draw.normal(0, 0.002, len(voice)))


def hallo() -> Audio:
    return babble(0.55, seed=7)


def key_tone(key: str, seconds: float = 0.2) -> Audio:
    """The two tones of a key (ITU-T Q.23)."""
    row, column = divmod(_KEYS.index(key), 4)
    return tone(seconds, _ROWS[row], _COLUMNS[column])


def _syllable(seconds: float, pitch: float, level: float) -> Audio:
    time = np.arange(round(seconds * TELEPHONE_RATE)) / TELEPHONE_RATE
    harmonics = sum(np.sin(2 * np.pi * pitch * nth * time) / nth for nth in range(1, 12))
    return _audio(level * harmonics * np.sin(np.pi * time / max(seconds, 0.01)) ** 0.5)


def _audio(samples: object) -> Audio:
    return Audio(np.asarray(samples, np.float32), TELEPHONE_RATE)
