"""One live call and the verbs of its script; a verb returns when it has happened to the caller."""

import asyncio
from pathlib import Path
from uuid import uuid4

from ivr.call.channel import PATH_OPENS_WITHIN, CallChannel
from ivr.call.errors import Hangup, NoInput, PlayFailed, Preempted, Withdrawn
from ivr.call.events import CallEvents
from ivr.call.novelty import Novelty
from ivr.call.signals import (
    GONE_WITHIN,
    NEVER_REPORTED,
    WHOLE_WITHIN,
    Ended,
    Gone,
    Key,
    LineNeeded,
    PutOnHold,
    Recorded,
    Resumed,
    Signal,
    StartAgain,
    Started,
    TakenBack,
)
from ivr.call.values import Sound, WholePlayed
from ivr.detection.far_end import FarEnd

Heard = WholePlayed | Key | StartAgain

FEWEST_PACKETS = 4
"""In a second of sound that is sent; the longest that are usual hold 200 ms."""


class Call:
    """An answered call: what the PBX tells of it enters by `events`, and the verbs wait for that."""

    def __init__(self, id_: str, channel: CallChannel, far_end: FarEnd, *, answered_at: float) -> None:
        self.id = id_
        self.events = CallEvents(far_end, answered_at=answered_at)
        self.novelty = Novelty(self.events.hold.now())
        """By our clock, which stands still while they hold us."""
        self._is_withdrawn = self._is_conversation = False
        self._channel = channel
        self._process = uuid4().hex[:8]
        self._playbacks = 0
        self._packets_leave = False
        self.sound: Path | None = None
        """What is being played, or was last."""

    @property
    def far_end(self) -> FarEnd:
        return self.events.far_end

    @property
    def is_over(self) -> bool:
        return self.events.is_over

    @property
    def is_held(self) -> bool:
        """They have put us on hold."""
        return self.events.hold.is_stopped

    # What others decide of it

    def withdraw(self) -> None:
        """What is being said, or will be, is taken back: the verb that says it ends."""
        if not self._is_withdrawn:
            self._is_withdrawn = True
            self.events.signals.put_nowait(TakenBack())

    def preempt(self) -> None:
        """The line is needed: the verb that waits ends, or the next one; a recording does not."""
        self.events.signals.put_nowait(LineNeeded())

    def become_conversation(self) -> None:
        """From here on it is no alert: nobody takes it back, and nothing counts for what was proved."""
        self._is_conversation = True
        self.novelty = Novelty(self.events.hold.now())
        self.events.begin_anew(FarEnd(1))

    # The verbs of scripts

    async def answer(self) -> None:
        """Pick up a call that rings us."""
        if self.is_over:
            raise Hangup
        await self._channel.answer()
        await self.pause(PATH_OPENS_WITHIN)

    async def say(self, sound: Sound, *, keys: str = "") -> Heard:
        """Speak one pass: until its last sample, a key among `keys`, or the moment to start it again.

        On hold nothing is spoken; a pass that was cut by it is to start again when the hold is over.
        """
        self.events.spoken_pass = playback = self._name_playback()
        whole, was_sent = False, True
        try:
            heard = await self._play(sound, playback, keys, "", restarts=True)
            whole = isinstance(heard, WholePlayed)
            was_sent = not whole or await self._check_sent(sound)
        finally:
            self.events.spoken_pass = None
            start = self.events.started.get(playback)
            if start is not None:
                end = start + sound.seconds if whole else self.events.now
                self.far_end.recorder.pass_ended(end, whole=whole, was_sent=was_sent)
        return heard

    async def play(self, sound: Sound, *, keys: str = "", later: str = "") -> Heard:
        """Play a sound to its last sample, or until a key among `keys` stops it; anew after a hold.

        The last key among `later` that is pressed meanwhile stops nothing: it is what was heard at the end.
        Raises NoInput for a sound that is only begun again and again.
        """
        if not self.novelty.begin(sound.path, sound.seconds, self.events.hold.now()):
            raise NoInput
        while True:
            heard = await self._play(sound, self._name_playback(), keys, later, restarts=False)
            if not isinstance(heard, StartAgain):
                return heard

    async def pause(self, seconds: float, *, keys: str = "") -> Key | StartAgain | None:
        """Say nothing for so long, from now, unless a key among `keys` is pressed or a greeting ends.

        On hold no time passes.
        """
        until = self.events.hold.now() + seconds
        while True:
            signal = await self._next(until - self.events.hold.now())
            if signal is None or isinstance(signal, StartAgain):
                return signal
            if isinstance(signal, Key) and signal.digit in keys:
                return signal

    async def record(self, name: str, *, longest: float) -> None:
        """Record what they say until a key, long quiet, so many seconds or the hang-up.

        What was said before a hang-up is kept under this name: only the next verb raises Hangup. So it is
        when the line is needed: who speaks is let finish.
        """
        if self.is_over:
            raise Hangup
        self.novelty.start_speaking()
        try:
            await self._channel.record(name, longest)
            await self._until_recorded(name, longest)
        finally:
            self.novelty.stop_speaking(self.events.hold.now())

    async def _until_recorded(self, name: str, longest: float) -> None:
        until = self.events.hold.now() + longest + NEVER_REPORTED
        is_needed = False
        while (left := until - self.events.hold.now()) > 0.0:
            try:
                signal = await self._next(left)
            except Preempted:
                is_needed = True
                continue
            except Hangup:
                until = min(until, self.events.hold.now() + GONE_WITHIN)
                if self.events.signals.empty():
                    await asyncio.sleep(0.1)
                continue
            if isinstance(signal, Recorded) and signal.name == name:
                break
            if isinstance(signal, Key) and not self.events.tells_keys:  # only heard, and not by the PBX
                await self._channel.stop_recording(name)
        if is_needed:
            self.events.signals.put_nowait(LineNeeded())

    async def whisper(self, sound: Sound) -> None:
        """Speak over what they say, and over what is played or recorded, which goes on."""
        if not self.is_over:
            await self._channel.whisper(sound, self._name_playback())

    async def _check_sent(self, sound: Sound) -> bool:
        """Whether packets of it have left the PBX; asked until some have, so mostly once in a call."""
        if self._packets_leave or (packets := await self._channel.packets()) is None:
            return True
        self.far_end.facts.received = packets.received
        self._packets_leave = packets.sent >= sound.seconds * FEWEST_PACKETS
        return self._packets_leave

    def _name_playback(self) -> str:
        """A name of its own also when an earlier process led this call, whose last sound may still play."""
        self._playbacks += 1
        return f"{self.id}.{self._process}.{self._playbacks}"

    async def _play(self, sound: Sound, playback: str, keys: str, later: str, *, restarts: bool) -> Heard:
        if self.is_over:
            raise Hangup
        while self.is_held:
            signal = await self._next(NEVER_REPORTED)
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
        until = self.events.hold.now() + sound.seconds + NEVER_REPORTED
        has_begun = is_cut = False
        at_the_end: Heard = WholePlayed()
        while True:
            signal = await self._next(until - self.events.hold.now())
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
                until = self.events.hold.now() + sound.seconds + NEVER_REPORTED
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
        while await self._next(GONE_WITHIN) is not None:
            pass
        raise PlayFailed("The PBX did not play a sound to its end; check that it can read the sound's files.")

    async def _next(self, seconds: float) -> Signal | None:
        """The next signal, or None after so many seconds from now; raises Hangup when the party is gone.

        On hold only a signal ends the wait.
        """
        if self.is_over and self.events.signals.empty():
            raise Hangup
        try:
            async with asyncio.timeout(None if self.is_held else max(seconds, 0.0)):
                signal = await self.events.signals.get()
        except TimeoutError:
            return None
        if isinstance(signal, Gone):
            raise Hangup
        if isinstance(signal, TakenBack) and not self._is_conversation:
            raise Withdrawn
        if isinstance(signal, LineNeeded):
            raise Preempted
        return signal
