"""A second voice for English neighbours: flite, which joins recorded sounds where espeak-ng computes them."""

import asyncio
import tempfile
from pathlib import Path

from prompts.audio import Audio, read
from simulation.errors import VoicesMissing

_USUAL_PACE = 160
"""Words a minute, about, of every voice when it is told nothing."""


class FliteVoice:
    """Speaks with a voice that `flite -lv` lists; the same text gives the same samples every time."""

    languages = frozenset({"en"})

    def __init__(self, voice: str, *, words_a_minute: int = _USUAL_PACE) -> None:
        self._voice = voice
        self._stretch = _USUAL_PACE / words_a_minute

    async def speak(self, text: str, language: str) -> Audio:
        """Raises VoicesMissing when flite is not installed, or does not speak."""
        if language not in self.languages:
            msg = f"flite does not speak {language!r}: give that speaker a voice of espeak-ng."
            raise VoicesMissing(msg)
        with tempfile.TemporaryDirectory(prefix="speech-") as folder:
            spoken = Path(folder) / "spoken.wav"
            pace = ("--setf", f"duration_stretch={self._stretch}")
            try:
                process = await asyncio.create_subprocess_exec(
                    "flite", "-voice", self._voice, *pace, "-t", text, "-o", str(spoken)
                )
            except FileNotFoundError as error:
                msg = "The speech program flite is not there: run `scripts/bootstrap voices`."
                raise VoicesMissing(msg) from error
            if await process.wait():
                msg = f"flite cannot speak with the voice {self._voice!r}: try that command by hand."
                raise VoicesMissing(msg)
            return await asyncio.to_thread(read, spoken)
