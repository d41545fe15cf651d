"""The fixed sentences as files that a PBX plays, made before any call needs them."""

import asyncio
import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from prompts.audio import TELEPHONE_RATE, write_sound
from prompts.catalogue import Key, sentence
from prompts.normalise.names import NO_NAMES, Names
from prompts.passes import render_sentence
from prompts.voice import Voice

Slot = str | Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Laid:
    """A sentence that lies ready: its path without extension, and its length."""

    path: Path
    seconds: float


def place_of(folder: Path, key: Key, language: str, names: Names = NO_NAMES, **slots: str) -> Path:
    """Where this sentence lies once it is laid out, without extension; said otherwise, it lies elsewhere."""
    said = names.in_language(language).read(sentence(key, language, **slots))
    mark = hashlib.sha256(said.encode()).hexdigest()[:12]
    return folder / f"{key}-{language}-{mark}"


async def lay_sentence(
    voice: Voice, folder: Path, key: Key, languages: Iterable[str], names: Names = NO_NAMES, **slots: Slot
) -> dict[str, Laid]:
    """Speak this sentence of the catalogue, its slots filled in, in these languages, by language.

    A slot is the same in all of them, or has what it is by language. A sentence that lies there already is
    kept, so that a recorded voice can replace any of them.
    """
    laid: dict[str, Laid] = {}
    for language in languages:
        filled = {name: one if isinstance(one, str) else one[language] for name, one in slots.items()}
        text = sentence(key, language, **filled)
        path = place_of(folder, key, language, names, **filled)
        spoken = path.with_suffix(".alaw")
        if not spoken.exists():
            audio = await render_sentence(voice, text, language, names)
            await asyncio.to_thread(write_sound, path, audio)
        laid[language] = Laid(path, spoken.stat().st_size / TELEPHONE_RATE)
    return laid
