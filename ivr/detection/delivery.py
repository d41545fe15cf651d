"""Which passes got through, told from the talk around them: kept by a box, or heard by a person."""

from collections.abc import Sequence
from dataclasses import dataclass

from ivr.detection.fact_recorder import A_FRAME
from ivr.detection.facts import Facts, Talk
from ivr.detection.thresholds import Thresholds


@dataclass(frozen=True, slots=True)
class Delivery:
    """As far as a call has gone; `talks` are those of the far end, without our own voice coming back."""

    facts: Facts
    talks: Sequence[Talk]
    thresholds: Thresholds

    @property
    def talked_long(self) -> bool:
        """Longer than a hallo, so far."""
        return self._is_long(self.talks)

    @property
    def undisturbed(self) -> Sequence[tuple[float, float]]:
        """Passes that were spoken whole, and over which nobody talked."""
        return [one for one in self.facts.spoken_passes if not self._is_disturbed(*one)]

    @property
    def is_on_the_box(self) -> bool:
        """What a box played over before its greeting ended is on no recording."""
        return any(
            not self._is_disturbed(start, end)
            and any(talk.end is not None and talk.end <= start for talk in self.facts.talks)
            for start, end in self.facts.whole_passes
        )

    def heard_in_quiet(self, until: float) -> bool:
        """A box has kept the message, or a person has heard it: what they say after that starts nothing."""
        return any(
            end - start >= self.thresholds.kept and end <= until and not self._is_disturbed(start, end)
            for start, end in self.facts.whole_passes
        )

    def began_in_long_quiet(self, start: float) -> bool:
        before = [talk for talk in self.talks if talk.start < start]
        return bool(before) and all(
            talk.end is not None and talk.end <= start - (self.thresholds.certain - A_FRAME)
            for talk in before
        )

    def _is_disturbed(self, start: float, end: float) -> bool:
        """Somebody talked during this pass, beyond a first hallo."""
        disturbing = [talk for talk in self.talks if talk.overlaps(start, end)]
        return self._is_long(disturbing) if self._is_a_hallo(disturbing) else bool(disturbing)

    def _is_long(self, talks: Sequence[Talk]) -> bool:
        ended = [talk for talk in talks if talk.end is not None]
        return len(ended) >= self.thresholds.stretches or any(
            talk.seconds >= self.thresholds.unbroken for talk in ended
        )

    def _is_a_hallo(self, talks: Sequence[Talk]) -> bool:
        return len(talks) == 1 and talks[0].end is not None and talks[0].end <= self.thresholds.greeting
