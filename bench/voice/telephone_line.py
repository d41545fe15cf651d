"""What a telephone leaves of a sound: its band, and the eight bits of a-law."""

import io

import numpy as np
import soundfile

from prompts.audio import TELEPHONE_RATE, Audio, decode_telephone
from prompts.telephone import Curve, shaped

BAND: Curve = ((150, -40), (250, -10), (300, -3), (350, 0), (3300, 0), (3400, -3), (3700, -30), (4000, -60))
"""300 to 3400 Hz."""
LOW = 300.0
"""Hertz below which a telephone carries nothing."""


def over_a_line(sent: Audio) -> Audio:
    """As it is heard at the other end."""
    coded = io.BytesIO()
    band = shaped(sent.at(TELEPHONE_RATE), BAND)
    soundfile.write(coded, band.samples, TELEPHONE_RATE, format="RAW", subtype="ALAW")
    return Audio(decode_telephone(coded.getvalue()), TELEPHONE_RATE)


def low_share(sent: Audio) -> float:
    """How much of the energy lies where a telephone carries nothing."""
    power = np.abs(np.fft.rfft(sent.samples)) ** 2
    hertz = np.fft.rfftfreq(len(sent.samples), 1 / sent.rate)
    return float(power[hertz < LOW].sum() / power.sum())
