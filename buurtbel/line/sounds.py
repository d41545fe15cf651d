"""Lays out the fixed sentences for the PBX.

The first start of a release speaks all of them. Every later start reads the files and speaks nothing.
"""

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable, Generator, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from buurtbel.assembly import Assembly
from directory.pronunciation import names_everywhere
from ivr.call.values import Sound
from ivr.pbx.dialplan import away_sound
from ivr.scripts.sentences import Says
from prompts.audio import PLAYED, tone, write_sound, write_whole
from prompts.catalogue import Key, sentences_beginning
from prompts.fixed import Laid, find_sentence, lay_sentence, not_needed
from prompts.languages import LANGUAGES
from prompts.normalise.names import Names

log = logging.getLogger(__name__)

NAMES_THE_ZONE: frozenset[Key] = frozenset({"line_welcome", "leave_asked", "test_call"})
ON_AN_ALERT: Sequence[Key] = ("thank_you", "stopped", "changed", "leave_sure")
"""The sentences without which no alert is called; callers need the others."""
TO_CALLERS: Sequence[Key] = (
    *sentences_beginning("line_", "report_", "leave_", "police_", "duty_"),
    "test_call",
    "thank_you",
    "stopped",
    "changed",
    "goodbye",
)
SPEAKER = ("-P", "-m", "buurtbel.line.speaker")
AGAIN_AFTER, LONGEST_WAIT = 1.0, 60.0
"""Seconds before what could not be laid out is tried again; twice as many each time, up to so many."""


async def lay_alert_sentences(assembly: Assembly) -> Mapping[str, Says]:
    """The sentences of alerts, by language. Raises SpeechError and OSError."""
    return _by_language(await speak_what_lacks(assembly, ON_AN_ALERT))


async def lay_line_sentences(assembly: Assembly) -> Mapping[str, Says]:
    """All fixed sentences, by language. A process of lower priority speaks those that lack.

    Raises SpeechError and OSError.
    """
    says = await asyncio.to_thread(_find_all, assembly, await _names(assembly))
    if says is None:
        log.info("Some sentences are spoken for the first time.")
        await _speak_apart()
        says = await speak_what_lacks(assembly, TO_CALLERS)
    await asyncio.to_thread(_lay_for_away, assembly.settings.sounds_folder, says["line_away"])
    return _by_language(says)


async def speak_what_lacks(assembly: Assembly, keys: Sequence[Key]) -> dict[Key, Mapping[str, Laid]]:
    """Speak, here and now, those of these sentences that do not lie there yet, in all languages."""
    names, folder = await _names(assembly), assembly.settings.sounds_folder
    return {
        key: await lay_sentence(assembly.voice, folder, key, LANGUAGES, names, **slots)
        for key, slots in _filled(assembly, keys)
    }


async def lay_tone(folder: Path) -> Sound:
    """The tone that tells a caller to speak."""
    sound = tone()
    await asyncio.to_thread(write_sound, folder / "tone", sound)
    return Sound(folder / "tone", sound.seconds)


class LineSentences:
    """All fixed sentences by language, for everybody who awaits this: at once, or when they are laid out.

    Whoever stops waiting, as a caller who hangs up, ends no wait of others. What cannot be laid out now is
    tried again: without sentences no officer is rung and no caller is served.
    """

    def __init__(
        self, lay: Callable[[], Awaitable[Mapping[str, Says]]], *, again_after: float = AGAIN_AFTER
    ) -> None:
        """`lay` may raise anything."""
        self._laying = asyncio.create_task(_lay_at_last(lay, again_after))

    def __await__(self) -> Generator[Any, None, Mapping[str, Says]]:
        return asyncio.shield(self._laying).__await__()

    def cancel(self) -> None:
        """Nobody needs them any more."""
        self._laying.cancel()


class OldSentences:
    """The sentences in this folder that other voices, settings and releases spoke, and that nobody needs."""

    def __init__(self, folder: Path, says: Awaitable[Mapping[str, Says]]) -> None:
        self._folder = folder
        self._says = says
        self._seen: set[Path] = set()

    async def sweep(self) -> None:
        """Remove the sentences that nobody needed at the last sweep either: an older call may play one."""
        needed = [sound.path for one in (await self._says).values() for sound in one.values()]
        found = await asyncio.to_thread(not_needed, self._folder, needed)
        for file in found & self._seen:
            file.unlink(missing_ok=True)
        self._seen = found


def _find_all(assembly: Assembly, names: Names) -> Mapping[Key, Mapping[str, Laid]] | None:
    """All of these sentences; None when one of them lacks or is damaged."""
    folder, says = assembly.settings.sounds_folder, dict[Key, Mapping[str, Laid]]()
    for key, slots in _filled(assembly, TO_CALLERS):
        says[key] = find_sentence(assembly.voice, folder, key, LANGUAGES, names, **slots)
        if len(says[key]) < len(LANGUAGES):
            return None
    return says


async def _lay_at_last(lay: Callable[[], Awaitable[Mapping[str, Says]]], delay: float) -> Mapping[str, Says]:
    while True:
        try:
            return await lay()
        except Exception:
            log.exception("What callers and officers hear cannot be laid out yet; trying again.")
        await asyncio.sleep(delay)
        delay = min(delay * 2, LONGEST_WAIT)


async def _speak_apart() -> None:
    """Speak the sentences that lack in a process of lower priority: they take ten seconds of a processor."""
    process = await asyncio.create_subprocess_exec(sys.executable, *SPEAKER, stdin=asyncio.subprocess.DEVNULL)
    try:
        await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def _lay_for_away(folder: Path, says: Mapping[str, Laid]) -> None:
    """Copy the sentences for callers to where the dialplan finds them while we are away."""
    for language, laid in says.items():
        at = away_sound(folder, language)
        for suffix in PLAYED:
            said = laid.path.with_name(laid.path.name + suffix).read_bytes()
            file = at.with_name(at.name + suffix)
            if not file.exists() or file.read_bytes() != said:
                write_whole(file, said)


def _filled(assembly: Assembly, keys: Sequence[Key]) -> Iterator[tuple[Key, dict[str, Mapping[str, str]]]]:
    for key in keys:
        yield key, {"zone": assembly.settings.speech.zones} if key in NAMES_THE_ZONE else {}


async def _names(assembly: Assembly) -> Names:
    async with assembly.engine.connect() as connection:
        return await names_everywhere(connection, networks=())


def _by_language(says: Mapping[Key, Mapping[str, Laid]]) -> Mapping[str, Says]:
    return {
        language: {key: Sound(laid[language].path, laid[language].seconds) for key, laid in says.items()}
        for language in LANGUAGES
    }
