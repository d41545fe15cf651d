"""Reports on their way from the PBX that recorded them to the database, and those that a crash left there."""

import asyncio
import logging
from collections.abc import Sequence
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncEngine

from broadcast import inbox
from broadcast.sounds import Sounds
from ivr.ari.client import AriClient
from ivr.ari.errors import AriError
from ivr.call import Sound
from prompts.audio import Audio, decode_slin

log = logging.getLogger(__name__)


class Reports:
    """Those of one node. What is written down and not at hand here was left by an earlier process."""

    def __init__(self, engine: AsyncEngine, client: AriClient, sounds: Sounds, node: str) -> None:
        self.engine = engine
        self.sounds = sounds
        self._client = client
        self._node = node
        self._at_hand: set[UUID] = set()

    async def begin(
        self, *, number: str | None, members: Sequence[int], broadcast: int | None
    ) -> "SpokenReport":
        """Written down before a word is said."""
        recording = uuid4()
        self._at_hand.add(recording)
        async with self.engine.begin() as connection:
            started = await inbox.begin(
                connection, self._node, recording, number=number, members=members, broadcast=broadcast
            )
        return SpokenReport(self, started)

    def let_go(self, report: "SpokenReport") -> None:
        """Its call is over: whatever has not become of it yet is for `mend`."""
        self._at_hand.discard(report.started.recording)

    async def mend(self) -> int:
        """File what a crash or a hang-up left: at the PBX, or kept and not sent; says how many were found."""
        async with self.engine.connect() as connection:
            left = await inbox.unfinished(connection, self._node)
        found = 0
        for started in left:
            if started.recording not in self._at_hand:
                try:
                    found += await self._file(SpokenReport(self, started))
                except AriError as fault:
                    log.warning("A recording cannot be fetched yet; trying again: %s", fault)
        return found

    async def _file(self, report: "SpokenReport") -> bool:
        if await self._client.recordings.is_going_on(report.recording):
            return False
        async with self.engine.connect() as connection:
            is_kept = await inbox.is_kept(connection, report.id)
        if not is_kept and await report.keep() is None:
            return False
        await report.send()
        return True

    async def fetch(self, recording: str) -> Audio | None:
        """What was said, if anything was."""
        recorded = await self._client.recordings.audio_if_there(recording)
        said = await asyncio.to_thread(decode_slin, recorded) if recorded else None
        return said if said is not None and said.has_speech else None

    async def done_with(self, report: "SpokenReport") -> None:
        self.let_go(report)
        if report.audio is not None:
            self.sounds.remove(report.audio)
        try:
            await self._client.recordings.delete(report.recording)
        except AriError as fault:
            log.warning("A recording stays at the PBX: %s", fault)


class SpokenReport:
    """One report of the call that is going on (the script's Report)."""

    def __init__(self, reports: Reports, started: inbox.Started) -> None:
        self.started = started
        self.id = started.id
        self.recording = f"report-{started.recording}"
        self.audio: str | None = None
        self._reports = reports

    async def keep(self) -> Sound | None:
        said = await self._reports.fetch(self.recording)
        if said is None:
            await self.discard()
            return None
        async with self._reports.engine.begin() as connection:
            self.audio = await inbox.keep(connection, self.id, said)
        await self._reports.sounds.ensure(self.audio)
        return Sound(self._reports.sounds.path(self.audio), said.seconds)

    async def send(self) -> None:
        async with self._reports.engine.begin() as connection:
            await inbox.send(connection, self.id)
        await self._reports.done_with(self)

    async def discard(self) -> None:
        async with self._reports.engine.begin() as connection:
            await inbox.discard(connection, self.id)
        await self._reports.done_with(self)
