"""One live call and the verbs of its script; a verb returns when it has happened to the caller."""

import asyncio
from collections.abc import Callable
from pathlib import Path

from ivr.call.channel import PATH_OPENS_WITHIN, CallChannel
from ivr.call.errors import Hangup, NoInput, Preempted
from ivr.call.events import CallEvents
from ivr.call.novelty import Novelty
from ivr.call.player import Player, never
from ivr.call.signals import (
    GONE_WITHIN,
    NEVER_REPORTED,
    Heard,
    Key,
    LineNeeded,
    Recorded,
    StartAgain,
    TakenBack,
    TextChanged,
)
from ivr.call.values import Sound, WholePlayed
from ivr.detection.far_end import FarEnd


class Call:
    """An answered call: what the PBX tells of it enters by `events`, and the verbs wait for that."""

    def __init__(self, id_: str, channel: CallChannel, far_end: FarEnd, *, answered_at: float) -> None:
        self.id = id_
        self.events = CallEvents(far_end, answered_at=answered_at)
        self.novelty = Novelty(self.events.hold.now())
        """The record of what is new to them, by our clock, which stands still on hold."""
        self._is_withdrawn = False
        self._channel = channel
        self._player = Player(id_, channel, self.events)

    @property
    def far_end(self) -> FarEnd:
        return self.events.far_end

    @property
    def sound(self) -> Path | None:
        """The sound that is being played, or was played last."""
        return self._player.sound

    @property
    def is_over(self) -> bool:
        return self.events.is_over

    @property
    def is_held(self) -> bool:
        """Whether they have put us on hold."""
        return self.events.hold.is_stopped

    # What others decide of it

    def withdraw(self) -> None:
        """Take back what this call says or will say: the verb that says it ends with Withdrawn."""
        if not self._is_withdrawn:
            self._is_withdrawn = True
            self.events.signals.put_nowait(TakenBack())

    def replace_text(self) -> None:
        """Have another message said: the verb that says this one ends with TextReplaced."""
        self.events.signals.put_nowait(TextChanged())

    def preempt(self) -> None:
        """Take the line: the verb that waits, or the next one, ends with Preempted. A recording goes on."""
        self.events.signals.put_nowait(LineNeeded())

    def become_conversation(self) -> None:
        """Make this call a conversation: nobody takes it back any more, and nothing said proves anything."""
        self.novelty = Novelty(self.events.hold.now())
        self.events.begin_anew(FarEnd(1))

    # The verbs of scripts

    async def answer(self) -> None:
        """Pick up a call that rings us."""
        if self.is_over:
            raise Hangup
        await self._channel.answer()
        await self.pause(PATH_OPENS_WITHIN)

    async def say(self, sound: Sound, *, keys: str = "", is_late: Callable[[], bool] = never) -> Heard:
        """Speak one pass: until its last sample, a key among `keys`, or the moment to start it again.

        On hold nothing is spoken. A pass that a hold cut short is to start again after it. Once it `is_late`
        none is begun: it is to start again, by whoever knows that it must not.
        """
        self.events.spoken_pass = playback = self._player.name_playback()
        whole, was_sent = False, True
        try:
            heard = await self._player.play(sound, playback, keys=keys, restarts=True, is_late=is_late)
            whole = isinstance(heard, WholePlayed)
            was_sent = not whole or await self._player.check_sent(sound)
        finally:
            self.events.spoken_pass = None
            start = self.events.started.get(playback)
            if start is not None:
                end = start + sound.seconds if whole else self.events.now
                self.far_end.recorder.pass_ended(end, whole=whole, was_sent=was_sent)
        return heard

    async def play(self, sound: Sound, *, keys: str = "", later: str = "") -> Heard:
        """Play a sound to its last sample, or until a key among `keys` stops it; anew after a hold.

        A key among `later` stops nothing: the last one pressed is returned at the end.
        Raises NoInput when the same sound is begun again and again and nothing else.
        """
        if not self.novelty.begin(sound.path, sound.seconds, self.events.hold.now()):
            raise NoInput
        while True:
            heard = await self._player.play(sound, self._player.name_playback(), keys=keys, later=later)
            if not isinstance(heard, StartAgain):
                return heard

    async def pause(self, seconds: float, *, keys: str = "") -> Key | StartAgain | None:
        """Wait so many seconds in silence, unless a key among `keys` is pressed or a greeting ends.

        Time on hold does not count.
        """
        until = self.events.hold.now() + seconds
        while True:
            signal = await self.events.next(until - self.events.hold.now())
            if signal is None or isinstance(signal, StartAgain):
                return signal
            if isinstance(signal, Key) and signal.digit in keys:
                return signal

    async def record(self, name: str, *, longest: float) -> None:
        """Record what they say until a key, long quiet, so many seconds or the hang-up.

        A hang-up keeps what was said: only the next verb raises Hangup. A line that is needed does not end a
        recording either: the caller may finish.
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
                signal = await self.events.next(left)
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
        """Speak over what they say and over what is played or recorded; all of it goes on."""
        if not self.is_over:
            await self._channel.whisper(sound, self._player.name_playback())
