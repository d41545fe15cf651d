"""The fixed sentences as files that a PBX plays, made before any call needs them."""

import asyncio
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from prompts.audio import TELEPHONE_RATE, write_sound
from prompts.catalogue import Key, sentence
from prompts.passes import render_sentence
from prompts.voice import Voice


@dataclass(frozen=True, slots=True)
class Laid:
    """A sentence that lies ready: its path without extension, and its length."""

    path: Path
    seconds: float


def place_of(folder: Path, key: Key, language: str, **slots: str) -> Path:
    """Where this sentence lies once it is laid out, without extension."""
    mark = hashlib.sha256(sentence(key, language, **slots).encode()).hexdigest()[:12]
    return folder / f"{key}-{language}-{mark}"


async def lay_sentence(
    voice: Voice, folder: Path, key: Key, languages: Iterable[str], **slots: str
) -> dict[str, Laid]:
    """Speak this sentence of the catalogue, its slots filled in, in these languages, by language.

    A sentence that lies there already is kept, so that a recorded voice can replace any of them.
    """
    laid: dict[str, Laid] = {}
    for language in languages:
        text = sentence(key, language, **slots)
        path = place_of(folder, key, language, **slots)
        spoken = path.with_suffix(".alaw")
        if not spoken.exists():
            audio = await render_sentence(voice, text, language)
            await asyncio.to_thread(write_sound, path, audio)
        laid[language] = Laid(path, spoken.stat().st_size / TELEPHONE_RATE)
    return laid
