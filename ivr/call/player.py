"""Sounds on one call, one after the other, each to its last sample or until something ends it."""

import asyncio
from pathlib import Path
from uuid import uuid4

from ivr.call.channel import CallChannel
from ivr.call.errors import Hangup, PlayFailed, Preempted, Withdrawn
from ivr.call.events import CallEvents
from ivr.call.signals import (
    GONE_WITHIN,
    NEVER_REPORTED,
    WHOLE_WITHIN,
    Ended,
    Heard,
    Key,
    PutOnHold,
    Resumed,
    StartAgain,
    Started,
)
from ivr.call.values import Sound, WholePlayed

FEWEST_PACKETS = 4
"""In a second of sound that is sent; the longest that are usual hold 200 ms."""


class Player:
    """Of the call with this id."""

    def __init__(self, id_: str, channel: CallChannel, events: CallEvents) -> None:
        self._id = id_
        self._channel = channel
        self._events = events
        self._process = uuid4().hex[:8]
        self._playbacks = 0
        self._packets_leave = False
        self.sound: Path | None = None
        """What is being played, or was last."""

    def name_playback(self) -> str:
        """A name of its own also when an earlier process led this call, whose last sound may still play."""
        self._playbacks += 1
        return f"{self._id}.{self._process}.{self._playbacks}"

    async def play(
        self, sound: Sound, playback: str, *, keys: str, later: str = "", restarts: bool = False
    ) -> Heard:
        """Until its end, a key among `keys`, the end of a hold, or if it `restarts` the moment to do so.

        The last key among `later` is what was heard at the end. Raises what ends or fails it (LineError).
        """
        if self._events.is_over:
            raise Hangup
        while self._events.hold.is_stopped:
            signal = await self._events.next(NEVER_REPORTED)
            if isinstance(signal, Key) and signal.digit in keys:
                return signal
        self.sound = sound.path
        await self._channel.play(sound, playback)
        try:
            return await self._until_played(sound, playback, keys, later, restarts=restarts)
        except (Withdrawn, Preempted):
            await self._channel.stop_playing(playback)
            raise

    async def _until_played(
        self, sound: Sound, playback: str, keys: str, later: str, *, restarts: bool
    ) -> Heard:
        until = self._events.hold.now() + sound.seconds + NEVER_REPORTED
        has_begun = is_cut = False
        at_the_end: Heard = WholePlayed()
        while True:
            signal = await self._events.next(until - self._events.hold.now())
            if signal is None:
                # Nobody says that it ended; a line that is still there has heard it to its end.
                await self._channel.check()
                return at_the_end
            if isinstance(signal, PutOnHold):
                is_cut = True
                await self._channel.stop_playing(playback)
            elif isinstance(signal, Resumed) and is_cut:
                return StartAgain()
            elif isinstance(signal, Started) and signal.playback == playback:
                has_begun = True
                until = self._events.hold.now() + sound.seconds + NEVER_REPORTED
            elif isinstance(signal, Ended) and signal.playback == playback and not is_cut:
                await self._played(sound, signal)
                return at_the_end
            elif (restarts and has_begun and isinstance(signal, StartAgain)) or (
                isinstance(signal, Key) and signal.digit in keys
            ):
                await self._channel.stop_playing(playback)
                return signal
            elif isinstance(signal, Key) and signal.digit in later:
                at_the_end = signal

    async def _played(self, sound: Sound, ended: Ended) -> None:
        """A playback that a hang-up cut short may be reported just like a whole one; its length tells."""
        if ended.ok and ended.seconds is None:
            await asyncio.sleep(GONE_WITHIN)
            return await self._channel.check()  # who is still there has heard it to its end
        if ended.ok and (ended.seconds or 0.0) >= sound.seconds - WHOLE_WITHIN:
            return None
        while await self._events.next(GONE_WITHIN) is not None:
            pass
        raise PlayFailed("The PBX did not play a sound to its end; check that it can read the sound's files.")

    async def check_sent(self, sound: Sound) -> bool:
        """Whether packets of it have left the PBX; asked until some have, so mostly once in a call."""
        if self._packets_leave or (packets := await self._channel.packets()) is None:
            return True
        self._events.far_end.facts.received = packets.received
        self._packets_leave = packets.sent >= sound.seconds * FEWEST_PACKETS
        return self._packets_leave
