"""Sentences that are known only during a call, with numbers and names in them; removed when it is over."""

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
    """Speaks to one caller."""

    def __init__(
        self, voice: Voice, folder: Path, language: str, names: Callable[[], Awaitable[Names]]
    ) -> None:
        self._voice = voice
        self._names = names
        self._folder = folder
        self.language = language
        self._laid: list[Path] = []

    async def tell(self, key: Key, **slots: str) -> Sound:
        """This sentence with its slots filled in, laid out for the PBX. Raises SpeechError, and OSError."""
        text = sentence(key, self.language, **slots)
        audio = await render_sentence(self._voice, text, self.language, await self._names())
        path = self._folder / f"{_SPOKEN}{uuid4().hex}"
        self._laid.append(path)
        await asyncio.to_thread(write_sound, path, audio)
        return Sound(path, audio.seconds)

    def clear(self) -> None:
        """The call is over."""
        for path in self._laid:
            _remove(path.parent, path.name)


class Announcements:
    """The voice of a node, for whoever is on the line."""

    def __init__(self, voice: Voice, folder: Path, names: Callable[[], Awaitable[Names]]) -> None:
        """`names` says how names are pronounced, as the list is when it is asked."""
        self._voice = voice
        self._folder = folder
        self._names = names

    def speaking(self, language: str) -> Announcer:
        """For one call, which clears it at its end."""
        return Announcer(self._voice, self._folder, language, self._names)


def forget_what_was_told(folder: Path) -> None:
    """What calls of an earlier process left."""
    _remove(folder, _SPOKEN)


def _remove(folder: Path, beginning: str) -> None:
    for file in folder.glob(f"{beginning}*"):
        file.unlink(missing_ok=True)
