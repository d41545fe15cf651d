"""One live call and the verbs of its script; a verb returns when it has happened to the caller."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from ivr.channel import PATH_OPENS_WITHIN, Channel
from ivr.far_end import FarEnd
from ivr.pbx_clock import PbxClock
from ivr.signals import GONE_WITHIN, NEVER_REPORTED, WHOLE_WITHIN, Ended, Gone, Recorded, Started, TakenBack


class LineError(Exception):
    """Base of what can go wrong on a call.

    - Hangup: the party is gone; raised by the next verb, caught once, in the exchange.
    - PlayFailed: a sound could not be played.
    - Withdrawn: what is being said was taken back; raised once, and the line is still there.
    """


class Hangup(LineError):  # noqa: N818 - a condition of the call, named as telephony names it
    """The other party, or the network, has ended the call."""


class PlayFailed(LineError):  # noqa: N818
    """The PBX could not play a sound; the person heard silence."""


class Withdrawn(LineError):  # noqa: N818
    """Nobody should hear it any more."""


@dataclass(frozen=True, slots=True)
class Sound:
    """A sound as the PBX sees it: path without extension, and its length."""

    path: Path
    seconds: float


@dataclass(frozen=True, slots=True)
class Key:
    digit: str


@dataclass(frozen=True, slots=True)
class StartAgain:
    """The far end talked long and has stopped: what is being said has to begin again."""


@dataclass(frozen=True, slots=True)
class Whole:
    """The sound was played from its first sample to its last."""


def _clock() -> float:
    return asyncio.get_running_loop().time()


Signal = Started | Ended | Recorded | Key | StartAgain | TakenBack
Heard = Whole | Key | StartAgain


class Call:
    """An answered call. Events enter by one synchronous door, the verbs wait for them.

    The door's times are those of the PBX's own clock, in seconds; verbs wait by ours.
    """

    def __init__(self, id_: str, channel: Channel, far_end: FarEnd, *, answered_at: float) -> None:
        self.id = id_
        self.far_end = far_end
        self._channel = channel
        self._pbx_clock = PbxClock(answered_at)
        self.now = 0.0
        """Seconds since the answer, as far as anybody has told."""
        self._signals: asyncio.Queue[Signal | Gone] = asyncio.Queue()
        self.is_over = self._is_ours_to_end = self._is_withdrawn = self._is_conversation = False
        self.is_heard = asyncio.Event()
        """Whoever talks has said what a greeting may hold, or is gone."""
        self._spoken_pass: str | None = None
        self._process = uuid4().hex[:8]
        self._playbacks = 0
        self._started: dict[str, float] = {}

    # The door

    def pressed(self, digit: str, at: float) -> None:
        self.far_end.key(digit, self.since_answer(at))
        self._signals.put_nowait(Key(digit))

    def talk_started(self, at: float) -> None:
        self.far_end.talk_started(self.since_answer(at))

    def talk_ended(self, at: float, lasted: float) -> None:
        """It lasted so many seconds, without the quiet by which its end was told."""
        self.far_end.talk_ended(self.since_answer(at), lasted)
        self._listen_on()

    def packets(self, count: int, at: float) -> None:
        """So many packets of sound have come from the far end since the answer."""
        was_talking = self.far_end.facts.is_talking
        self.far_end.packets(count, self.since_answer(at))
        if was_talking and not self.far_end.facts.is_talking:
            self._listen_on()

    def playback_started(self, playback: str, at: float) -> None:
        self._started[playback] = self._pbx_clock.since_answer(at)
        if playback == self._spoken_pass:
            self.far_end.pass_started(self.since_answer(at))
        self._signals.put_nowait(Started(playback))

    def playback_ended(self, playback: str, at: float, *, ok: bool) -> None:
        # By the PBX's clock alone: what came meanwhile from ours must not make a playback seem shorter.
        ended = self._pbx_clock.since_answer(at)
        self.now = max(self.now, ended)
        seconds = self._pbx_clock.between(self._started.get(playback, 0.0), ended)
        self._signals.put_nowait(Ended(playback, seconds, ok))

    def recorded(self, name: str) -> None:
        """A recording has ended, for whatever reason."""
        self._signals.put_nowait(Recorded(name))

    def hung_up(self, at: float | None) -> None:
        """`at` is None when nobody knows who ended it, and when."""
        if at is not None and not self._is_ours_to_end:
            self.far_end.left(self.since_answer(at))
        self.is_over = True
        self.is_heard.set()
        self._signals.put_nowait(Gone())

    def withdraw(self) -> None:
        """What is being said, or will be, is taken back: the verb that says it ends."""
        if not self._is_withdrawn:
            self._is_withdrawn = True
            self._signals.put_nowait(TakenBack())

    def is_conversation(self) -> None:
        """From here on it is no alert: nobody takes it back, and nothing counts for what was proved."""
        self._is_conversation = True
        self.far_end = FarEnd(1)
        self.is_heard.set()

    def is_ours_to_end(self) -> None:
        """The script is over: who hangs up from now on does it because we do."""
        self._is_ours_to_end = not self.is_over

    def _listen_on(self) -> None:
        """Ask when the quiet that has begun has settled, and when it is certain, whether to start again."""
        talks, thresholds = self.far_end.facts.talks, self.far_end.thresholds
        if talks and talks[-1].end is not None:
            for quiet in (thresholds.settled, thresholds.certain):
                at = talks[-1].end + quiet
                asyncio.get_running_loop().call_later(max(0.0, at - self.now), self._is_quiet, at)

    def _is_quiet(self, at: float) -> None:
        self.now = max(self.now, at)
        if self.far_end.is_long_quiet(self.now):
            self.is_heard.set()
        if not self.is_over and self.far_end.is_to_start_again(self.now):
            self._signals.put_nowait(StartAgain())

    def since_answer(self, at: float) -> float:
        """Seconds from the answer to this moment, which is now or was just before."""
        self.now = max(self.now, self._pbx_clock.since_answer(at))
        return self.now

    # The verbs

    async def answer(self) -> None:
        """Pick up a call that rings us."""
        if self.is_over:
            raise Hangup
        await self._channel.answer()
        await self.pause(PATH_OPENS_WITHIN)

    async def say(self, sound: Sound, *, keys: str = "") -> Heard:
        """Speak one pass: until its last sample, a key among `keys`, or the moment to start it again."""
        self._spoken_pass = playback = self._name_playback()
        whole = False
        try:
            heard = await self._play(sound, playback, keys, "", restarts=True)
            whole = isinstance(heard, Whole)
        finally:
            self._spoken_pass = None
            start = self._started.get(playback)
            if start is not None:
                self.far_end.pass_ended(start + sound.seconds if whole else self.now, whole=whole)
        return heard

    async def play(self, sound: Sound, *, keys: str = "", later: str = "") -> Heard:
        """Play a sound to its last sample, or until a key among `keys` stops it.

        The last key among `later` that is pressed meanwhile stops nothing: it is what was heard at the end.
        """
        return await self._play(sound, self._name_playback(), keys, later, restarts=False)

    async def pause(self, seconds: float, *, keys: str = "") -> Key | StartAgain | None:
        """Say nothing for so long, from now, unless a key among `keys` is pressed or a greeting ends."""
        until = _clock() + seconds
        while True:
            signal = await self._next(until - _clock())
            if signal is None or isinstance(signal, StartAgain):
                return signal
            if isinstance(signal, Key) and signal.digit in keys:
                return signal

    async def record(self, name: str, *, longest: float) -> None:
        """Record what they say until a key, long quiet, so many seconds or the hang-up.

        What was said before a hang-up is kept under this name: only the next verb raises Hangup.
        """
        if self.is_over:
            raise Hangup
        await self._channel.record(name, longest)
        until = _clock() + longest + NEVER_REPORTED
        while (left := until - _clock()) > 0.0:
            try:
                signal = await self._next(left)
            except Hangup:
                until = min(until, _clock() + GONE_WITHIN)
                if self._signals.empty():
                    await asyncio.sleep(0.1)
                continue
            if isinstance(signal, Recorded) and signal.name == name:
                return

    async def whisper(self, sound: Sound) -> None:
        """Speak over what they say, and over what is played or recorded, which goes on."""
        if not self.is_over:
            await self._channel.whisper(sound, self._name_playback())

    def _name_playback(self) -> str:
        """A name of its own also when an earlier process led this call, whose last sound may still play."""
        self._playbacks += 1
        return f"{self.id}.{self._process}.{self._playbacks}"

    async def _play(self, sound: Sound, playback: str, keys: str, later: str, *, restarts: bool) -> Heard:
        if self.is_over:
            raise Hangup
        await self._channel.play(sound, playback)
        try:
            return await self._until_played(sound, playback, keys, later, restarts=restarts)
        except Withdrawn:
            await self._channel.stop_playing(playback)
            raise

    async def _until_played(
        self, sound: Sound, playback: str, keys: str, later: str, *, restarts: bool
    ) -> Heard:
        until = _clock() + sound.seconds + NEVER_REPORTED
        has_begun = False
        at_the_end: Heard = Whole()
        while True:
            signal = await self._next(until - _clock())
            if signal is None:
                # Nobody says that it ended; a line that is still there has heard it to its end.
                await self._channel.check()
                return at_the_end
            if isinstance(signal, Started) and signal.playback == playback:
                has_begun = True
                until = _clock() + sound.seconds + NEVER_REPORTED
            elif isinstance(signal, Ended) and signal.playback == playback:
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
        """The next signal, or None after so many seconds from now; raises Hangup when the party is gone."""
        if self.is_over and self._signals.empty():
            raise Hangup
        try:
            async with asyncio.timeout(max(seconds, 0.0)):
                signal = await self._signals.get()
        except TimeoutError:
            return None
        if isinstance(signal, Gone):
            raise Hangup
        if isinstance(signal, TakenBack) and not self._is_conversation:
            raise Withdrawn
        return signal
