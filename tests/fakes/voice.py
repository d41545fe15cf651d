"""A voice that hums: as long as the text has words, and always there."""

import numpy as np

from prompts.audio import Audio
from prompts.errors import VoiceMissing

RATE = 8_000
SECONDS_A_WORD = 0.02


class HummingVoice:
    """Keeps what it was asked to say, as (language, text)."""

    def __init__(self, *languages: str) -> None:
        self.languages = frozenset(languages or ("nl", "fr", "de", "en"))
        self.said: list[tuple[str, str]] = []
        self.hums = "as it always did"

    def mark(self, language: str) -> str:
        return f"{self.hums} {language}"

    async def speak(self, text: str, language: str) -> Audio:
        if language not in self.languages:
            raise VoiceMissing(f"There is no voice for {language!r}: install one.")
        self.said.append((language, text))
        length = round(len(text.split()) * SECONDS_A_WORD * RATE)
        hum = 0.3 * np.sin(2 * np.pi * 300 / RATE * np.arange(length))
        return Audio(hum.astype(np.float32), RATE)
