"""A voice of exact length, so that a whole pass of an alert lasts exactly as long as a benchmark wants."""

import numpy as np

from prompts.audio import PAUSE, STORED_RATE, Audio

PARTS = 4
"""Identification, text, closing sentence of an urgent alert, offer of keys."""


class ToneVoice:
    """Speaks everything as a tone; `PARTS` of them and the pauses between make `seconds`."""

    languages = frozenset({"nl"})

    def __init__(self, seconds: float) -> None:
        self._each = (seconds - (PARTS - 1) * PAUSE) / PARTS

    async def speak(self, text: str, language: str) -> Audio:  # noqa: ARG002 - a voice's own signature
        time = np.arange(round(self._each * STORED_RATE)) / STORED_RATE
        return Audio((0.2 * np.sin(2 * np.pi * 440 * time)).astype(np.float32), STORED_RATE)
