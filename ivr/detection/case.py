"""A call as it is judged: what of its talk may be one greeting with its beeps, and how the far end left."""

from collections.abc import Sequence
from dataclasses import dataclass

from ivr.detection.facts import Facts, Talk, gaps

LONGEST_PAUSE = 2.6
"""Seconds of quiet inside a greeting."""
BEEP, MOST_BEEPS, BETWEEN_BEEPS = 1.2, 2, 1.2
"""Seconds of a beep at most, how many there are, and seconds of quiet between two."""
LATEST_BEEP = 6.0
"""Seconds from the end of a greeting to its beep."""
BEEP_ENDS_WITHIN = 0.2
"""Seconds by which the end of talk may be told later than its last beep ended;"""
COARSELY = 0.5
"""where packets are counted."""
MOSTLY = 0.6
"""Part of a stretch of talk that is a tone, if it is a beep."""
A_GREETING = 2.5
"""Seconds of talk in all that are more than a person's hallo;"""
UNBROKEN = 1.8
"""and without a pause."""
HANGOVER = 0.2
"""Seconds for which a network that suppresses silence goes on sending after talk."""
REACTION = (0.25, 4.0)
"""Seconds after the end of a pass in which a person who has heard it puts the phone down."""
AT_ONCE = 1.0
"""Seconds after its last word in which a machine hangs up, if it does."""


@dataclass(frozen=True, slots=True)
class Case:
    facts: Facts
    talks: Sequence[Talk]
    opening: Sequence[Talk]
    """The talk that may be one greeting with its beeps."""
    later: Sequence[Talk]

    @classmethod
    def of(cls, facts: Facts, talks: Sequence[Talk]) -> "Case":
        """`talks` are those of `facts` that count."""
        beeps = 0
        for index, gap in enumerate(gaps(talks), start=1):
            # After a beep come beeps.
            beeps += bool(beeps) or gap > LONGEST_PAUSE
            is_more = beeps > MOST_BEEPS or (beeps and not _may_be_a_beep(talks[index], facts))
            if is_more or gap > LATEST_BEEP:
                return cls(facts, talks, talks[:index], talks[index:])
        return cls(facts, talks, talks, [])

    @property
    def said(self) -> Sequence[float]:
        """Seconds of each stretch of the opening."""
        now, more = self.facts.now, HANGOVER if self.facts.is_coarse else 0.0
        return [(now if talk.end is None else talk.end) - talk.start - more for talk in self.opening]

    @property
    def is_long(self) -> bool:
        """More was said than a hallo."""
        return sum(self.said) >= A_GREETING or max(self.said) >= UNBROKEN

    @property
    def beeped(self) -> bool:
        """A pure tone was heard at the end of the opening."""
        last, sounds = self.opening[-1], self.facts.sounds
        if sounds is None or last.end is None:
            return False
        within = COARSELY if self.facts.is_coarse else BEEP_ENDS_WITHIN
        return any(last.start < end and last.end - end <= within for _, end in sounds.beeps)

    @property
    def beeps(self) -> int:
        """How many stretches at the end of the opening may be beeps; two follow close on each other."""
        may_be = [_may_be_a_beep(talk, self.facts) for talk in self.opening]
        quiet = [0.0, *gaps(self.opening)]
        if len(may_be) > 2 and may_be[-2] and may_be[-1] and quiet[-1] <= BETWEEN_BEEPS:
            return 2
        return int(len(may_be) > 1 and may_be[-1])


def _may_be_a_beep(talk: Talk, facts: Facts) -> bool:
    """By its length; and by its sound, where that was listened to."""
    hangover = HANGOVER if facts.is_coarse else 0.0
    if talk.end is None or talk.seconds - hangover > BEEP:
        return False
    if facts.sounds is None or talk.end > facts.sounds.until:
        return True
    tone = sum(max(0.0, min(talk.end, end) - max(talk.start, start)) for start, end in facts.sounds.beeps)
    return tone >= MOSTLY * (talk.seconds - hangover)


def put_down(facts: Facts, last: Talk) -> bool:
    """Left by themselves, and not with their last word, after a pass that they could hear."""
    if facts.left is None or last.end is None or facts.left - last.end < AT_ONCE:
        return False
    return left_in_reaction(facts) or any(
        last.end < end <= facts.left - REACTION[0] for _, end in facts.whole_passes
    )


def left_in_reaction(facts: Facts) -> bool:
    """Put the phone down as people do who have just heard the message to its end."""
    soonest, latest = REACTION
    return facts.left is not None and any(
        soonest <= facts.left - end <= latest for _, end in facts.whole_passes
    )
