"""Sentences that are known only during a call, with numbers and names in them; removed when it is over."""

import asyncio
from pathlib import Path
from uuid import uuid4

from ivr.call import Sound
from prompts.audio import write_sound
from prompts.catalogue import Key, sentence
from prompts.passes import render_sentence
from prompts.voice import Voice

_SPOKEN = "told-"


class Announcer:
    """Speaks to one caller."""

    def __init__(self, voice: Voice, folder: Path, language: str) -> None:
        self._voice = voice
        self._folder = folder
        self.language = language
        self._laid: list[Path] = []

    async def tell(self, key: Key, **slots: str) -> Sound:
        """This sentence with its slots filled in, laid out for the PBX. Raises SpeechError, and OSError."""
        audio = await render_sentence(self._voice, sentence(key, self.language, **slots), self.language)
        path = self._folder / f"{_SPOKEN}{uuid4().hex}"
        self._laid.append(path)
        await asyncio.to_thread(write_sound, path, audio)
        return Sound(path, audio.seconds)

    def clear(self) -> None:
        """The call is over."""
        for path in self._laid:
            _remove(path.parent, path.name)


def forget_what_was_told(folder: Path) -> None:
    """What calls of an earlier process left."""
    _remove(folder, _SPOKEN)


def _remove(folder: Path, beginning: str) -> None:
    for file in folder.glob(f"{beginning}*"):
        file.unlink(missing_ok=True)
