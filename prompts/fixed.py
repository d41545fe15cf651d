"""The fixed sentences as files that a PBX plays: spoken once, and kept until they would be said otherwise.

The name of a sentence tells what it was made from: text, language, voice and its settings, and all that is
done to its sound. So what another voice or another release said is never taken for it. Beside its files lies
a sum of them, written last: what is damaged, or was not finished, is spoken anew.
"""

import asyncio
import hashlib
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

from prompts.audio import PLAYED, TELEPHONE_RATE, Audio, write_sound, write_whole
from prompts.catalogue import Key, sentence
from prompts.languages import LANGUAGES
from prompts.normalise.names import NO_NAMES, Names
from prompts.passes import render_sentence
from prompts.voice import LastingVoice

Slot = str | Mapping[str, str]
SUM = ".sum"
_LIBRARIES = ("numpy", "soundfile", "soxr")
"""What works on our samples, besides this package."""
_OF_A_SENTENCE = re.compile(rf"(?P<name>[a-z_]+-(?:{'|'.join(LANGUAGES)})-[0-9a-f]{{12}})\.\w+")
_UNFINISHED = re.compile(r"\..+\.[0-9a-f]{32}")
"""What a process that was killed left of a file."""


@dataclass(frozen=True, slots=True)
class Laid:
    """A sentence that lies ready: its path without extension, and its length."""

    path: Path
    seconds: float


@cache
def chain() -> str:
    """Which release of this package, and of what it works with, makes sound of a text.

    All of the package counts: to speak some seconds once too often costs less than to decide what matters.
    """
    code = hashlib.sha256()
    here = Path(__file__).parent
    for file in sorted(here.rglob("*")):
        if file.suffix in {".py", ".toml"}:
            code.update(file.relative_to(here).as_posix().encode() + b"\0" + file.read_bytes())
    return " ".join((code.hexdigest(), *map(version, _LIBRARIES)))


def place_of(
    folder: Path, voice: LastingVoice, key: Key, language: str, names: Names = NO_NAMES, **slots: str
) -> Path:
    """Where this sentence lies once this voice has spoken it, without extension; said otherwise, elsewhere.

    Blocks at first, and raises VoiceMissing, as `LastingVoice.mark` does.
    """
    said = names.in_language(language).read(sentence(key, language, **slots))
    made_from = "\n".join((said, language, voice.mark(language), chain()))
    return folder / f"{key}-{language}-{hashlib.sha256(made_from.encode()).hexdigest()[:12]}"


def find_laid(path: Path) -> Laid | None:
    """What lies there as it was made; None when it does not, or is not whole. Blocks."""
    try:
        files = [path.with_name(path.name + suffix).read_bytes() for suffix in PLAYED]
        is_whole = path.with_name(path.name + SUM).read_bytes() == _sum_of(files)
    except OSError:
        return None
    return Laid(path, len(files[0]) / TELEPHONE_RATE) if is_whole else None


def find_sentence(
    voice: LastingVoice,
    folder: Path,
    key: Key,
    languages: Iterable[str],
    names: Names = NO_NAMES,
    **slots: Slot,
) -> dict[str, Laid]:
    """This sentence in those languages in which it lies there, whole. Blocks; raises VoiceMissing."""
    found = {
        language: find_laid(place_of(folder, voice, key, language, names, **_in(language, slots)))
        for language in languages
    }
    return {language: laid for language, laid in found.items() if laid is not None}


async def lay_sentence(
    voice: LastingVoice,
    folder: Path,
    key: Key,
    languages: Sequence[str],
    names: Names = NO_NAMES,
    **slots: Slot,
) -> dict[str, Laid]:
    """This sentence of the catalogue in these languages; spoken now where it does not lie there, whole.

    A slot is the same in all of them, or has what it is by language. Raises as the voice does, and OSError.
    """
    laid = await asyncio.to_thread(find_sentence, voice, folder, key, languages, names, **slots)
    for language in languages:
        if language not in laid:
            filled = _in(language, slots)
            path = place_of(folder, voice, key, language, names, **filled)
            audio = await render_sentence(voice, sentence(key, language, **filled), language, names)
            laid[language] = await asyncio.to_thread(_keep, path, audio)
    return laid


def not_needed(folder: Path, needed: Collection[Path]) -> set[Path]:
    """Files there of sentences that are none of `needed`, and what was not finished. Blocks."""
    names = {path.name for path in needed}
    return {file for file in folder.iterdir() if _is_old(file.name, names)}


def _is_old(file: str, needed: Collection[str]) -> bool:
    of = _OF_A_SENTENCE.fullmatch(file)
    return of["name"] not in needed if of else bool(_UNFINISHED.fullmatch(file))


def _keep(path: Path, audio: Audio) -> Laid:
    write_sound(path, audio)
    files = [path.with_name(path.name + suffix).read_bytes() for suffix in PLAYED]
    write_whole(path.with_name(path.name + SUM), _sum_of(files))
    return Laid(path, len(files[0]) / TELEPHONE_RATE)


def _sum_of(files: Sequence[bytes]) -> bytes:
    together = hashlib.sha256()
    for content in files:
        together.update(hashlib.sha256(content).digest())
    return together.hexdigest().encode()


def _in(language: str, slots: Mapping[str, Slot]) -> dict[str, str]:
    return {name: one if isinstance(one, str) else one[language] for name, one in slots.items()}
