"""Plays sounds on one call, one after the other, each to its last sample or until something ends it."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

from ivr.call.channel import CallChannel
from ivr.call.errors import Hangup, PlayFailed, Preempted, TextReplaced, Withdrawn
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
"""Packets that a second of sound takes at least; the longest usual ones hold 200 ms."""


def never() -> bool:
    """Nothing makes it too late."""
    return False


class Player:
    """Plays on the call with this id."""

    def __init__(self, id_: str, channel: CallChannel, events: CallEvents) -> None:
        self._id = id_
        self._channel = channel
        self._events = events
        self._process = uuid4().hex[:8]
        self._playbacks = 0
        self._packets_leave = False
        self.sound: Path | None = None
        """The sound that is being played, or was played last."""

    def name_playback(self) -> str:
        """A new name, also on a call that an earlier process led: its last sound may still play."""
        self._playbacks += 1
        return f"{self._id}.{self._process}.{self._playbacks}"

    async def play(
        self,
        sound: Sound,
        playback: str,
        *,
        keys: str,
        later: str = "",
        restarts: bool = False,
        is_late: Callable[[], bool] = never,
    ) -> Heard:
        """Play until the end, a key among `keys`, the end of a hold or, if it `restarts`, a greeting's end.

        The last key among `later` is returned at the end. Nothing is played that `is_late` when it would
        begin, as after a hold. Raises the LineError that ends or fails it.
        """
        if self._events.is_over:
            raise Hangup
        while self._events.hold.is_stopped:
            signal = await self._events.next(NEVER_REPORTED)
            if isinstance(signal, Key) and signal.digit in keys:
                return signal
        if is_late():
            return StartAgain()
        self.sound = sound.path
        await self._channel.play(sound, playback)
        try:
            heard = await self._until_played(sound, playback, keys, later, restarts=restarts)
        except (Withdrawn, TextReplaced, Preempted):
            await self._channel.stop_playing(playback)
            raise
        self._events.has_played_whole |= isinstance(heard, WholePlayed)
        return heard

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
        """Check that a playback ran to its end: one that a hang-up cut short may be reported as whole."""
        if ended.ok and ended.seconds is None:
            await asyncio.sleep(GONE_WITHIN)
            return await self._channel.check()  # who is still there has heard it to its end
        if ended.ok and (ended.seconds or 0.0) >= sound.seconds - WHOLE_WITHIN:
            return None
        while await self._events.next(GONE_WITHIN) is not None:
            pass
        raise PlayFailed("The PBX did not play a sound to its end; check that it can read the sound's files.")

    async def check_sent(self, sound: Sound) -> bool:
        """Check that packets have left the PBX. It asks until some have, so mostly once in a call."""
        if self._packets_leave or (packets := await self._channel.packets()) is None:
            return True
        self._events.far_end.facts.received = packets.received
        self._packets_leave = packets.sent >= sound.seconds * FEWEST_PACKETS
        return self._packets_leave
