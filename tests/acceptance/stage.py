"""What conversations of `make lines` are played on: members with two alerts, and what calls leave behind."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

import numpy as np
from sqlalchemy import func, select

from bench.somebody import BENCH
from broadcast.draft import Draft
from broadcast.results.results import Progress, RecipientResults, progress, results_of
from broadcast.states import BroadcastState, Outcome, ReportState
from broadcast.tables import Attempt, MemberReport, Pass, StoredAudio
from buurtbel.assembly import Assembly
from prompts.audio import Audio, decode, read_laid, tone, write_sound
from prompts.catalogue import Key, sentence
from prompts.languages import LANGUAGES
from prompts.normalise.names import NO_NAMES
from prompts.passes import render_sentence
from simulation.phones.handset import Handsets
from tests.support.people import network_of
from tests.support.sentences import laid_at

NETWORK = "callers"
OLDER = {"nl": "Er was een inbraak in de Kerkstraat. Kijk na of uw achterdeur dicht is."}
NEWEST = {
    "nl": "Inbraak bezig in de Beukenlaan. Let op een grijze bestelwagen. Blijf binnen.",
    "fr": "Cambriolage en cours dans la Beukenlaan. Attention, camionnette grise. Restez chez vous.",
    "de": "Einbruch in der Beukenlaan. Achten Sie auf einen grauen Lieferwagen. Bleiben Sie im Haus.",
    "en": "Burglary in progress in the Beukenlaan. Look out for a grey van. Stay inside.",
}
SEEN = "Er staat een grijze bestelwagen voor de deur, met nummer {}."
BEGINNING = 3.0
"""Seconds of the alert after which somebody who is impatient does something."""
MIDDLE = 0.5
PIECE = 2.1
"""Seconds of sound in which what a phone hears is written to its file; quiet writes nothing."""
FILED_WITHIN = 20.0
CLOSED_WITHIN = 60.0
TEN_MINUTES = 600.0
PATIENT = 150.0
"""Seconds that somebody who speaks on and on waits for what comes."""
LATE = 4.0
"""Seconds that a machine with much to do may take from one thing to the next; Asterisk counts whole ones."""


@dataclass(frozen=True, slots=True)
class LineStage:
    """What conversations are played on, with what may be heard in them."""

    assembly: Assembly
    phones: Handsets
    speech: Path
    """What a caller says, as a file for their phone."""
    spoken: Audio
    """The same, as it is heard again."""
    tone: Audio
    older: int
    newest: int

    def says(self, key: Key, language: str = "nl") -> Audio:
        """A fixed sentence, from the very file that is played."""
        settings = self.assembly.settings
        slots = {"zone": settings.speech.zones[language]} if key in {"line_welcome", "leave_asked"} else {}
        return read_laid(laid_at(settings.sounds_folder, key, language, NO_NAMES, **slots))

    async def told(self, key: Key, language: str = "nl", **slots: str) -> Audio:
        """A sentence with what is known only during the call, spoken anew by the same voice."""
        return await render_sentence(self.assembly.voice, sentence(key, language, **slots), language)

    async def alert(self, language: str, *, newest: bool = True) -> Audio:
        return await self.message(self.newest if newest else self.older, language)

    async def message(self, broadcast: int, language: str = "nl") -> Audio:
        """What a broadcast says to those with this language."""
        stored = (
            select(StoredAudio.flac)
            .join(Pass, Pass.audio == StoredAudio.sha256)
            .where(Pass.broadcast_id == broadcast, Pass.language == language)
        )
        async with self.assembly.engine.connect() as connection:
            flac = (await connection.scalars(stored)).one()
        return await asyncio.to_thread(decode, flac)

    async def beginning_of_the_alert(self) -> Audio:
        whole = await self.alert("nl")
        return Audio(whole.samples[: round(BEGINNING * whole.rate)], whole.rate)

    async def for_caller(self, number: str) -> "LineStage":
        """The same, with words that nobody else says: a sound is kept once, whoever's it is."""
        words = SEEN.format(" ".join(number[-3:]))
        speech, spoken = await _laid(self.assembly, self.phones, words)
        return replace(self, speech=speech, spoken=spoken)

    async def speaks_on_and_on(self) -> tuple[Path, Audio]:
        """For ten minutes: as a file for a phone, and as it is heard."""
        often = int(TEN_MINUTES / self.spoken.seconds)
        words = Audio(np.tile(self.spoken.samples, often), self.spoken.rate)
        speech = self.speech.with_name(f"on-and-on-{uuid4().hex[:12]}")
        await asyncio.to_thread(write_sound, speech, words)
        return speech, words

    async def has_confirmed(self, number: str) -> bool:
        """The newest alert, by this call; nobody else calls from this number."""
        found = select(func.count()).where(
            Attempt.e164 == number,
            Attempt.broadcast_id == self.newest,
            Attempt.outcome == Outcome.CONFIRMED_BY_CALLBACK,
        )
        async with self.assembly.engine.connect() as connection:
            return bool(await connection.scalar(found))

    async def until(self, broadcast: int, condition: Callable[[Progress], bool]) -> list[RecipientResults]:
        """Until it is so with this broadcast; gives its results."""
        async with asyncio.timeout(CLOSED_WITHIN):
            while True:
                async with self.assembly.engine.connect() as connection:
                    if condition(await progress(connection, broadcast)):
                        return await results_of(connection, broadcast)
                await asyncio.sleep(0.2)

    async def until_closed(self, broadcast: int) -> list[RecipientResults]:
        return await self.until(broadcast, lambda seen: seen.state is BroadcastState.CLOSED)

    async def report_of(self, number: str) -> Audio:
        """What was kept of the one report from this number, once it is not under way any more."""
        await self.kept(number)
        stored = select(StoredAudio.flac).join(MemberReport, MemberReport.audio == StoredAudio.sha256)
        async with self.assembly.engine.connect() as connection:
            flac = (await connection.scalars(stored.where(MemberReport.e164 == number))).one()
        return await asyncio.to_thread(decode, flac)

    async def kept(self, number: str) -> int:
        """Reports from this number, once none of them is under way any more."""
        states = select(MemberReport.state).where(MemberReport.e164 == number)
        async with asyncio.timeout(FILED_WITHIN):
            while True:
                async with self.assembly.engine.connect() as connection:
                    found = list(await connection.scalars(states))
                if ReportState.RECORDING not in found:
                    return len(found)
                await asyncio.sleep(0.1)


def beginning(sound: Audio) -> Audio:
    """So much of it as somebody hears who presses a key or hangs up in the middle.

    It is known here before the sound is over, though nothing but quiet comes after it.
    """
    seconds = min(MIDDLE * sound.seconds, sound.seconds - PIECE)
    return Audio(sound.samples[: round(seconds * sound.rate)], sound.rate)


async def set_lines_stage(
    assembly: Assembly, phones: Handsets, people: Mapping[str, tuple[str, str]]
) -> LineStage:
    """Members by name, each with a number and a language, who were sent two alerts."""
    numbers = {name: [number] for name, (number, _) in people.items()}
    languages = {name: language for name, (_, language) in people.items()}
    await network_of(assembly.engine, numbers, slug=NETWORK, name="BIN Beukenlaan", languages=languages)
    older, newest = [
        await assembly.desk.send(BENCH, Draft([NETWORK], texts, urgent=True)) for texts in (OLDER, NEWEST)
    ]
    folder = assembly.settings.sounds_folder
    while not all(laid_at(folder, "goodbye", one).with_suffix(".alaw").exists() for one in LANGUAGES):
        await asyncio.sleep(0.2)
    speech, seen = await _laid(assembly, phones, SEEN.format("1"))
    return LineStage(assembly, phones, speech, seen, tone(), older.broadcast, newest.broadcast)


async def _laid(assembly: Assembly, phones: Handsets, text: str) -> tuple[Path, Audio]:
    """What a caller says: as a file for their phone, and as it is heard."""
    seen = await render_sentence(assembly.voice, text, "nl")
    speech = phones.recordings / f"seen-{uuid4().hex[:12]}"
    await asyncio.to_thread(write_sound, speech, seen)
    return speech, seen
