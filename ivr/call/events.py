"""What the PBX tells of one call: written down of its far end, and handed to the verb that waits."""

import asyncio

from ivr.call.clock import PatientClock, PbxClock
from ivr.call.errors import Hangup, Preempted, Withdrawn
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
)
from ivr.detection.far_end import FarEnd


class CallEvents:
    """Told at once, and waited for by `next`. Times are those of the PBX's own clock, in seconds."""

    def __init__(self, far_end: FarEnd, *, answered_at: float) -> None:
        self.far_end = far_end
        self.now = 0.0
        """Seconds since the answer, as far as anybody has told."""
        self.signals: asyncio.Queue[Signal | Gone] = asyncio.Queue()
        """For the verbs of the call, in the order in which it happened."""
        self.hold = PatientClock()
        """Ours, which stands still while they have put us on hold."""
        self.started: dict[str, float] = {}
        """When each playback began, by the PBX's clock."""
        self.spoken_pass: str | None = None
        """The playback that is a pass of the message, while it is spoken."""
        self.is_over = False
        self.is_heard = asyncio.Event()
        """Whoever talks has said what a greeting may hold, or is gone."""
        self.quiet = asyncio.Event()
        """Talk has ended, or there is nothing more to hear; cleared by who waits for it."""
        self.tells_keys = False
        """Keys come as events here, so that none is to be looked for in the sound."""
        self._pbx_clock = PbxClock(answered_at)
        self._we_hang_up = self._is_conversation = False

    def pressed(self, digit: str, at: float) -> None:
        self.tells_keys = True
        self.far_end.recorder.key(digit, self.since_answer(at))
        self.signals.put_nowait(Key(digit))

    def key_was_heard(self, digit: str) -> None:
        """As tones in the sound, a moment ago."""
        self.far_end.recorder.key(digit, self.now)
        self.signals.put_nowait(Key(digit))

    def talk_started(self, at: float) -> None:
        self.far_end.recorder.talk_started(self.since_answer(at))

    def talk_ended(self, at: float, lasted: float) -> None:
        """It lasted so many seconds, without the quiet by which its end was told."""
        self.far_end.recorder.talk_ended(self.since_answer(at), lasted)
        self._await_quiet()
        self.quiet.set()

    def packets(self, count: int, at: float) -> None:
        """So many packets of sound have come from the far end since the answer."""
        was_talking = self.far_end.facts.is_talking
        self.far_end.recorder.packets(count, self.since_answer(at))
        if was_talking and not self.far_end.facts.is_talking:
            self._await_quiet()
            self.quiet.set()

    def held(self, at: float) -> None:
        """They have put us on hold: nothing reaches them, and what comes is no talk."""
        if self.hold.is_stopped:
            return
        self.hold.stop()
        self.far_end.recorder.held(self.since_answer(at))
        if self.far_end.facts.talks:
            self._stop_listening()
        self.signals.put_nowait(PutOnHold())

    def resumed(self, at: float) -> None:
        """They hear us again."""
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
        """A recording has ended, for whatever reason."""
        self.signals.put_nowait(Recorded(name))

    def hung_up(self, at: float | None) -> None:
        """`at` is None when nobody knows who ended it, and when."""
        if at is not None and not self._we_hang_up:
            self.far_end.recorder.left(self.since_answer(at))
        self.is_over = True
        if self.hold.is_stopped:
            self.hold.go_on()
        self._stop_listening()
        self.signals.put_nowait(Gone())

    def expect_end(self) -> None:
        """The script is over: who hangs up from now on does it because we do."""
        self._we_hang_up = not self.is_over

    def begin_anew(self, far_end: FarEnd) -> None:
        """It is no alert from here on: nobody takes it back, and it tells of this far end alone."""
        self.far_end, self._is_conversation = far_end, True
        if self.hold.is_stopped:
            far_end.recorder.held(self.now)
        self._stop_listening()

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
        if isinstance(signal, LineNeeded):
            raise Preempted
        return signal

    def _stop_listening(self) -> None:
        """There is nothing more to hear that matters."""
        self.is_heard.set()
        self.quiet.set()

    def _await_quiet(self) -> None:
        """Look when the quiet that has begun has settled, and when it is certain, whether to start again."""
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
