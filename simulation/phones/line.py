"""What lies between a phone and the caller: an echo, and a network that does not send silence."""

import numpy as np
import numpy.typing as npt

from prompts.audio import TELEPHONE_RATE
from simulation.kinds import Echo
from simulation.sound.frames import FRAME, FRAME_SECONDS, Pcm, is_loud

HANGOVER = 0.2
"""Seconds that a network goes on sending after speech, as its voice detector does."""

_ROOM = FRAME * 100
"""Samples that the echo path holds: two seconds."""
_SLACK = 3 * FRAME
"""Frames do not come exactly every 20 ms: so much later or earlier is still in a row."""


class EchoPath:
    """Gives back what was heard, later and softer, in audio time."""

    def __init__(self, echo: Echo) -> None:
        self._gain = np.float32(10 ** (echo.db / 20))
        self._delay = round(echo.ms / 1000 * TELEPHONE_RATE)
        self._ring = np.zeros(_ROOM, np.float32)
        self._now = 0
        self._end = -_ROOM

    def hear(self, frame: Pcm) -> None:
        due = self._now + self._delay
        start = self._end if abs(self._end - due) <= _SLACK else due
        self._end = start + len(frame)
        self._ring[np.arange(start, self._end) % _ROOM] = frame * self._gain

    def next(self) -> npt.NDArray[np.float32]:
        first = self._now % _ROOM
        self._now += FRAME
        echo = self._ring[first : first + FRAME].copy()
        self._ring[first : first + FRAME] = 0
        return echo


class VoiceGate:
    """Says for each frame whether a network with silence suppression sends it."""

    def __init__(self) -> None:
        self._left = 0.0

    def lets(self, frame: Pcm) -> bool:
        self._left = HANGOVER if is_loud(frame) else self._left - FRAME_SECONDS
        return self._left > 0
