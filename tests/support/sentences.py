"""The fixed sentences of servers that speak by espeak-ng: where they lie, and how they come there."""

import asyncio
import fcntl
import shutil
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from buurtbel.line.sounds import NAMES_THE_ZONE, ON_AN_ALERT, TO_CALLERS
from prompts.audio import PLAYED
from prompts.catalogue import Key
from prompts.espeak import EspeakVoice
from prompts.fixed import SUM, Laid, Slot, lay_sentence, place_of
from prompts.languages import LANGUAGES
from prompts.normalise.names import NO_NAMES, Names

SPOKEN = Path(".cache/sentences")
"""Once for all servers of all tests: to speak them keeps a processor busy for ten seconds."""


def laid_at(folder: Path, key: Key, language: str, names: Names = NO_NAMES, **slots: str) -> Path:
    """Where this sentence lies there, without extension."""
    return place_of(folder, EspeakVoice(), key, language, names, **slots)


def lay_all(folder: Path, zones: Mapping[str, str]) -> None:
    """A folder as after the first start of a line in this zone, named by language."""
    SPOKEN.mkdir(parents=True, exist_ok=True)
    folder.mkdir(parents=True)
    with SPOKEN.with_suffix(".lock").open("w") as lock, ThreadPoolExecutor(1) as apart:
        fcntl.flock(lock, fcntl.LOCK_EX)
        # In a thread of its own, for whoever starts a server has a loop that runs.
        for laid in apart.submit(asyncio.run, _spoken(zones)).result():
            for suffix in (*PLAYED, SUM):
                name = laid.path.name + suffix
                shutil.copyfile(SPOKEN / name, folder / name)


async def _spoken(zones: Mapping[str, str]) -> Sequence[Laid]:
    found: list[Laid] = []
    for key in {*ON_AN_ALERT, *TO_CALLERS}:
        slots: dict[str, Slot] = {"zone": zones} if key in NAMES_THE_ZONE else {}
        found += (await lay_sentence(EspeakVoice(), SPOKEN, key, LANGUAGES, NO_NAMES, **slots)).values()
    return found
