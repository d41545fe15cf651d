"""What an officer says after the tone, on its way from the PBX into the database."""

import asyncio
import logging
from uuid import uuid4

from broadcast.audio.kept_sounds import forget_sound, keep_sound
from broadcast.audio.sounds import MessageSounds
from ivr.ari.client import AriClient
from ivr.ari.errors import AriError
from ivr.call.values import Sound
from ivr.recordings.reports import Reports
from prompts.recorded import cleaned
from storage.transactions import Transactions

log = logging.getLogger(__name__)

_NAMED = "alert-"


class SpokenAlert:
    """One message of the call that is going on (the script's Message)."""

    def __init__(
        self, database: Transactions, client: AriClient, reports: Reports, at_hand: set[str]
    ) -> None:
        """`at_hand` holds the recordings of calls that go on."""
        self.recording = f"{_NAMED}{uuid4()}"
        self.audio: str | None = None
        """Its name in the database, once it is kept."""
        self._database = database
        self._client = client
        self._reports = reports
        self._at_hand = at_hand
        at_hand.add(self.recording)

    @property
    def _sounds(self) -> MessageSounds:
        return self._reports.sounds

    async def keep(self) -> Sound | None:
        said = await self._reports.fetch(self.recording)
        if said is None:
            await self.discard()
            return None
        message = await asyncio.to_thread(cleaned, said)
        self.audio = await self._database(keep_sound, message)
        await self._sounds.ensure(self.audio)
        return Sound(self._sounds.path(self.audio), message.seconds)

    async def discard(self) -> None:
        """Nothing stays of it but what an alert needs."""
        if self.audio is not None:
            await self._database(forget_sound, self.audio)
            self._sounds.remove(self.audio)
            self.audio = None
        try:
            await self._client.recordings.delete(self.recording)
        except AriError as fault:
            log.warning("A recording stays at the PBX: %s", fault)
        self._at_hand.discard(self.recording)


async def forget_what_was_left(client: AriClient, at_hand: set[str]) -> int:
    """Remove from the PBX what earlier calls left there; says how many were found."""
    found = 0
    try:
        for name in await client.recordings.names():
            if name.startswith(_NAMED) and name not in at_hand:
                await client.recordings.delete(name)
                found += 1
    except AriError as fault:
        log.warning("Recordings at the PBX cannot be looked at now: %s", fault)
    return found
