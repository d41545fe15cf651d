"""Asterisk's talk detection, in audio time."""

import numpy as np

from ivr.call.call import Call
from ivr.detection.fact_recorder import TALK_DETECTION
from simulation.sound.frames import FRAME_SECONDS, Pcm

QUIET_MS, LOUD = map(int, TALK_DETECTION.split(","))


class TalkDetector:
    """Asterisk's TALK_DETECT: loud by the mean of a frame, quiet after so long without."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._talks = False
        self._since = 0.0
        self._quiet = 0

    def frame(self, said: Pcm, now: float) -> None:
        if np.abs(said.astype(np.int32)).mean() > LOUD:
            self._quiet = 0
            if not self._talks:
                self._talks, self._since = True, now
                self._call.events.talk_started(now)
            return
        self._quiet += round(FRAME_SECONDS * 1000)
        if self._talks and self._quiet >= QUIET_MS:
            self._talks = False
            self._call.events.talk_ended(now, now - self._since - QUIET_MS / 1000)
