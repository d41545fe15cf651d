"""Keys as telephones sound them (ITU-T Q.23), and sound as it comes out of A-law."""

import io

import numpy as np
import soundfile

from ivr.detection.key_tones import HIGH, KEYS, LOW
from prompts.audio import TELEPHONE_RATE, Samples, decode_telephone
from simulation.sound import sounds

PITCHES = {KEYS[row][column]: (low, high) for row, low in enumerate(LOW) for column, high in enumerate(HIGH)}


def tones(
    pitches: tuple[float, ...], seconds: float, *, level: float = -15.0, twist: float = 0.0, off: float = 1.0
) -> Samples:
    """These at once; the second `twist` dB louder than the first."""
    first, *others = (sounds.tone(hertz * off, seconds, level) for hertz in pitches)
    mixed: Samples = np.sum(
        [first, *(10 ** (twist / 20) * other for other in others)], axis=0, dtype=np.float32
    )
    return mixed


def press(digit: str, seconds: float, **more: float) -> Samples:
    return tones(PITCHES[digit], seconds, **more)


def as_alaw(samples: Samples) -> Samples:
    return decode_telephone(alaw(samples))


def alaw(samples: Samples) -> bytes:
    written = io.BytesIO()
    soundfile.write(written, samples, TELEPHONE_RATE, format="RAW", subtype="ALAW", endian="LITTLE")
    return written.getvalue()
