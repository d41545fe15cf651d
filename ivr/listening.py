"""Listens to the far end of a call on which somebody talks until it is long quiet, and forgets the audio.

A second channel of the PBX, which hears what comes from the far end, is recorded to a file there; when it
has ended, the file is fetched, looked at in a thread, and removed.
"""

import asyncio
import logging
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from ivr.ari.client import AriClient
from ivr.ari.errors import AriError
from ivr.ari.second_channel import once_ours
from ivr.call import Call
from ivr.facts import Sounds
from ivr.hearing import hear
from prompts.audio import Samples, decode_telephone

log = logging.getLogger(__name__)

KEPT_WITHIN = 3.0
"""Seconds after listening ended in which the PBX has closed the file."""
FOLDER = "heard"
"""Below the PBX's recordings; what lies there belongs to a call that is up, or is left of a crash."""


class Listening:
    """Of one call, from its first talk on."""

    def __init__(self, client: AriClient, call: Call) -> None:
        self._client = client
        self._call = call
        self._channel = f"heard-{call.id}"
        self._name = f"{FOLDER}/{call.id}"
        self._began: float | None = None
        self._ended = asyncio.Event()

    def began(self, at: float) -> None:
        """The PBX records since then, by its clock."""
        self._began = self._call.since_answer(at)

    def ended(self) -> None:
        """The file is closed, or there is none."""
        self._ended.set()

    async def run(self) -> None:
        """Record until there is nothing more to hear; the end of the call ends it too. Raises AriError."""
        channels = self._client.channels
        try:
            await channels.snoop(self._call.id, self._channel, app=self._client.app)
            await once_ours(
                lambda: channels.record(self._channel, self._name, format="alaw", if_exists="overwrite")
            )
        except AriError:
            self.ended()
            raise
        await self._call.is_heard.wait()
        await channels.hangup(self._channel)

    async def forget(self) -> None:
        """Nobody wants to know what was heard: it is removed once it is recorded. Raises AriError."""
        await self._ended.wait()
        await _remove(self._client, self._name)

    async def sounds(self, message: Path) -> Sounds | None:
        """What was heard, once the call is over; None when nothing can be told."""
        recordings = self._client.recordings
        try:
            async with asyncio.timeout(KEPT_WITHIN):
                await self._ended.wait()
                if self._began is None:
                    return None
                audio = await recordings.audio(self._name)
            facts = self._call.far_end.facts
            return await asyncio.to_thread(
                lambda: hear(
                    decode_telephone(audio), self._began or 0.0, facts.talks, facts.passes, _spoken(message)
                )
            )
        except (AriError, TimeoutError) as fault:
            log.warning("What a call sounded like is not known: %s", fault or type(fault).__name__)
            return None
        finally:
            await _remove(self._client, self._name)


def listened_to(recording: str) -> str:
    """The call that a recording of this name is of; empty when it is none of ours."""
    folder, _, call = recording.partition("/")
    return call if folder == FOLDER and _is_an_id(call) else ""


async def forget_all(client: AriClient) -> None:
    """Remove what calls of an earlier process left. Raises AriError."""
    for name in await client.recordings.names():
        if listened_to(name):
            await client.recordings.delete(name)


async def _remove(client: AriClient, name: str) -> None:
    try:
        await client.recordings.delete(name)
    except AriError as fault:
        log.warning("A recording that is no longer needed could not be removed: %s", fault)


def _is_an_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


@lru_cache(maxsize=8)
def _spoken(message: Path) -> Samples:
    return decode_telephone(message.with_name(f"{message.name}.alaw").read_bytes())
