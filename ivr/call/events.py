"""Takes what the PBX tells of one call, notes the facts of its far end, and hands signals to the verbs."""

import asyncio

from ivr.call.clock import PatientClock, PbxClock
from ivr.call.errors import Hangup, Preempted, TextReplaced, Withdrawn
from ivr.call.signals import (
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
    TextChanged,
)
from ivr.detection.far_end import FarEnd


class CallEvents:
    """The events of one call.

    A verb waits for its signals by `next`. Times are seconds of the PBX's clock.
    """

    def __init__(self, far_end: FarEnd, *, answered_at: float) -> None:
        self.far_end = far_end
        self.now = 0.0
        """Seconds since the answer, as far as anybody has told."""
        self.signals: asyncio.Queue[Signal | Gone] = asyncio.Queue()
        """Signals for the verbs of the call, in the order in which they happened."""
        self.hold = PatientClock()
        """Our clock, which stands still while they have put us on hold."""
        self.started: dict[str, float] = {}
        """When each playback began, by the PBX's clock."""
        self.has_played_whole = False
        """Whether a sound of ours was played to its last sample."""
        self.spoken_pass: str | None = None
        """The playback that is a pass of the message, while it is spoken."""
        self.is_over = False
        self.is_heard = asyncio.Event()
        """It is set once a long quiet after a talk says that a greeting is over, or the call is over."""
        self.quiet = asyncio.Event()
        """It is set when talk has ended, or nothing more is to be heard. Whoever waits for it clears it."""
        self.tells_keys = False
        """Whether keys come as events, so that the sound need not be searched for them."""
        self._pbx_clock = PbxClock(answered_at)
        self._we_hang_up = self._is_conversation = False

    def pressed(self, digit: str, at: float) -> None:
        self.tells_keys = True
        self.far_end.recorder.key(digit, self.since_answer(at))
        self.signals.put_nowait(Key(digit))

    def key_was_heard(self, digit: str) -> None:
        """Take a key that was found in the sound, a moment after it was pressed."""
        self.far_end.recorder.key(digit, self.now)
        self.signals.put_nowait(Key(digit))

    def talk_started(self, at: float) -> None:
        self.far_end.recorder.talk_started(self.since_answer(at))

    def talk_ended(self, at: float, lasted: float) -> None:
        """Note that talk has ended. It lasted so many seconds, without the quiet that told of its end."""
        self.far_end.recorder.talk_ended(self.since_answer(at), lasted)
        self._await_quiet()
        self.quiet.set()

    def packets(self, count: int, at: float) -> None:
        """Note how many packets of sound have come from the far end since the answer."""
        was_talking = self.far_end.facts.is_talking
        self.far_end.recorder.packets(count, self.since_answer(at))
        if was_talking and not self.far_end.facts.is_talking:
            self._await_quiet()
            self.quiet.set()

    def held(self, at: float) -> None:
        """Note that they have put us on hold: nothing reaches them, and the sound that comes is no talk."""
        if self.hold.is_stopped:
            return
        self.hold.stop()
        self.far_end.recorder.held(self.since_answer(at))
        if self.far_end.facts.talks:
            self._stop_listening()
        self.signals.put_nowait(PutOnHold())

    def resumed(self, at: float) -> None:
        """Note that they hear us again."""
        if self.hold.is_stopped:
            self.hold.go_on()
            self.far_end.recorder.resumed(self.since_answer(at))
            self.signals.put_nowait(Resumed())

    def playback_started(self, playback: str, at: float) -> None:
        self.started[playback] = self._pbx_clock.since_answer(at)
        if playback == self.spoken_pass:
            self.far_end.recorder.pass_started(self.since_answer(at))
        self.signals.put_nowait(Started(playback))

    def playback_ended(self, playback: str, at: float, *, ok: bool) -> None:
        # By the PBX's clock alone: what came meanwhile from ours must not make a playback seem shorter.
        ended = self._pbx_clock.since_answer(at)
        self.now = max(self.now, ended)
        seconds = self._pbx_clock.between(self.started.get(playback, 0.0), ended)
        self.signals.put_nowait(Ended(playback, seconds, ok))

    def recorded(self, name: str) -> None:
        """Note that a recording has ended, for whatever reason."""
        self.signals.put_nowait(Recorded(name))

    def hung_up(self, at: float | None) -> None:
        """Note the hang-up. `at` is None when nobody knows who ended the call and when."""
        if at is not None and not self._we_hang_up:
            self.far_end.recorder.left(self.since_answer(at))
        self.is_over = True
        if self.hold.is_stopped:
            self.hold.go_on()
        self._stop_listening()
        self.signals.put_nowait(Gone())

    def expect_end(self) -> None:
        """Note that the script is over: from now on they hang up because we do."""
        self._we_hang_up = not self.is_over

    def begin_anew(self, far_end: FarEnd) -> None:
        """Begin as a conversation: nobody takes it back, and the facts are of this far end alone."""
        self.far_end, self._is_conversation = far_end, True
        if self.hold.is_stopped:
            far_end.recorder.held(self.now)
        self._stop_listening()

    def begin_text(self) -> FarEnd:
        """Begin another message on this call: the far end is the same, and has heard nothing of it yet."""
        self.far_end = self.far_end.with_another_text()
        return self.far_end

    def since_answer(self, at: float) -> float:
        """Seconds from the answer to this moment, which is now or was just before."""
        self.now = max(self.now, self._pbx_clock.since_answer(at))
        return self.now

    async def next(self, seconds: float) -> Signal | None:
        """The next signal, or None after so many seconds from now; raises Hangup when the party is gone.

        On hold only a signal ends the wait.
        """
        if self.is_over and self.signals.empty():
            raise Hangup
        try:
            async with asyncio.timeout(None if self.hold.is_stopped else max(seconds, 0.0)):
                signal = await self.signals.get()
        except TimeoutError:
            return None
        if isinstance(signal, Gone):
            raise Hangup
        if isinstance(signal, TakenBack) and not self._is_conversation:
            raise Withdrawn
        if isinstance(signal, TextChanged) and not self._is_conversation:
            raise TextReplaced
        if isinstance(signal, LineNeeded):
            raise Preempted
        return signal

    def _stop_listening(self) -> None:
        """Wake all that wait for talk or quiet: nothing more is to be heard."""
        self.is_heard.set()
        self.quiet.set()

    def _await_quiet(self) -> None:
        """Let `_look_at_quiet` run when the quiet that has begun has settled, and when it is certain."""
        talks, thresholds = self.far_end.facts.talks, self.far_end.thresholds
        if talks and talks[-1].end is not None:
            for quiet in (thresholds.settled, thresholds.certain):
                at = talks[-1].end + quiet
                asyncio.get_running_loop().call_later(max(0.0, at - self.now), self._look_at_quiet, at)

    def _look_at_quiet(self, at: float) -> None:
        self.now = max(self.now, at)
        if self.far_end.is_long_quiet(self.now):
            self._stop_listening()
        if not self.is_over and self.far_end.start_again(self.now):
            self.signals.put_nowait(StartAgain())
