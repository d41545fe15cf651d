"""What callers of our number hear, laid out for the PBX."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from broadcast.draft import LANGUAGES
from buurtbel.switchboard import Switchboard
from ivr.call import Sound
from ivr.scripts.sentences import Says
from prompts.audio import tone, write_sound
from prompts.catalogue import Key, sentences_beginning
from prompts.fixed import lay_sentence


async def lay_line_sentences(board: Switchboard) -> Mapping[str, Says]:
    """The fixed sentences by language; only at the very first start does this take some seconds."""
    says: dict[str, dict[Key, Sound]] = {language: {} for language in LANGUAGES}
    for key in (
        *sentences_beginning("line_", "report_", "leave_", "police_", "duty_"),
        "thank_you",
        "goodbye",
    ):
        slots = {"zone": board.settings.speech.zone} if key in {"line_welcome", "leave_asked"} else {}
        for language, sound in (await lay(board, key, **slots)).items():
            says[language][key] = sound
    return says


async def lay(board: Switchboard, key: Key, **slots: str) -> Mapping[str, Sound]:
    """One of them, by language."""
    laid = await lay_sentence(board.voice, board.settings.sounds_folder, key, LANGUAGES, **slots)
    return {language: Sound(one.path, one.seconds) for language, one in laid.items()}


async def lay_tone(folder: Path) -> Sound:
    """What tells a caller to speak."""
    sound = tone()
    await asyncio.to_thread(write_sound, folder / "tone", sound)
    return Sound(folder / "tone", sound.seconds)
