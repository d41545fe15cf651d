"""The voice that is always there: espeak-ng, a separate program that needs no network."""

import asyncio
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from prompts.audio import Audio, read
from prompts.errors import VoiceFailed, VoiceMissing

VOICES: Mapping[str, str] = MappingProxyType({"nl": "nl+david", "fr": "fr-be", "de": "de", "en": "en-gb"})
"""By language; of the Dutch ones david is understood best at 8 kHz a-law."""

_WORDS_A_MINUTE = 160


class EspeakVoice:
    """Speaks through espeak-ng; the same text gives the same samples every time."""

    def __init__(
        self,
        voices: Mapping[str, str] = MappingProxyType({}),
        program: str = "espeak-ng",
        timeout: float = 30.0,
        words_a_minute: int = _WORDS_A_MINUTE,
    ) -> None:
        """`timeout` in seconds from the start of the program; a minute of speech takes a tenth of one."""
        self._voices = {**VOICES, **voices}
        self._program = program
        self._timeout = timeout
        self._pace = str(words_a_minute)

    @property
    def languages(self) -> frozenset[str]:
        return frozenset(self._voices)

    async def speak(self, text: str, language: str) -> Audio:
        if language not in self._voices:
            msg = f"espeak-ng has no voice for {language!r}: choose one of {', '.join(sorted(self._voices))}."
            raise VoiceMissing(msg)
        # A file, because on a pipe espeak-ng writes a WAV header with a wrong length.
        with tempfile.TemporaryDirectory(prefix="speech-") as folder:
            spoken = Path(folder) / "spoken.wav"
            await self._run(text, self._voices[language], spoken)
            return await asyncio.to_thread(read, spoken)

    async def _run(self, text: str, voice: str, spoken: Path) -> None:
        # The text goes by stdin: nobody on this machine can read it in the list of processes.
        arguments = ("-v", voice, "-s", self._pace, "--stdin", "-w", str(spoken))
        pipe, nothing = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
        try:
            process = await asyncio.create_subprocess_exec(
                self._program, *arguments, stdin=pipe, stdout=nothing, stderr=nothing
            )
        except OSError as error:
            msg = f"The speech program {self._program} cannot be started: install the package espeak-ng."
            raise VoiceMissing(msg) from error
        try:
            async with asyncio.timeout(self._timeout):
                await process.communicate(_plain(text).encode())
        except TimeoutError as error:
            msg = f"espeak-ng did not finish speaking within {self._timeout:.0f} seconds: try again."
            raise VoiceFailed(msg) from error
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode:
            msg = (
                f"espeak-ng cannot speak with the voice {voice!r}: `espeak-ng --voices` lists what there is."
            )
            raise VoiceMissing(msg)


def _plain(text: str) -> str:
    """Without `[[...]]`, which espeak-ng would read as phonemes, and with an end that it stops at."""
    return text.replace("[", " ").replace("]", " ").strip() + "\n"
