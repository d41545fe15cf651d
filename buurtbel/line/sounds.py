"""What callers of our number hear, laid out for the PBX."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from buurtbel.assembly import Assembly
from directory.pronunciation import names_everywhere
from ivr.call.values import Sound
from ivr.scripts.sentences import Says
from prompts.audio import tone, write_sound
from prompts.catalogue import Key, sentences_beginning
from prompts.fixed import Slot, lay_sentence
from prompts.languages import LANGUAGES
from prompts.normalise.names import NO_NAMES, Names

NAMES_THE_ZONE: frozenset[Key] = frozenset({"line_welcome", "leave_asked", "test_call"})


async def lay_line_sentences(board: Assembly) -> Mapping[str, Says]:
    """The fixed sentences by language; only at the very first start does this take some seconds."""
    says: dict[str, dict[Key, Sound]] = {language: {} for language in LANGUAGES}
    async with board.engine.connect() as connection:
        names = await names_everywhere(connection, networks=())
    for key in (
        *sentences_beginning("line_", "report_", "leave_", "police_", "duty_"),
        "test_call",
        "thank_you",
        "goodbye",
    ):
        slots = {"zone": board.settings.speech.zones} if key in NAMES_THE_ZONE else {}
        for language, sound in (await lay(board, key, names, **slots)).items():
            says[language][key] = sound
    return says


async def lay(board: Assembly, key: Key, names: Names = NO_NAMES, **slots: Slot) -> Mapping[str, Sound]:
    """One of them, by language."""
    laid = await lay_sentence(board.voice, board.settings.sounds_folder, key, LANGUAGES, names, **slots)
    return {language: Sound(one.path, one.seconds) for language, one in laid.items()}


async def lay_tone(folder: Path) -> Sound:
    """What tells a caller to speak."""
    sound = tone()
    await asyncio.to_thread(write_sound, folder / "tone", sound)
    return Sound(folder / "tone", sound.seconds)
