"""What to do on an answered call, decided from timing alone: go on, start the message again, or finish.

Nobody waits for an answer of this module: the message is spoken from the first moment, and whenever a far end
that has talked long falls quiet, it is started again from its first word. The end of a greeting is such a
moment and so is the end of a beep, so the last start is the right one. What the call was, in the end, is for
`judgement` to say.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from broadcast.states import Outcome
from ivr.echo import own_voice
from ivr.facts import Facts, Pass, Talk
from ivr.judgement import Judgement, Who, judge
from ivr.packets import PacketCount, Started, Stopped

TALK_ENDS_AFTER = 0.6
"""Seconds of quiet after which the PBX's detector reports the end of talk."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Seconds, unless said otherwise."""

    unbroken: float = 1.8
    """Talk without a pause that is longer than a person's greeting; from the start of that talk."""
    in_all: float = 2.5
    """Talk in all that is more than a person's greeting; since the answer."""
    stretches: int = 3
    """Stretches of talk since the answer that are more than a person's greeting."""
    restarts_in_a_row: int = 3
    """Restarts without a whole pass; then one pass runs to its end whatever is heard (lines with echo)."""
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
    _restarts: int = 0
    """In a row, since the last whole pass."""
    _last_restart: float = 0.0
    _packets: PacketCount | None = field(default_factory=PacketCount)
    """None once the end of talk was reported: this line sends silence too."""

    def key(self, digit: str, at: float) -> None:
        """A key is the only proof of a person, and ends the restarts."""
        self._is_at(at)
        self.facts.keys.append((at, digit))

    def talk_started(self, at: float) -> None:
        self._is_at(at)
        if not self.facts.is_talking:
            self.facts.talks.append(Talk(at))

    def talk_ended(self, at: float) -> bool:
        """The PBX's detector has heard quiet for `TALK_ENDS_AFTER`; tells whether to start again now."""
        self._packets = None
        return self._fell_quiet(at - TALK_ENDS_AFTER, at)

    @property
    def wants_packets(self) -> bool:
        """Talk has begun and its end may never be reported: count packets."""
        return self._packets is not None

    def packets(self, count: int, at: float) -> bool:
        """So many have come since the answer; tells whether to start again now."""
        self._is_at(at)
        match self._packets and self._packets.counted(count, at):
            case Stopped(end):
                return self._fell_quiet(end, at)
            case Started(start):
                self.talk_started(start)
        return False

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
        """Longer than a person's greeting, so far; our own voice coming back does not count."""
        return self._is_long(self._talks())

    @property
    def is_done(self) -> bool:
        """Enough was said: as many undisturbed passes as wanted, or no more would be of any use."""
        whole = self.facts.whole_passes
        undisturbed = sum(not self._is_disturbed(*one) for one in whole)
        since_restart = sum(start >= self._last_restart for start, _ in whole)
        is_enough = self.facts.now >= self.thresholds.endless or self._heard_in_quiet(self.facts.now)
        return undisturbed >= self.passes_wanted or (is_enough and since_restart >= self.passes_wanted)

    @property
    def judgement(self) -> Judgement:
        return judge(self.facts, self._talks(), is_long=self.talked_long)

    def outcome(self) -> Outcome:
        """What the call proved, once it is over."""
        whole = bool(self.facts.whole_passes)
        if any(digit == "1" for _, digit in self.facts.keys):
            return Outcome.CONFIRMED
        who = self.judgement.who
        proved, not_proved = OUTCOMES[who]
        return proved if (self._is_on_the_box() if who is Who.MACHINE else whole) else not_proved

    def evidence(self) -> dict[str, object]:
        """All of it, as JSON: times in seconds since the answer."""
        facts, judgement = self.facts, self.judgement
        return {
            "talk": [[round(t.start, 2), _rounded(t.end)] for t in facts.talks],
            "passes": [[round(p.start, 2), _rounded(p.end), p.whole] for p in facts.passes],
            "keys": [round(at, 2) for at, _ in facts.keys],
            "left": _rounded(facts.left),
            "echo": len(facts.talks) - len(self._talks()),
            "judgement": judgement.who.value,
            "reason": judgement.reason,
        }

    def _is_at(self, moment: float) -> None:
        self.facts.now = max(self.facts.now, moment)

    def _talks(self) -> list[Talk]:
        echo = own_voice(self.facts)
        return [talk for talk in self.facts.talks if talk not in echo]

    def _fell_quiet(self, end: float, at: float) -> bool:
        self._is_at(at)
        if not self.facts.is_talking:
            return False
        start = self.facts.talks[-1].start
        talk = self.facts.talks[-1] = Talk(start, max(end, start))
        if self.facts.keys or not self.talked_long or talk in own_voice(self.facts):
            return False
        if self._heard_in_quiet(start) or self._restarts >= self.thresholds.restarts_in_a_row:
            return False
        self._restarts += 1
        self._last_restart = at
        return True

    def _is_long(self, talks: Sequence[Talk]) -> bool:
        lengths = [talk.seconds for talk in talks if talk.end is not None]
        return (
            any(length >= self.thresholds.unbroken for length in lengths)
            or sum(lengths) >= self.thresholds.in_all
            or len(lengths) >= self.thresholds.stretches
        )

    def _heard_in_quiet(self, until: float) -> bool:
        """A box has kept the message, or a person has heard it: what they say after that starts nothing."""
        return any(
            end - start >= self.thresholds.kept and end <= until and not self._is_disturbed(start, end)
            for start, end in self.facts.whole_passes
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
