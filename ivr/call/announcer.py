"""Speaks sentences with numbers and names in them, and removes their sounds when the call is over."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from uuid import uuid4

from ivr.call.values import Sound
from prompts.audio import write_sound
from prompts.catalogue import Key, sentence
from prompts.normalise.names import Names
from prompts.passes import render_sentence
from prompts.voice import Voice

_SPOKEN = "told-"


class Announcer:
    """Speaks sentences to one caller."""

    def __init__(
        self, voice: Voice, folder: Path, language: str, names: Callable[[], Awaitable[Names]]
    ) -> None:
        self._voice = voice
        self._names = names
        self._folder = folder
        self.language = language
        self._laid: list[Path] = []

    async def tell(self, key: Key, **slots: str) -> Sound:
        """Speak this sentence with its slots filled in, and lay it out for the PBX.

        Raises SpeechError and OSError.
        """
        text = sentence(key, self.language, **slots)
        audio = await render_sentence(self._voice, text, self.language, await self._names())
        path = self._folder / f"{_SPOKEN}{uuid4().hex}"
        self._laid.append(path)
        await asyncio.to_thread(write_sound, path, audio)
        return Sound(path, audio.seconds)

    def clear(self) -> None:
        """Remove the sounds of this call."""
        for path in self._laid:
            _remove(path.parent, path.name)


class Announcements:
    """Makes the announcers of a node, which share its voice."""

    def __init__(self, voice: Voice, folder: Path, names: Callable[[], Awaitable[Names]]) -> None:
        """`names` returns how names are pronounced, from the list as it is at that moment."""
        self._voice = voice
        self._folder = folder
        self._names = names

    def speaking(self, language: str) -> Announcer:
        """An announcer for one call, which clears it at its end."""
        return Announcer(self._voice, self._folder, language, self._names)


def forget_what_was_told(folder: Path) -> None:
    """Remove the sounds that calls of an earlier process left."""
    _remove(folder, _SPOKEN)


def _remove(folder: Path, beginning: str) -> None:
    for file in folder.glob(f"{beginning}*"):
        file.unlink(missing_ok=True)
