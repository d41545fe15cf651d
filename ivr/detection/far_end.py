"""What to do on an answered call, decided from timing alone: go on, start the message again, or finish.

Nobody waits for an answer of this module: the message is spoken from the first moment, and whenever a far end
that has talked long falls quiet, it is started again from its first word. The end of a greeting is such a
moment and so is the end of a beep, so the last start is the right one. What the call was, in the end, is for
`judgement` to say.
"""

from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from math import inf

from broadcast.states import Outcome
from ivr.alert_keys import CONFIRMS
from ivr.detection.echo import own_voice
from ivr.detection.evidence import evidence
from ivr.detection.facts import Facts, Hold, SpokenPass, Talk, rings
from ivr.detection.judgement import Judgement, Who, judge
from ivr.detection.packets import PacketCount, TalkStarted, TalkStopped
from ivr.detection.thresholds import Thresholds

TALK_ENDS_AFTER = 0.6
"""Seconds of quiet after which the PBX's detector reports the end of talk."""
TALK_DETECTION = f"{TALK_ENDS_AFTER * 1000:.0f},256"
"""The PBX's own: milliseconds of it, and the level above which sound is talk."""
A_FRAME = 0.02
"""Seconds by which moments may be off."""
EARLY = 0.3
"""Seconds by which the first sound of who picks up may overtake the news of it."""
TAIL = 1.5
"""Seconds since the answer by which what began earlier is over, if it was ringback or an announcement."""

OUR_VOICE = 0.2
"""Correlation with what we sent from which on what is heard is an echo."""


OUTCOMES = {
    Who.PERSON: (Outcome.HEARD, Outcome.PARTIAL),
    Who.MACHINE: (Outcome.VOICEMAIL, Outcome.VOICEMAIL_PARTIAL),
    Who.SILENT: (Outcome.SILENT, Outcome.PARTIAL),
    Who.SCREENER: (Outcome.SCREENED, Outcome.SCREENED),
    Who.FAX: (Outcome.VOICEMAIL_PARTIAL, Outcome.VOICEMAIL_PARTIAL),
}
"""What a call was, with a whole pass and without."""


@dataclass(slots=True)
class FarEnd:
    """Fed with what happens on one answered call; all times are seconds since the answer."""

    passes_wanted: int = 2
    thresholds: Thresholds = field(default_factory=Thresholds)
    facts: Facts = field(default_factory=Facts)
    _echo_found: Set[Talk] = frozenset()
    _echo_of: object = None
    _restarts: int = 0
    """In a row, since the last whole pass."""
    _last_restart: float = 0.0
    _packets: PacketCount = field(default_factory=PacketCount)

    def key(self, digit: str, at: float) -> None:
        """A key is the only proof of a person, and ends the restarts."""
        self._is_at(at)
        self.facts.keys.append((at, digit))

    def held(self, at: float) -> None:
        """They have put us on hold."""
        self._is_at(at)
        self._fell_quiet(at, at)
        self.facts.holds.append(Hold(at))

    def resumed(self, at: float) -> None:
        """They hear us again, and what is heard is no music."""
        self._is_at(at)
        self.facts.holds[-1] = Hold(self.facts.holds[-1].start, at)

    def talk_started(self, at: float) -> None:
        self._is_at(at)
        if not self.facts.is_talking and not self.facts.is_held:
            if not self.facts.talks:
                self._packets = PacketCount.from_first_talk(at)
            self.facts.talks.append(Talk(at))

    def talk_ended(self, at: float, lasted: float) -> None:
        """The PBX's detector has heard quiet for `TALK_ENDS_AFTER`, after so many seconds of talk.

        Talk whose beginning we have not heard of began before the answer, or on hold, as music.
        """
        end = at - TALK_ENDS_AFTER
        if self.facts.is_held:
            return
        if not self.facts.is_talking and not self._has_ended(end):
            began = end - lasted
            start = max([began, 0.0, *(hold.end or 0.0 for hold in self.facts.holds)])
            if end <= start or (began < -EARLY and end <= TAIL):
                return
            self._resume(start)
        # It tells ends here: a hole in the packets was no silence.
        self.facts.is_coarse = False
        self._fell_quiet(end, at)

    def is_to_start_again(self, at: float) -> bool:
        """To be asked `settled` and `certain` after each end of talk: does the message begin anew, now?"""
        self._is_at(at)
        if not self.facts.talks or (last := self.facts.talks[-1]).end is None or self.facts.is_held:
            return False
        if self.facts.keys or not self.talked_long or at - last.end < self._patience:
            return False
        if (
            self.facts.passes
            and self.facts.passes[-1].start >= last.end + self.thresholds.settled - 5 * A_FRAME
        ):
            return False
        if self._heard_in_quiet(last.start) or last in self._echo():
            return False
        self._restarts += 1
        self._last_restart = at
        return True

    @property
    def _patience(self) -> float:
        """Seconds of quiet after which the message begins anew, the longer the more often it did."""
        if self._restarts < self.thresholds.restarts_in_a_row:
            return self.thresholds.settled - A_FRAME
        return self._certain if self._restarts == self.thresholds.restarts_in_a_row else inf

    @property
    def wants_packets(self) -> bool:
        """Talk goes on whose end may never be reported, or ends are told by packets here: count them."""
        return self.facts.is_talking or self.facts.is_coarse

    def packets(self, count: int, at: float) -> None:
        """So many have come since the answer."""
        self._is_at(at)
        if self.facts.is_held:
            self._packets = PacketCount()
            return
        match self._packets.counted(count, at):
            case TalkStopped(end):
                self.facts.is_coarse = True
                self._fell_quiet(end, at)
            case TalkStarted(start):
                self.talk_started(start)

    def pass_started(self, at: float) -> None:
        self._is_at(at)
        self.facts.passes.append(SpokenPass(at))

    def pass_ended(self, at: float, *, whole: bool, was_sent: bool = True) -> None:
        """A hold ends it where it begins."""
        self._is_at(at)
        start = self.facts.passes[-1].start
        held = next((hold.start for hold in self.facts.holds if hold.overlaps(start, at)), None)
        if held is not None:
            at, whole = max(start, held), False
        self.facts.passes[-1] = SpokenPass(start, at, whole, was_sent)
        if whole:
            self._restarts = 0

    def left(self, at: float) -> None:
        """The far end has hung up, and not we."""
        self._is_at(at)
        self.facts.left = at

    @property
    def talked_long(self) -> bool:
        """Longer than a hallo, so far; our own voice coming back does not count."""
        return self._is_long(self._talks())

    @property
    def is_done(self) -> bool:
        """Enough was said: as many undisturbed passes as wanted, or no more would be of any use.

        One stands for two that began when no greeting went on and no beep was to come any more, unless
        by the times it was a person, who may still want to press a key, or a screener who may fetch one.
        """
        whole = self.facts.spoken_passes
        undisturbed = [one for one in whole if not self._is_disturbed(*one)]
        said = len(undisturbed)
        if self.judgement.who not in (Who.PERSON, Who.SCREENER):
            said += any(self._began_in_long_quiet(start) for start, _ in undisturbed)
        since_restart = sum(start >= self._last_restart for start, _ in whole)
        is_enough = self.facts.now >= self.thresholds.endless or self._heard_in_quiet(self.facts.now)
        return said >= self.passes_wanted or (is_enough and since_restart >= self.passes_wanted)

    @property
    def judgement(self) -> Judgement:
        ringback = rings(self.facts)
        return judge(self.facts, [talk for talk in self._talks() if talk not in ringback])

    def outcome(self) -> Outcome:
        """What the call proved, once it is over."""
        whole = bool(self.facts.whole_passes)
        if any(digit in CONFIRMS for _, digit in self.facts.keys):
            return Outcome.CONFIRMED
        judgement = self.judgement
        proved, not_proved = OUTCOMES[judgement.who]
        if judgement.who is Who.MACHINE:
            whole = self._is_on_the_box()
        return proved if whole and judgement.is_proved else not_proved

    def evidence(self) -> dict[str, object]:
        """All of it, as JSON: times in seconds since the answer."""
        return evidence(self.facts, self.judgement, echo=len(self.facts.talks) - len(self._talks()))

    def is_long_quiet(self, at: float) -> bool:
        """Whoever talked has said all that belongs to a greeting, its beeps too."""
        talks = self.facts.talks
        return bool(talks) and talks[-1].end is not None and at - talks[-1].end >= self._certain

    @property
    def _certain(self) -> float:
        return self.thresholds.certain - A_FRAME

    @property
    def _echo_was_heard(self) -> bool:
        return self.facts.sounds is not None and self.facts.sounds.alike >= OUR_VOICE

    def _is_at(self, moment: float) -> None:
        self.facts.now = max(self.facts.now, moment)

    def _talks(self) -> list[Talk]:
        echo = self._echo()
        return [talk for talk in self.facts.talks if talk not in echo]

    def _echo(self) -> Set[Talk]:
        """Found anew only when something has happened: a noisy line has hundreds of stretches."""
        facts = self.facts
        state = (len(facts.talks), facts.talks[-1:], len(facts.passes), facts.passes[-1:], facts.is_coarse)
        if self._echo_was_heard:
            return frozenset(facts.talks)
        if facts.is_talking or state != self._echo_of:
            self._echo_found, self._echo_of = own_voice(facts), state
        return self._echo_found

    def _fell_quiet(self, end: float, at: float) -> None:
        self._is_at(at)
        if self.facts.is_talking:
            start = self.facts.talks[-1].start
            self.facts.talks[-1] = Talk(start, max(end, start))
        if not self.facts.is_coarse:
            self._packets = PacketCount()

    def _resume(self, start: float) -> None:
        """Talk from then on, which is the last one gone on if that seemed to end meanwhile."""
        last = self.facts.talks[-1] if self.facts.talks else None
        if last is not None and last.end is not None and start <= last.end:
            self.facts.talks[-1] = Talk(last.start)
        else:
            self.facts.talks.append(Talk(start))

    def _has_ended(self, end: float) -> bool:
        """This end was told before."""
        last = self.facts.talks[-1].end if self.facts.talks else None
        return last is not None and end <= last + A_FRAME

    def _is_long(self, talks: Sequence[Talk]) -> bool:
        ended = [talk for talk in talks if talk.end is not None]
        return len(ended) >= self.thresholds.stretches or any(
            talk.seconds >= self.thresholds.unbroken for talk in ended
        )

    def _heard_in_quiet(self, until: float) -> bool:
        """A box has kept the message, or a person has heard it: what they say after that starts nothing."""
        return any(
            end - start >= self.thresholds.kept and end <= until and not self._is_disturbed(start, end)
            for start, end in self.facts.whole_passes
        )

    def _began_in_long_quiet(self, start: float) -> bool:
        before = [talk for talk in self._talks() if talk.start < start]
        return bool(before) and all(
            talk.end is not None and talk.end <= start - self._certain for talk in before
        )

    def _is_on_the_box(self) -> bool:
        """What a box played over before its greeting ended is on no recording."""
        return any(
            not self._is_disturbed(start, end)
            and any(talk.end is not None and talk.end <= start for talk in self.facts.talks)
            for start, end in self.facts.whole_passes
        )

    def _is_disturbed(self, start: float, end: float) -> bool:
        """Somebody talked during this pass, beyond a first hallo."""
        disturbing = [talk for talk in self._talks() if talk.overlaps(start, end)]
        return self._is_long(disturbing) if self._is_a_hallo(disturbing) else bool(disturbing)

    def _is_a_hallo(self, talks: list[Talk]) -> bool:
        return len(talks) == 1 and talks[0].end is not None and talks[0].end <= self.thresholds.greeting
