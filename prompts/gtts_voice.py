"""The online voice, for who opts in: every text goes to Google, unofficially and without promise."""

import asyncio
import io
import logging

from gtts import gTTS, gTTSError

from prompts.audio import Audio, decode
from prompts.errors import AudioUnreadable
from prompts.voice import Voice

log = logging.getLogger(__name__)

_TIMEOUT = 10.0
"""Seconds for each request to Google; longer texts take several."""


class GttsVoice:
    """Speaks through Google Translate; whatever goes wrong there, the fallback speaks instead."""

    def __init__(self, fallback: Voice) -> None:
        self._fallback = fallback

    @property
    def languages(self) -> frozenset[str]:
        return self._fallback.languages

    async def speak(self, text: str, language: str) -> Audio:
        try:
            return await asyncio.to_thread(_fetch, text, language)
        except (gTTSError, AudioUnreadable, OSError, ValueError, AssertionError) as error:
            # The kind only: messages of gTTS may quote the text.
            log.warning("The online voice did not speak (%s); the local voice does.", type(error).__name__)
            return await self._fallback.speak(text, language)


def _fetch(text: str, language: str) -> Audio:
    spoken = io.BytesIO()
    gTTS(text, lang=language, lang_check=False, timeout=_TIMEOUT).write_to_fp(spoken)
    return decode(spoken.getvalue())
