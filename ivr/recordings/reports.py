"""Reports on their way from the PBX that recorded them to the database, and those that a crash left there."""

import asyncio
import logging
from collections.abc import Sequence
from uuid import UUID, uuid4

from broadcast.audio.sounds import MessageSounds
from broadcast.away import is_away
from broadcast.engine.call_ids import followed
from broadcast.responses import inbox
from broadcast.service_calls.duty_policy import SHIPPED, DutyPolicy
from ivr.ari.client import AriClient
from ivr.ari.errors import AriError
from ivr.call.values import Sound
from prompts.audio import Audio, decode_slin
from prompts.tones import without_tone
from storage.transactions import Transactions

log = logging.getLogger(__name__)


class Reports:
    """Those of one node. What is written down and not at hand here was left by an earlier process."""

    def __init__(
        self,
        database: Transactions,
        client: AriClient,
        sounds: MessageSounds,
        node: str,
        policy: DutyPolicy = SHIPPED,
    ) -> None:
        """`policy` says how many reports may ring the officers on duty."""
        self.database = database
        self.sounds = sounds
        self._client = client
        self._node = node
        self.policy = policy
        self._at_hand: set[UUID] = set()

    async def begin(
        self,
        *,
        number: str | None,
        members: Sequence[int],
        broadcast: int | None,
        is_vouched: bool = False,
    ) -> "SpokenReport":
        """Written down before a word is said, with the channel of the call that we work for."""
        ids, recording = followed(), uuid4()
        self._at_hand.add(recording)
        started = await self.database(
            inbox.begin,
            self._node,
            recording,
            number=number,
            members=members,
            broadcast=broadcast,
            is_vouched=is_vouched,
            channel=None if ids is None else ids.channel,
        )
        log.info("Report %d begins.", started.id)
        return SpokenReport(self, started)

    def release(self, report: "SpokenReport") -> None:
        """Its call is over: whatever has not become of it yet is for `mend`."""
        self._at_hand.discard(report.started.recording)

    async def mend(self) -> int:
        """File what a crash or a hang-up left: at the PBX, or kept and not sent; says how many were found."""
        left = await self.database(inbox.unfinished, self._node)
        found = 0
        for started in left:
            if started.recording not in self._at_hand:
                found += await self._filed(SpokenReport(self, started))
        return found

    async def _filed(self, report: "SpokenReport") -> bool:
        """What cannot be done for one keeps no other waiting."""
        try:
            return await self._file(report)
        except AriError as fault:
            log.warning("A recording cannot be fetched yet; trying again: %s", fault)
        except Exception as fault:
            if is_away(fault):
                raise
            log.exception("Report %d cannot be filed through a fault of our own; trying again.", report.id)
        return False

    async def _file(self, report: "SpokenReport") -> bool:
        if await self._client.recordings.is_going_on(report.recording):
            return False
        is_kept = await self.database(inbox.is_kept, report.id)
        if not is_kept and await report.keep() is None:
            return False
        await report.send()
        return True

    async def fetch(self, recording: str) -> Audio | None:
        """What was said, if anything was."""
        return await fetched(self._client, recording)

    async def keep(self, report: int, said: Audio) -> tuple[str, float]:
        """In the database, without what a telephone sounded after it; its name, and its seconds."""
        kept, only_tone = await asyncio.to_thread(without_tone, said)
        audio = await self.database(inbox.keep, report, kept, only_tone=only_tone)
        return audio, kept.seconds

    async def done_with(self, report: "SpokenReport") -> None:
        self.release(report)
        if report.audio is not None:
            self.sounds.remove(report.audio)
        try:
            await self._client.recordings.delete(report.recording)
        except AriError as fault:
            log.warning("A recording stays at the PBX: %s", fault)


async def fetched(client: AriClient, recording: str) -> Audio | None:
    """What was said, from the PBX that recorded it, if anything was."""
    recorded = await client.recordings.audio_if_there(recording)
    said = await asyncio.to_thread(decode_slin, recorded) if recorded else None
    return said if said is not None and said.has_speech else None


class SpokenReport:
    """One report of the call that is going on (the script's Report)."""

    def __init__(self, reports: Reports, started: inbox.OpenedReport) -> None:
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
        self.audio, seconds = await self._reports.keep(self.id, said)
        await self._reports.sounds.ensure(self.audio)
        return Sound(self._reports.sounds.path(self.audio), seconds)

    async def send(self) -> None:
        await self._reports.database(inbox.send, self.id, self._reports.policy)
        log.info("Report %d is kept.", self.id)
        await self._reports.done_with(self)

    async def discard(self) -> None:
        await self._reports.database(inbox.discard, self.id)
        log.info("Report %d is thrown away: nothing was said, or it is said anew.", self.id)
        await self._reports.done_with(self)
