"""Sound as a phone deals with it: 16 bit samples in frames of 20 ms, and whether a frame holds speech."""

import numpy as np
import numpy.typing as npt

from prompts.audio import TELEPHONE_RATE, Samples

FRAME_SECONDS = 0.02
FRAME = round(FRAME_SECONDS * TELEPHONE_RATE)
"""Samples."""
SPEECH = -45.0
"""dBov above which a frame counts as speech: far above any room, far below a quiet voice."""

Pcm = npt.NDArray[np.int16]
"""One row of samples; a clip has rows of one frame each."""

_LOUD_ENERGY = FRAME * (32768 * 10 ** (SPEECH / 20)) ** 2


def clip_of(samples: Samples) -> Pcm:
    """Samples between -1 and 1 as rows of one frame, the last one filled up with silence."""
    rows = -(-len(samples) // FRAME)
    clip = np.zeros(rows * FRAME, np.int16)
    clip[: len(samples)] = np.clip(np.rint(samples * 32767), -32768, 32767)
    return clip.reshape(rows, FRAME)


def is_loud(frame: Pcm) -> bool:
    """Whether there is speech, a tone or loud noise in it."""
    samples = frame.astype(np.float32)
    return float(samples @ samples) > _LOUD_ENERGY
