"""Who answered, judged from the times of a call once it is over: person, machine, silent line, screener, fax.

A box speaks in one go as soon as it has answered, its beep being the last of it, and is then quiet until it
is full and says so. A person speaks when they like, and puts the phone down when the message is over.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise

from ivr.facts import Facts, Talk, gaps

LONGEST_PAUSE = 2.6
"""Seconds of quiet inside a greeting."""
BEEP, MOST_BEEPS, BETWEEN_BEEPS = 1.2, 2, 1.2
"""Seconds of a beep at most, how many there are, and seconds of quiet between two."""
LATEST_BEEP = 6.0
"""Seconds from the end of a greeting to its beep."""
REACTION = (0.25, 4.0)
"""Seconds after the end of a pass in which a person who has heard it puts the phone down."""
GOODBYE = 2.5
"""Seconds of a few words, and from the last word of a box to its hanging up."""
USUAL_CAPACITIES = (30.0, 60.0, 90.0, 120.0)
"""Seconds after which most boxes that stop keeping do so;"""
CAPACITIES = (15.0, 20.0, 25.0, 40.0, 45.0, *USUAL_CAPACITIES)
"""and those after which some may."""
HANGS_UP_WITHIN, SPEAKS_WITHIN = 0.4, 2.0
"""Seconds after it is full in which a box hangs up without a word, or begins to say so: without a beep it may
have begun to keep a moment after it fell quiet."""
A_QUESTION = 7.0
"""Seconds in which a screener has asked who is calling."""
LAST_WORDS = 6.0
"""Seconds in which a box has said that it is full."""
AT_ONCE = 1.0
"""Seconds after its last word in which a machine hangs up, if it does."""
A_PASS = 8.0
"""Seconds of quiet on the other side that no greeting has inside."""
A_GREETING = 2.5
"""Seconds of talk in all that are more than a person's hallo;"""
UNBROKEN = 1.8
"""and without a pause."""
A_WORD = 1.4
"""Seconds of talk that are no more than a hallo even if nothing came after it."""
SHORTEST_GREETING = 1.05
"""Seconds of talk in a greeting, without its beeps."""
LONGEST_HALLO, SHORTEST_QUESTION = 1.3, 0.7
"""Seconds of two stretches that are rather a word and a question than a greeting and a beep."""
HANGOVER = 0.2
"""Seconds for which a network that suppresses silence goes on sending after talk."""
FEW = 3
"""Stretches of talk up to which a far end may be somebody who asks something."""
DENSE = 0.65
"""Part of a greeting that is talk, however short its phrases; who asks something listens in between."""
RING = (0.7, 1.4)
"""Seconds of one ring."""
RING_PERIOD = 4.0
"""Seconds from one ring to the next (ITU-T E.180: 1 s on, 3 s off in most of Europe)."""
FAX_ANSWERS = (2.2, 7.0)
"""Seconds of a fax machine's answering tone (ITU-T T.30: 2.6 to 4.0) with the offer that follows at once."""
FAX_OFFER = 2.2
"""Seconds of one of its offers at most."""
FAX_PERIOD = 3.0
"""Seconds from one of its offers to the next (ITU-T T.30)."""
PERIOD_WITHIN = 0.4
"""Seconds by which what comes evenly may come early or late."""


class Who(StrEnum):
    PERSON = "person"
    MACHINE = "machine"
    SILENT = "silent"
    """Nothing was ever heard."""
    SCREENER = "screener"
    """A phone that asked who was calling and let nobody through."""
    FAX = "fax"


@dataclass(frozen=True, slots=True)
class Judgement:
    who: Who
    reason: str
    """A few words for the report."""
    is_proved: bool = True
    """Sure enough that a person who heard the message whole is called no more."""


@dataclass(frozen=True, slots=True)
class _Case:
    facts: Facts
    talks: Sequence[Talk]
    opening: Sequence[Talk]
    """The talk that may be one greeting with its beeps."""
    later: Sequence[Talk]

    @property
    def said(self) -> Sequence[float]:
        """Seconds of each stretch of the opening."""
        now, more = self.facts.now, HANGOVER if self.facts.is_coarse else 0.0
        return [(now if talk.end is None else talk.end) - talk.start - more for talk in self.opening]

    @property
    def is_long(self) -> bool:
        """More was said than a hallo."""
        return sum(self.said) >= A_GREETING or max(self.said) >= UNBROKEN


def judge(facts: Facts, talks: Sequence[Talk]) -> Judgement:
    """`talks` are those of `facts` without our own voice coming back."""
    case = _Case(facts, talks, *_opening(talks))
    found = next(found for rule in _RULES if (found := rule(case)) is not None)
    if found.who is Who.PERSON and not facts.keys and not facts.is_complete:
        # A greeting may have gone unheard; a box does not leave when the message is over, as people do.
        return replace(found, is_proved=_left_in_reaction(facts))
    return found


def _pressed_a_key(case: _Case) -> Judgement | None:
    return Judgement(Who.PERSON, "a key was pressed") if case.facts.keys else None


def _said_nothing(case: _Case) -> Judgement | None:
    if case.talks:
        return None
    if not case.facts.talks:
        return Judgement(Who.SILENT, "nothing was heard")
    if _left_in_reaction(case.facts):
        return Judgement(Who.PERSON, "put the phone down on a line with echo")
    return Judgement(Who.SILENT, "only our own voice was heard")


def _is_a_fax(case: _Case) -> Judgement | None:
    shortest, longest = FAX_ANSWERS
    # Whatever comes back so evenly would also be taken for our own voice: we begin anew each time.
    first, *offers = case.facts.talks or [Talk(0)]
    is_fax = (
        len(offers) > 3
        and shortest <= first.seconds <= longest
        and max(offer.seconds for offer in offers) <= FAX_OFFER
        and _is_periodic(offers, FAX_PERIOD)
    )
    return Judgement(Who.FAX, "a long tone, then offers every three seconds") if is_fax else None


def _rang_on(case: _Case) -> Judgement | None:
    """Asked, said "one moment", and let us hear it ring."""
    rings = _opening(case.facts.talks)[1][1:]
    shortest, longest = RING
    are_rings = (
        len(rings) > 1
        and all(shortest <= ring.seconds <= longest for ring in rings if ring.end is not None)
        and _is_periodic(rings, RING_PERIOD)
    )
    return Judgement(Who.SCREENER, "spoke, then rang on") if are_rings else None


def _spoke_once_more(case: _Case) -> Judgement | None:
    """A box that is full says so and hangs up; a screener says that it asks, and waits."""
    end, left = case.opening[-1].end, case.facts.left
    if not case.later or end is None or case.later[0].start - end < A_PASS:
        return None
    last, greeted = case.later[-1], len(case.opening) > 1 or max(case.said) >= A_WORD
    is_full = _is_one_of(USUAL_CAPACITIES, case.later[0].start - end, SPEAKS_WITHIN)
    if greeted and left is not None and last.end is None and is_full:
        return Judgement(Who.MACHINE, "kept a message until it was full")
    if sum(case.said) < A_GREETING or max(gaps(case.later), default=0) > LONGEST_PAUSE:
        return None
    spoke = (case.facts.now if last.end is None else last.end) - case.later[0].start
    if left is not None and spoke <= LAST_WORDS and left - (last.end or left) <= GOODBYE:
        return Judgement(Who.MACHINE, "talked long, kept a message, spoke and hung up")
    asked = end - case.opening[0].start
    if spoke <= GOODBYE and asked <= A_QUESTION and not _put_down(case.facts, last):
        return Judgement(Who.SCREENER, "asked, waited, spoke again, and nobody came")
    return None


def _spoke_again(case: _Case) -> Judgement | None:
    if not case.later:
        return None
    # A box may greet twice, or read out a menu: only who leaves when the message is over has surely heard it.
    return Judgement(Who.PERSON, "spoke again and again", is_proved=_left_in_reaction(case.facts))


def _never_fell_quiet(case: _Case) -> Judgement | None:
    """Noise goes on; a box that takes no message hangs up with its last word, people leave in a pause."""
    if not case.is_long or case.opening[-1].end is not None or not case.facts.whole_passes:
        return None
    reacted = _left_in_reaction(case.facts)
    if len(case.opening) > FEW and case.facts.left is not None and not reacted:
        return Judgement(Who.MACHINE, "talked on and hung up with its last word")
    return Judgement(Who.PERSON, "sound that never ended: a noisy place", is_proved=reacted)


def _put_the_phone_down(case: _Case) -> Judgement | None:
    """A box without a word when its memory is full does the same, so after a long opening it is less sure."""
    facts, last = case.facts, case.opening[-1]
    if not _put_down(facts, last):
        return None
    kept = (facts.left or 0.0) - (last.end or 0.0)
    reacted = _left_in_reaction(facts) and not _is_one_of(CAPACITIES, kept, HANGS_UP_WITHIN)
    reason = "put the phone down when the message was over"
    return Judgement(Who.PERSON, reason, is_proved=reacted or not case.is_long)


def _asked_now_and_then(case: _Case) -> Judgement | None:
    """A few words, then others: a greeting is longer than a word, and goes on without such pauses."""
    said = case.said[: len(case.said) - _beeps(case)]
    if len(case.said) < 2 or len(said) > FEW or max(said) >= UNBROKEN:
        return None
    first, last = case.opening[0], case.opening[len(said) - 1]
    is_dense = sum(said) >= DENSE * ((last.end or case.facts.now) - first.start)
    first_word, *_, last_word = case.said
    asks = len(case.said) == 2 and first_word < LONGEST_HALLO and last_word >= SHORTEST_QUESTION
    is_a_word = sum(said) < SHORTEST_GREETING or asks
    if is_dense and not is_a_word:
        return None
    return Judgement(Who.PERSON, "spoke now and then", is_proved=_left_in_reaction(case.facts))


def _beeps(case: _Case) -> int:
    """How many stretches at the end of the opening may be beeps; two of them follow close on each other."""
    may_be = [seconds <= BEEP for seconds in case.said]
    quiet = [0.0, *gaps(case.opening)]
    if len(may_be) > 2 and may_be[-2] and may_be[-1] and quiet[-1] <= BETWEEN_BEEPS:
        return 2
    return int(len(may_be) > 1 and may_be[-1])


def _greeted(case: _Case) -> Judgement | None:
    if case.is_long:
        return Judgement(Who.MACHINE, "talked long at once, then was quiet")
    if case.facts.left is None and (len(case.opening) > 1 or max(case.said) >= A_WORD):
        return Judgement(Who.MACHINE, "a short greeting, then was quiet to the end")
    return None


def _listened(_: _Case) -> Judgement | None:
    return Judgement(Who.PERSON, "said a word and listened")


_RULES = (
    _pressed_a_key,
    _is_a_fax,
    _rang_on,
    _said_nothing,
    _spoke_once_more,
    _spoke_again,
    _never_fell_quiet,
    _put_the_phone_down,
    _asked_now_and_then,
    _greeted,
    _listened,
)
"""The first that has something to say decides."""


def _put_down(facts: Facts, last: Talk) -> bool:
    """Left by themselves, and not with their last word, after a pass that they could hear."""
    if facts.left is None or last.end is None or facts.left - last.end < AT_ONCE:
        return False
    return _left_in_reaction(facts) or any(
        last.end < end <= facts.left - REACTION[0] for _, end in facts.whole_passes
    )


def _left_in_reaction(facts: Facts) -> bool:
    soonest, latest = REACTION
    return facts.left is not None and any(
        soonest <= facts.left - end <= latest for _, end in facts.whole_passes
    )


def _is_one_of(capacities: Sequence[float], seconds: float, within: float) -> bool:
    return any(-0.1 <= seconds - capacity <= within for capacity in capacities)


def _opening(talks: Sequence[Talk]) -> tuple[Sequence[Talk], Sequence[Talk]]:
    """The talk that may be one greeting with its beeps, and what came after it."""
    beeps = 0
    for index, gap in enumerate(gaps(talks), start=1):
        is_beep = talks[index].end is not None and talks[index].seconds <= BEEP
        # After a beep come beeps.
        beeps += bool(beeps) or gap > LONGEST_PAUSE
        if beeps > MOST_BEEPS or (beeps and not is_beep) or gap > LATEST_BEEP:
            return talks[:index], talks[index:]
    return talks, []


def _is_periodic(talks: Sequence[Talk], period: float) -> bool:
    return len(talks) > 1 and all(
        abs(after.start - before.start - period) <= PERIOD_WITHIN for before, after in pairwise(talks)
    )
