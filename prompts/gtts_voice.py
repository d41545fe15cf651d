"""The online voice, for who opts in: every text goes to Google, unofficially and without promise."""

import asyncio
import io
import logging
from collections.abc import Callable
from importlib.metadata import version

from gtts import gTTS, gTTSError

from prompts.audio import Audio, decode
from prompts.errors import AudioUnreadable
from prompts.voice import LastingVoice

log = logging.getLogger(__name__)

_TIMEOUT = 10.0
"""Seconds for each request to Google; longer texts take several."""
_FAILURES = (gTTSError, AudioUnreadable, OSError, ValueError, AssertionError)


def fetch(text: str, language: str) -> Audio:
    """Ask Google Translate; blocks, and raises one of `_FAILURES`."""
    spoken = io.BytesIO()
    gTTS(text, lang=language, lang_check=False, timeout=_TIMEOUT).write_to_fp(spoken)
    return decode(spoken.getvalue())


class GttsVoice:
    """Speaks through Google Translate; whatever goes wrong there, the fallback speaks instead."""

    def __init__(self, fallback: LastingVoice, online: Callable[[str, str], Audio] = fetch) -> None:
        self._fallback = fallback
        self._online = online

    @property
    def languages(self) -> frozenset[str]:
        return self._fallback.languages

    def mark(self, language: str) -> str:
        return f"gtts {version('gTTS')}, else {self._fallback.mark(language)}"

    async def speak(self, text: str, language: str) -> Audio:
        try:
            return await asyncio.to_thread(self._online, text, language)
        except _FAILURES as error:
            # The kind only: messages of gTTS may quote the text.
            log.warning("The online voice did not speak (%s); the local voice does.", type(error).__name__)
            return await self._fallback.speak(text, language)
