"""What to do on an answered call, decided from timing alone: go on, start the message again, or finish.

Nobody waits for an answer of this module: the message is spoken from the first moment, and whenever a far end
that has talked long falls quiet, it is started again from its first word. The end of a greeting is such a
moment and so is the end of a beep, so the last start is the right one. What the call was, in the end, is for
`judgement` to say.
"""

from collections.abc import Sequence, Set
from dataclasses import asdict, dataclass, field
from math import inf

from broadcast.states import Outcome
from ivr.echo import own_voice
from ivr.facts import Facts, Pass, Talk
from ivr.judgement import Judgement, Who, judge
from ivr.packets import PacketCount, Started, Stopped

TALK_ENDS_AFTER = 0.6
"""Seconds of quiet after which the PBX's detector reports the end of talk."""
A_FRAME = 0.02
"""Seconds by which moments may be off."""


CONFIRMS = "19"
"""Who reports on the alert has understood it, as who confirms it."""
OUR_VOICE = 0.2
"""Correlation with what we sent from which on what is heard is an echo."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Seconds, unless said otherwise."""

    unbroken: float = 1.05
    """Talk without a pause that is longer than most people's hallo; from the start of that talk."""
    stretches: int = 2
    """Stretches of talk since the answer that are more than a hallo: a word and a beep."""
    restarts_in_a_row: int = 3
    """Restarts without a whole pass, after which only `certain` quiet starts it again, once."""
    settled: float = 1.8
    """Quiet after talk: longer than most pauses inside a greeting, and by now a box without a beep keeps."""
    certain: float = 5.2
    """Quiet after which no greeting goes on and no beep comes: it may then begin once more."""
    greeting: float = 3.0
    """Talk that is over so soon after the answer, and not long, disturbs no pass: a person's hallo."""
    kept: float = 8.0
    """A pass without talk that is longer than any wait for a beep: whoever is there has got it."""
    endless: float = 60.0
    """Since the answer: no greeting goes on for so long, so that passes count whatever is heard."""


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

    def talk_started(self, at: float) -> None:
        self._is_at(at)
        if not self.facts.is_talking:
            if not self.facts.talks:
                self._packets = PacketCount.from_first_talk(at)
            self.facts.talks.append(Talk(at))

    def talk_ended(self, at: float, lasted: float) -> None:
        """The PBX's detector has heard quiet for `TALK_ENDS_AFTER`, after so many seconds of talk.

        Talk whose beginning we have not heard of began before the answer, for instance as ringback.
        """
        end = at - TALK_ENDS_AFTER
        if not self.facts.is_talking and not self._has_ended(end):
            self._resume(max(0.0, end - lasted))
        # It tells ends here: a hole in the packets was no silence.
        self.facts.is_coarse = False
        self._fell_quiet(end, at)

    def is_to_start_again(self, at: float) -> bool:
        """To be asked `settled` and `certain` after each end of talk: does the message begin anew, now?"""
        self._is_at(at)
        if not self.facts.talks or (last := self.facts.talks[-1]).end is None:
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
        match self._packets.counted(count, at):
            case Stopped(end):
                self.facts.is_coarse = True
                self._fell_quiet(end, at)
            case Started(start):
                self.talk_started(start)

    def pass_started(self, at: float) -> None:
        self._is_at(at)
        self.facts.passes.append(Pass(at))

    def pass_ended(self, at: float, *, whole: bool) -> None:
        self._is_at(at)
        self.facts.passes[-1] = Pass(self.facts.passes[-1].start, at, whole)
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
        whole = self.facts.whole_passes
        undisturbed = [one for one in whole if not self._is_disturbed(*one)]
        said = len(undisturbed)
        if self.judgement.who not in (Who.PERSON, Who.SCREENER):
            said += any(self._began_in_long_quiet(start) for start, _ in undisturbed)
        since_restart = sum(start >= self._last_restart for start, _ in whole)
        is_enough = self.facts.now >= self.thresholds.endless or self._heard_in_quiet(self.facts.now)
        return said >= self.passes_wanted or (is_enough and since_restart >= self.passes_wanted)

    @property
    def judgement(self) -> Judgement:
        return judge(self.facts, self._talks())

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
        facts, judgement = self.facts, self.judgement
        return {
            "talk": [[round(t.start, 2), _rounded(t.end)] for t in facts.talks],
            "passes": [[round(p.start, 2), _rounded(p.end), p.whole] for p in facts.passes],
            "keys": [round(at, 2) for at, _ in facts.keys],
            "left": _rounded(facts.left),
            "echo": len(facts.talks) - len(self._talks()),
            "sounds": None if facts.sounds is None else asdict(facts.sounds),
            "judgement": judgement.who.value,
            "reason": judgement.reason,
        }

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


def _rounded(moment: float | None) -> float | None:
    return None if moment is None else round(moment, 2)
