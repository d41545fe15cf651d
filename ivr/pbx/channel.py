"""One channel of the PBX, as a call uses it: each request is done, or the call is over."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TypeVar

from ivr.ari.client import AriClient
from ivr.ari.errors import AriError, AriRefused, AriUnreachable, ChannelGone
from ivr.ari.second_channel import once_ours
from ivr.call.channel import Packets
from ivr.call.errors import Hangup, PlayFailed
from ivr.call.values import Sound

log = logging.getLogger(__name__)
_T = TypeVar("_T")

ASK_AGAIN_AFTER = 0.2
"""Seconds before a PBX that did not answer is asked again, though its events seem to flow."""

RECORDING_FORMAT = "sln"
"""A format without a header, which a PBX that dies while it records would leave unfinished."""
QUIET_ENDS_A_RECORDING = 10
"""Seconds of quiet after which the PBX ends a recording."""
WHISPER_BEGINS_WITHIN = 0.5
"""Seconds from the request to the first word of a whisper."""


class PbxChannel:
    """The channel of one call.

    While the PBX is out of reach every request waits for it: the call may live on.
    """

    def __init__(self, client: AriClient, id_: str, connected: Callable[[], Awaitable[None]]) -> None:
        self._client = client
        self._id = id_
        self._connected = connected

    async def answer(self) -> None:
        await self._ask(lambda: self._client.channels.answer(self._id))

    async def play(self, sound: Sound, playback: str) -> None:
        await self._ask(lambda: self._client.channels.play(self._id, f"sound:{sound.path}", playback))

    async def record(self, name: str, longest: float) -> None:
        await self._ask(
            lambda: self._client.channels.record(
                self._id,
                name,
                format=RECORDING_FORMAT,
                max_seconds=round(longest),
                max_silence_seconds=QUIET_ENDS_A_RECORDING,
                terminate_on="any",
                if_exists="append",
            )
        )

    async def stop_recording(self, name: str) -> None:
        with suppress(AriError):
            await self._client.recordings.stop(name)

    async def whisper(self, sound: Sound, name: str) -> None:
        """Play this sound through a second channel, whose sound is added to what this one sends."""
        channels = self._client.channels
        try:
            await channels.snoop(self._id, name, app=self._client.app, spy="none", whisper="out")
            try:
                await once_ours(lambda: channels.play(name, f"sound:{sound.path}", f"{name}.sound"))
                await asyncio.sleep(sound.seconds + WHISPER_BEGINS_WITHIN)
            finally:
                await channels.hangup(name)
        except AriError as fault:
            log.warning("Something could not be said over a recording: %s", fault)

    async def check(self) -> None:
        """Raises Hangup when the call is over."""
        await self._ask(lambda: self._client.channels.get(self._id))

    async def packets(self) -> Packets | None:
        try:
            counted = await self._client.channels.rtp_statistics(self._id)
        except AriError:
            return None
        return Packets(counted.txcount, counted.rxcount)

    async def noted(self) -> str:
        """The note that the PBX made of a call that is over."""
        return await self._ask(lambda: self._client.asterisk.variable(self._id))

    async def forget_note(self, *, after: float) -> None:
        """Let Asterisk free the note, which it keeps in memory until then."""
        await asyncio.sleep(after)
        await self._client.asterisk.forget_variable(self._id)

    async def stop_playing(self, playback: str) -> None:
        try:
            await self._client.playbacks.stop(playback)
        except AriError as fault:
            log.warning("%s", fault)

    async def _ask(self, request: Callable[[], Awaitable[_T]]) -> _T:
        while True:
            try:
                return await request()
            except ChannelGone:
                raise Hangup from None
            except AriRefused as refusal:
                raise PlayFailed(
                    f"The PBX refuses to play to a call, or to record it: {refusal}"
                ) from refusal
            except AriUnreachable:
                await asyncio.sleep(ASK_AGAIN_AFTER)
                await self._connected()
