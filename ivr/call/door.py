"""Where the PBX's events of one call enter: into what is known of its far end, and to the verbs that wait."""

import asyncio

from ivr.call.clock import PbxClock
from ivr.call.novelty import Novelty
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


class Door:
    """Synchronous: nothing waits in here. Times are those of the PBX's own clock, in seconds."""

    def __init__(self, far_end: FarEnd, *, answered_at: float) -> None:
        self.far_end = far_end
        self._pbx_clock = PbxClock(answered_at)
        self.now = 0.0
        """Seconds since the answer, as far as anybody has told."""
        self._signals: asyncio.Queue[Signal | Gone] = asyncio.Queue()
        self.is_over = self._is_ours_to_end = self._is_withdrawn = self._is_conversation = False
        self.is_heard = asyncio.Event()
        """Whoever talks has said what a greeting may hold, or is gone."""
        self.quiet = asyncio.Event()
        """Talk has ended, or there is nothing more to hear; cleared by who waits for it."""
        self.tells_keys = False
        """Keys come as events here, so that none is to be looked for in the sound."""
        self._spoken_pass: str | None = None
        self._started: dict[str, float] = {}
        self.is_held = False
        """They have put us on hold."""
        self._held_since = self._held_for = 0.0
        """By our clock."""
        self.novelty = Novelty(self._patient_clock())
        """By our clock, which stands still while they hold us."""

    def pressed(self, digit: str, at: float) -> None:
        self.tells_keys = True
        self.far_end.key(digit, self.since_answer(at))
        self._signals.put_nowait(Key(digit))

    def key_was_heard(self, digit: str) -> None:
        """As tones in the sound, a moment ago."""
        self.far_end.key(digit, self.now)
        self._signals.put_nowait(Key(digit))

    def talk_started(self, at: float) -> None:
        self.far_end.talk_started(self.since_answer(at))

    def talk_ended(self, at: float, lasted: float) -> None:
        """It lasted so many seconds, without the quiet by which its end was told."""
        self.far_end.talk_ended(self.since_answer(at), lasted)
        self._listen_on()
        self.quiet.set()

    def packets(self, count: int, at: float) -> None:
        """So many packets of sound have come from the far end since the answer."""
        was_talking = self.far_end.facts.is_talking
        self.far_end.packets(count, self.since_answer(at))
        if was_talking and not self.far_end.facts.is_talking:
            self._listen_on()
            self.quiet.set()

    def held(self, at: float) -> None:
        """They have put us on hold: nothing reaches them, and what comes is no talk."""
        if self.is_held:
            return
        self.is_held, self._held_since = True, _now()
        self.far_end.held(self.since_answer(at))
        if self.far_end.facts.talks:
            self._is_all_heard()
        self._signals.put_nowait(PutOnHold())

    def resumed(self, at: float) -> None:
        """They hear us again."""
        if self.is_held:
            self._hold_is_over()
            self.far_end.resumed(self.since_answer(at))
            self._signals.put_nowait(Resumed())

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
        if self.is_held:
            self._hold_is_over()
        self._is_all_heard()
        self._signals.put_nowait(Gone())

    def withdraw(self) -> None:
        """What is being said, or will be, is taken back: the verb that says it ends."""
        if not self._is_withdrawn:
            self._is_withdrawn = True
            self._signals.put_nowait(TakenBack())

    def let_go(self) -> None:
        """The line is needed: the verb that waits ends, or the next one; a recording does not."""
        self._signals.put_nowait(LineNeeded())

    def become_conversation(self) -> None:
        """From here on it is no alert: nobody takes it back, and nothing counts for what was proved."""
        self._is_conversation = True
        self.novelty = Novelty(self._patient_clock())
        self.far_end = FarEnd(1)
        if self.is_held:
            self.far_end.held(self.now)
        self._is_all_heard()

    def take_over_the_end(self) -> None:
        """The script is over: who hangs up from now on does it because we do."""
        self._is_ours_to_end = not self.is_over

    def _patient_clock(self) -> float:
        """Seconds of a clock that stands still while we are on hold: so long were they able to answer."""
        return (self._held_since if self.is_held else _now()) - self._held_for

    def _hold_is_over(self) -> None:
        self.is_held = False
        self._held_for += _now() - self._held_since

    def _is_all_heard(self) -> None:
        self.is_heard.set()
        self.quiet.set()

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
            self._is_all_heard()
        if not self.is_over and self.far_end.is_to_start_again(self.now):
            self._signals.put_nowait(StartAgain())

    def since_answer(self, at: float) -> float:
        """Seconds from the answer to this moment, which is now or was just before."""
        self.now = max(self.now, self._pbx_clock.since_answer(at))
        return self.now


def _now() -> float:
    return asyncio.get_running_loop().time()
