"""The voice that is always there: espeak-ng, a separate program that needs no network."""

import asyncio
import re
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from prompts.errors import VoiceFailed, VoiceMissing

if TYPE_CHECKING:
    from prompts.audio import Audio

_SPEED, _PITCH = 150, 50


@dataclass(frozen=True, slots=True)
class Manner:
    """How a language is spoken: one of the voices of espeak-ng, and what it is asked for."""

    voice: str
    speed: int = _SPEED
    """So that 140 to 150 written words are heard in a minute; espeak-ng counts otherwise."""
    pitch: int = _PITCH
    """From 0 to 99."""


MANNERS: Mapping[str, Manner] = MappingProxyType(
    {
        "nl": Manner("nl+klatt4", speed=155, pitch=30),
        "fr": Manner("fr-be", speed=125),
        "de": Manner("de", speed=152),
        "en": Manner("en-gb", speed=131),
    }
)
"""By language; the Dutch one is what a recogniser understands best over a telephone line."""

_LONE_A = re.compile(r"\b[Aa](?= [A-Za-z]\b)|(?<=\b[B-Zb-z] )[Aa]\b")


class EspeakVoice:
    """Speaks through espeak-ng; the same text gives the same samples every time."""

    def __init__(
        self,
        voices: Mapping[str, str] = MappingProxyType({}),
        program: str = "espeak-ng",
        timeout: float = 30.0,
        speed: int | None = None,
    ) -> None:
        """`timeout` in seconds from the start of the program; a minute of speech takes a tenth of one.

        `speed`, as espeak-ng counts it, is that of another speaker than ours, in every language.
        """
        other = {language: Manner(voice) for language, voice in voices.items()}
        manners = {**MANNERS, **other}
        if speed is not None:
            manners = {language: replace(one, speed=speed) for language, one in manners.items()}
        self._manners = manners
        self._program = program
        self._timeout = timeout

    @property
    def languages(self) -> frozenset[str]:
        return frozenset(self._manners)

    def mark(self, language: str) -> str:
        return f"{_version(self._program, self._timeout)} {self._manner(language)}"

    def _manner(self, language: str) -> Manner:
        if language not in self._manners:
            known = ", ".join(sorted(self._manners))
            msg = f"espeak-ng has no voice for {language!r}: choose one of {known}."
            raise VoiceMissing(msg)
        return self._manners[language]

    async def speak(self, text: str, language: str) -> "Audio":
        from prompts.audio import read  # noqa: PLC0415 - it brings numpy, which only who speaks needs

        manner = self._manner(language)
        # A file, because on a pipe espeak-ng writes a WAV header with a wrong length.
        with tempfile.TemporaryDirectory(prefix="speech-") as folder:
            spoken = Path(folder) / "spoken.wav"
            await self._run(text, manner, spoken)
            return await asyncio.to_thread(read, spoken)

    async def _run(self, text: str, manner: Manner, spoken: Path) -> None:
        # The text goes by stdin: nobody on this machine can read it in the list of processes.
        asked = ("-v", manner.voice, "-s", str(manner.speed), "-p", str(manner.pitch))
        arguments = (*asked, "--stdin", "-w", str(spoken))
        pipe, nothing = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
        try:
            process = await asyncio.create_subprocess_exec(
                self._program, *arguments, stdin=pipe, stdout=nothing, stderr=nothing
            )
        except OSError as error:
            raise _cannot_start(self._program) from error
        try:
            async with asyncio.timeout(self._timeout):
                await process.communicate(_spelled_a(_plain(text), manner.voice).encode())
        except TimeoutError as error:
            msg = f"espeak-ng did not finish speaking within {self._timeout:.0f} seconds: try again."
            raise VoiceFailed(msg) from error
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode:
            msg = f"espeak-ng cannot speak as {manner.voice!r}: `espeak-ng --voices` lists what there is."
            raise VoiceMissing(msg)


@cache
def _version(program: str, timeout: float) -> str:
    """What it says of itself: its release, and where its voices are."""
    try:
        said = subprocess.run(
            [program, "--version"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise _cannot_start(program) from error
    return said.stdout.strip()


def _cannot_start(program: str) -> VoiceMissing:
    return VoiceMissing(f"The speech program {program} cannot be started: install the package espeak-ng.")


def _plain(text: str) -> str:
    """Without `[[...]]`, which espeak-ng would read as phonemes, and with an end that it stops at."""
    return text.replace("[", " ").replace("]", " ").strip() + "\n"


def _spelled_a(text: str, voice: str) -> str:
    """The letter A beside other letters, which English voices would read as the article."""
    return _LONE_A.sub("[[eI]]", text) if voice.startswith("en") else text
