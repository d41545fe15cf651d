"""Where `make lines` plays: a server, a neighbourhood whose phones call it, and what calls leave behind."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bench.ports import LOOPBACK, free_audio_ports, free_tcp_port
from broadcast.draft import Draft
from broadcast.states import Outcome, ReportState
from broadcast.tables import Attempt, MemberReport, Pass
from broadcast.tables import Audio as StoredAudio
from buurtbel.embedded.neighbourhood import Passwords, start_neighbourhood
from buurtbel.embedded.ports import Address
from buurtbel.neighbours.handset import Handsets, handsets
from buurtbel.settings import Settings
from buurtbel.stage import spoken
from buurtbel.switchboard import Switchboard, asterisk_root
from directory.registry import add_member, add_network
from prompts.audio import Audio, decode, read_laid, tone, write_sound
from prompts.catalogue import LANGUAGES, Key
from prompts.fixed import place_of
from prompts.passes import render_sentence
from prompts.voice import voice_for

NETWORK = "callers"
OLDER = {"nl": "Er was een inbraak in de Kerkstraat. Kijk na of uw achterdeur dicht is."}
NEWEST = {
    "nl": "Inbraak bezig in de Beukenlaan. Let op een grijze bestelwagen. Blijf binnen.",
    "fr": "Cambriolage en cours dans la Beukenlaan. Attention, camionnette grise. Restez chez vous.",
    "de": "Einbruch in der Beukenlaan. Achten Sie auf einen grauen Lieferwagen. Bleiben Sie im Haus.",
    "en": "Burglary in progress in the Beukenlaan. Look out for a grey van. Stay inside.",
}
SEEN = "Er staat een grijze bestelwagen voor de deur, en er lopen twee mannen weg."
BEGINNING = 3.0
"""Seconds of the alert after which somebody who is impatient does something."""
FILED_WITHIN = 20.0


@dataclass(frozen=True, slots=True)
class LineStage:
    """What conversations are played on, with what may be heard in them."""

    board: Switchboard
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
        settings = self.board.settings
        slots = {"zone": settings.speech.zone} if key in {"line_welcome", "leave_asked"} else {}
        return read_laid(place_of(settings.sounds_folder, key, language, **slots))

    async def alert(self, language: str, *, newest: bool = True) -> Audio:
        return await self.message(self.newest if newest else self.older, language)

    async def message(self, broadcast: int, language: str = "nl") -> Audio:
        """What a broadcast says to those with this language."""
        stored = (
            select(StoredAudio.flac)
            .join(Pass, Pass.audio == StoredAudio.sha256)
            .where(Pass.broadcast_id == broadcast, Pass.language == language)
        )
        async with self.board.engine.connect() as connection:
            flac = (await connection.scalars(stored)).one()
        return await asyncio.to_thread(decode, flac)

    async def beginning_of_the_alert(self) -> Audio:
        whole = await self.alert("nl")
        return Audio(whole.samples[: round(BEGINNING * whole.rate)], whole.rate)

    async def has_confirmed(self, number: str) -> bool:
        """The newest alert, by this call; nobody else calls from this number."""
        found = select(func.count()).where(
            Attempt.e164 == number,
            Attempt.broadcast_id == self.newest,
            Attempt.outcome == Outcome.CONFIRMED_BY_CALLBACK,
        )
        async with self.board.engine.connect() as connection:
            return bool(await connection.scalar(found))

    async def report_of(self, number: str) -> Audio:
        """What was kept of the one report from this number, once it is not under way any more."""
        await self.kept(number)
        stored = select(StoredAudio.flac).join(MemberReport, MemberReport.audio == StoredAudio.sha256)
        async with self.board.engine.connect() as connection:
            flac = (await connection.scalars(stored.where(MemberReport.e164 == number))).one()
        return await asyncio.to_thread(decode, flac)

    async def kept(self, number: str) -> int:
        """Reports from this number, once none of them is under way any more."""
        states = select(MemberReport.state).where(MemberReport.e164 == number)
        async with asyncio.timeout(FILED_WITHIN):
            while True:
                async with self.board.engine.connect() as connection:
                    found = list(await connection.scalars(states))
                if ReportState.RECORDING not in found:
                    return len(found)
                await asyncio.sleep(0.1)


@asynccontextmanager
async def phones_of(settings: Settings, folder: Path) -> AsyncIterator[Handsets]:
    """The neighbourhood at the settings' trunk, and its phones once they can call."""
    await asyncio.to_thread(folder.mkdir, parents=True)
    audio, door, passwords = free_audio_ports(120), Address(LOOPBACK, free_tcp_port()), Passwords.made()
    recordings, voice = folder / "recordings", voice_for(settings.speech.engine)
    asterisk = await start_neighbourhood(
        await asterisk_root(settings),
        folder,
        sip_bind=settings.trunk.uri.removeprefix("sip:"),
        rtp_ports=f"{audio.first}-{audio.last}",
        recordings=recordings,
        hello=await spoken(voice, folder / "hello.wav", "neighbour_hello"),
        greeting=await spoken(voice, folder / "greeting.wav", "neighbour_greeting"),
        passwords=passwords,
        ari=door,
    )
    try:
        dials = f"sip:{settings.trunk.caller_id}@{settings.pbx.sip_bind}"
        async with handsets(door, passwords.handsets, dials=dials, recordings=recordings) as phones:
            yield phones
    finally:
        await asterisk.stop()


async def set_lines_stage(
    board: Switchboard, phones: Handsets, people: Mapping[str, tuple[str, str]]
) -> LineStage:
    """Members by name, each with a number and a language, who were sent two alerts."""
    async with AsyncSession(board.engine) as session, session.begin():
        today = datetime.now(UTC).date()
        await add_network(
            session, NETWORK, name="BIN Beukenlaan", municipality="Westerlo", charter_approved_on=today
        )
        for name, (number, language) in people.items():
            await add_member(session, NETWORK, name=name, numbers=[number], language=language)
    older, newest = [
        await board.desk.send(Draft([NETWORK], texts, urgent=True, by="lines")) for texts in (OLDER, NEWEST)
    ]
    folder = board.settings.sounds_folder
    while not all(place_of(folder, "goodbye", one).with_suffix(".alaw").exists() for one in LANGUAGES):
        await asyncio.sleep(0.2)
    seen = await render_sentence(board.voice, SEEN, "nl")
    speech = phones.recordings / "seen"
    await asyncio.to_thread(write_sound, speech, seen)
    return LineStage(board, phones, speech, seen, tone(), older.broadcast, newest.broadcast)
