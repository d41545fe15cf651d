"""What to do on an answered call, decided from timing alone: go on, start the message again, or finish.

Nobody waits for an answer of this module: the message is spoken from the first moment, and whenever a far end
that has talked long falls quiet, it is started again from its first word. The end of a greeting is such a
moment and so is the end of a beep, so the last start is the right one. What the call was, in the end, is for
`judgement` to say.
"""

from math import inf

from broadcast.states import Outcome
from ivr.alert_keys import CONFIRMS
from ivr.detection.delivery import Delivery
from ivr.detection.echo import EchoFilter
from ivr.detection.evidence import evidence
from ivr.detection.fact_recorder import A_FRAME, FactRecorder
from ivr.detection.facts import Facts, rings
from ivr.detection.judgement import Judgement, Who, classify
from ivr.detection.thresholds import Thresholds

OUTCOMES = {
    Who.PERSON: (Outcome.HEARD, Outcome.PARTIAL),
    Who.MACHINE: (Outcome.VOICEMAIL, Outcome.VOICEMAIL_PARTIAL),
    Who.SILENT: (Outcome.SILENT, Outcome.PARTIAL),
    Who.SCREENER: (Outcome.SCREENED, Outcome.SCREENED),
    Who.FAX: (Outcome.VOICEMAIL_PARTIAL, Outcome.VOICEMAIL_PARTIAL),
}
"""What a call was, with a whole pass and without."""


class FarEnd:
    """Of one answered call: its recorder is told what happens; all times are seconds since the answer."""

    def __init__(self, passes_wanted: int = 2) -> None:
        self.thresholds = Thresholds()
        self.facts = Facts()
        self.recorder = FactRecorder(self.facts)
        self.passes_wanted = passes_wanted
        self._echo = EchoFilter(self.facts)
        self._restarts: list[int] = []
        """For each, how many passes had been spoken whole by then."""
        self._last_restart = 0.0

    def with_another_text(self) -> "FarEnd":
        """The same far end, of which all is known but that it has heard anything of another message.

        Our own voice that came back is no talk of theirs, and stays with the message that it was.
        """
        known, anew = self.facts, FarEnd(self.passes_wanted)
        anew.facts.talks += self._echo.talks()
        anew.facts.holds += known.holds
        anew.facts.pressed_before = known.pressed_a_key
        anew.facts.now, anew.facts.left, anew.facts.received = known.now, known.left, known.received
        anew.recorder = self.recorder.going_on_in(anew.facts)
        anew.facts.is_coarse, anew.facts.is_complete = known.is_coarse, known.is_complete
        return anew

    def start_again(self, at: float) -> bool:
        """To be asked `settled` and `certain` after each end of talk: does the message begin anew, now?

        It counts as a restart when it does.
        """
        self.facts.reach(at)
        if not self._may_start_again(at):
            return False
        self._restarts.append(len(self.facts.spoken_passes))
        self._last_restart = at
        return True

    def _may_start_again(self, at: float) -> bool:
        facts = self.facts
        if not facts.talks or (last := facts.talks[-1]).end is None or facts.is_held:
            return False
        if facts.pressed_a_key or not self.talked_long or at - last.end < self._patience:
            return False
        if facts.passes and facts.passes[-1].start >= last.end + self.thresholds.settled - 5 * A_FRAME:
            return False
        return not self._delivery.heard_in_quiet(last.start) and last not in self._echo.find()

    @property
    def _patience(self) -> float:
        """Seconds of quiet after which the message begins anew, the longer the more often it did."""
        in_a_row = self._restarts.count(len(self.facts.spoken_passes))  # since the last whole pass
        if in_a_row < self.thresholds.restarts_in_a_row:
            return self.thresholds.settled - A_FRAME
        return self._certain if in_a_row == self.thresholds.restarts_in_a_row else inf

    @property
    def wants_packets(self) -> bool:
        """Talk goes on whose end may never be reported, or ends are told by packets here: count them."""
        return self.facts.is_talking or self.facts.is_coarse

    @property
    def talked_long(self) -> bool:
        """Longer than a hallo, so far; our own voice coming back does not count."""
        return self._delivery.talked_long

    @property
    def is_done(self) -> bool:
        """Enough was said: as many undisturbed passes as wanted, or no more would be of any use.

        One stands for two that began when no greeting went on and no beep was to come any more, unless
        by the times it was a person, who may still want to press a key, or a screener who may fetch one.
        """
        delivery, facts = self._delivery, self.facts
        undisturbed = delivery.undisturbed
        said = len(undisturbed)
        if self.judgement.who not in (Who.PERSON, Who.SCREENER):
            said += any(delivery.began_in_long_quiet(start) for start, _ in undisturbed)
        since_restart = sum(start >= self._last_restart for start, _ in facts.spoken_passes)
        is_enough = facts.now >= self.thresholds.endless or delivery.heard_in_quiet(facts.now)
        return said >= self.passes_wanted or (is_enough and since_restart >= self.passes_wanted)

    @property
    def judgement(self) -> Judgement:
        ringback = rings(self.facts)
        return classify(self.facts, [talk for talk in self._echo.talks() if talk not in ringback])

    def outcome(self, judged: Judgement | None = None) -> Outcome:
        """What the call proved, once it is over; `judged` from all of it, where this is a part of it."""
        whole = bool(self.facts.whole_passes)
        if any(digit in CONFIRMS for _, digit in self.facts.keys):
            return Outcome.CONFIRMED
        judgement = judged or self.judgement
        proved, not_proved = OUTCOMES[judgement.who]
        if judgement.who is Who.MACHINE:
            whole = self._delivery.is_on_the_box
        return proved if whole and judgement.is_proved else not_proved

    def evidence(self, judged: Judgement | None = None) -> dict[str, object]:
        """All of it, as JSON: times in seconds since the answer."""
        return evidence(self.facts, judged or self.judgement, echo=len(self._echo.find()))

    def is_long_quiet(self, at: float) -> bool:
        """Whoever talked has said all that belongs to a greeting, its beeps too."""
        talks = self.facts.talks
        return bool(talks) and talks[-1].end is not None and at - talks[-1].end >= self._certain

    @property
    def _certain(self) -> float:
        return self.thresholds.certain - A_FRAME

    @property
    def _delivery(self) -> Delivery:
        return Delivery(self.facts, self._echo.talks(), self.thresholds)
