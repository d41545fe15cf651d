"""What an officer says after the tone, on its way from the PBX into the database."""

import asyncio
import logging
from uuid import uuid4

from broadcast.audio.kept_sounds import forget_sound, keep_sound
from broadcast.audio.sounds import MessageSounds
from ivr.ari.client import AriClient
from ivr.ari.errors import AriError
from ivr.call.values import Sound
from ivr.recordings.reports import fetched
from prompts.recorded import cleaned
from storage.transactions import Transactions

log = logging.getLogger(__name__)

_NAMED = "alert-"


class SpokenAlerts:
    """Those of one node. What is at the PBX and not at hand here was left by a call that a crash cut off."""

    def __init__(self, database: Transactions, client: AriClient, sounds: MessageSounds) -> None:
        self._database = database
        self._client = client
        self._sounds = sounds
        self._at_hand: set[str] = set()
        """Recordings of calls that go on."""

    def begin(self) -> "SpokenAlert":
        """Nothing is recorded yet."""
        recording = f"{_NAMED}{uuid4()}"
        self._at_hand.add(recording)
        return SpokenAlert(self, recording)

    async def mend(self) -> int:
        """Remove from the PBX what earlier calls left there; says how many recordings were found."""
        found = 0
        try:
            for name in await self._client.recordings.names():
                if name.startswith(_NAMED) and name not in self._at_hand:
                    await self._client.recordings.delete(name)
                    found += 1
        except AriError as fault:
            log.warning("Recordings at the PBX cannot be looked at now: %s", fault)
        return found

    async def keep(self, recording: str) -> tuple[str, float] | None:
        """Its name in the database, and its seconds; None when nothing was said."""
        said = await fetched(self._client, recording)
        if said is None:
            return None
        message = await asyncio.to_thread(cleaned, said)
        return await self._database(keep_sound, message), message.seconds

    async def lay_out(self, audio: str, seconds: float) -> Sound:
        """As the PBX can play it."""
        await self._sounds.ensure(audio)
        return Sound(self._sounds.path(audio), seconds)

    async def discard(self, recording: str, audio: str | None) -> None:
        """Nothing stays of it but what an alert needs."""
        if audio is not None:
            await self._database(forget_sound, audio)
            self._sounds.remove(audio)
        try:
            await self._client.recordings.delete(recording)
        except AriError as fault:
            log.warning("A recording stays at the PBX: %s", fault)
        self._at_hand.discard(recording)


class SpokenAlert:
    """One message of the call that is going on (the script's Message)."""

    def __init__(self, alerts: SpokenAlerts, recording: str) -> None:
        self.recording = recording
        self.audio: str | None = None
        """Its name in the database, once it is kept."""
        self._alerts = alerts

    async def keep(self) -> Sound | None:
        kept = await self._alerts.keep(self.recording)
        if kept is None:
            await self.discard()
            return None
        self.audio, seconds = kept
        return await self._alerts.lay_out(self.audio, seconds)

    async def discard(self) -> None:
        """Nothing stays of it but what an alert needs."""
        await self._alerts.discard(self.recording, self.audio)
        self.audio = None
