"""Who answered, judged once the call is over: person, machine, silent line, screener, fax.

A box speaks in one go as soon as it has answered, its beep being the last of it, and is then quiet until it
is full and says so. A person speaks when they like, and puts the phone down when the message is over. Times
tell nearly all of it; where the sound of a call was listened to, beeps, rooms and echoes tell the rest.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise

from ivr.detection.case import A_GREETING, LONGEST_PAUSE, UNBROKEN, Case, left_in_reaction, put_down
from ivr.detection.facts import RING, STILL, Facts, Talk, gaps, rings

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
A_PASS = 8.0
"""Seconds of quiet on the other side that no greeting has inside."""
A_WORD = 1.4
"""Seconds of talk that are no more than a hallo even if nothing came after it."""
BRIEF = 0.9
"""Fewer seconds of talk are a hallo for certain;"""
SHORTEST_GREETING = 1.05
"""and those of a greeting at the least, without its beeps."""
LONGEST_HALLO, SHORTEST_QUESTION = 1.3, 0.7
"""Seconds of two stretches that are rather a word and a question than a greeting and a beep."""
FEW = 3
"""Stretches of talk up to which a far end may be somebody who asks something."""
SHOUT_LEVEL = (-16.0, -12.0)
"""dBov of talk that is louder than most greetings, and softer than one that was recorded up to full scale,"""
SHOUT = (2.5, 7.0)
"""and seconds of it."""
A_ROOM = -57.0
"""dBov of what is heard in the quiet where somebody is; the noise of a line is softer."""
A_VOICE = 13.2
"""dB between the loud and the soft moments of a voice at least; noise is steadier."""
LONG_NOISE = 5.0
"""Seconds of noise that are no greeting in noise."""
DENSE = 0.65
"""Part of a greeting that is talk, however short its phrases; who asks something listens in between."""
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


NOBODY = frozenset({Who.MACHINE, Who.SCREENER, Who.FAX})
"""Nobody hears what is said to them now."""


@dataclass(frozen=True, slots=True)
class Judgement:
    who: Who
    reason: str
    """A few words for the report."""
    is_proved: bool = True
    """Sure enough that a person who heard the message whole is called no more."""


def classify(facts: Facts, talks: Sequence[Talk]) -> Judgement:
    """`talks` are those of `facts` without our own voice coming back, and without ringback."""
    case = Case.of(facts, talks)
    found = next(found for rule in _RULES if (found := rule(case)) is not None)
    if found.who is Who.PERSON and not facts.pressed_a_key and not facts.is_complete:
        # A greeting may have gone unheard; a box does not leave when the message is over, as people do.
        return replace(found, is_proved=left_in_reaction(facts))
    return found


def _pressed_a_key(case: Case) -> Judgement | None:
    return Judgement(Who.PERSON, "a key was pressed") if case.facts.pressed_a_key else None


def _put_us_on_hold(case: Case) -> Judgement | None:
    """No box does that; who has not come back has not heard it."""
    is_away = case.facts.is_held and not case.facts.whole_passes
    return Judgement(Who.PERSON, "put us on hold and stayed away", is_proved=False) if is_away else None


def _said_nothing(case: Case) -> Judgement | None:
    facts = case.facts
    if case.talks:
        return None
    if not facts.talks:
        # Talk may have gone unheard; but where no sound came there was nobody to hear us either.
        if not facts.is_complete and facts.received and left_in_reaction(facts):
            return Judgement(Who.PERSON, "put the phone down when the message was over")
        return Judgement(Who.SILENT, "nothing was heard")
    if left_in_reaction(facts):
        return Judgement(Who.PERSON, "put the phone down on a line with echo")
    return Judgement(Who.SILENT, "only our own voice was heard")


def _is_a_fax(case: Case) -> Judgement | None:
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


def _rang_on(case: Case) -> Judgement | None:
    """Asked, said "one moment", and let us hear it ring; quiet after the last ring would be somebody."""
    if not case.talks and rings(case.facts):
        return Judgement(Who.SILENT, "only ringback was heard")
    again = Case.of(case.facts, case.facts.talks).later[1:]
    shortest, longest = RING
    are_rings = (
        len(again) > 1
        and all(shortest <= ring.seconds <= longest for ring in again if ring.end is not None)
        and _is_periodic(again, RING_PERIOD)
        and case.facts.now - again[-1].start <= 2 * RING_PERIOD
    )
    return Judgement(Who.SCREENER, "spoke, then rang on") if are_rings else None


def _beeped(case: Case) -> Judgement | None:
    return Judgement(Who.MACHINE, "a beep after its greeting") if case.beeped else None


def _was_noise(case: Case) -> Judgement | None:
    """What is around a person does not end with their words."""
    sounds = case.facts.sounds
    if sounds is None or sounds.range is None or sounds.range >= A_VOICE or sum(case.said) < LONG_NOISE:
        return None
    if sounds.floor is not None and sounds.floor < A_ROOM:
        return None
    return Judgement(Who.PERSON, "a noisy place", is_proved=left_in_reaction(case.facts))


def _spoke_once_more(case: Case) -> Judgement | None:
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
    if spoke <= GOODBYE and asked <= A_QUESTION and not put_down(case.facts, last):
        return Judgement(Who.SCREENER, "asked, waited, spoke again, and nobody came")
    return None


def _spoke_again(case: Case) -> Judgement | None:
    if not case.later:
        return None
    # A box may greet twice, or read out a menu: only who leaves when the message is over has surely heard it.
    return Judgement(Who.PERSON, "spoke again and again", is_proved=left_in_reaction(case.facts))


def _never_fell_quiet(case: Case) -> Judgement | None:
    """Noise goes on; a box that takes no message hangs up with its last word, people leave in a pause."""
    if not case.is_long or case.opening[-1].end is not None or not case.facts.whole_passes:
        return None
    reacted, sounds = left_in_reaction(case.facts), case.facts.sounds
    is_voice = len(case.opening) > FEW if sounds is None else (sounds.range or 0.0) >= A_VOICE
    if is_voice and case.facts.left is not None and (sounds is not None or not reacted):
        return Judgement(Who.MACHINE, "talked on and hung up with its last word")
    return Judgement(Who.PERSON, "sound that never ended: a noisy place", is_proved=reacted)


def _put_the_phone_down(case: Case) -> Judgement | None:
    """A box without a word when its memory is full does the same: only a brief hallo is none for certain."""
    facts, last = case.facts, case.opening[-1]
    if not put_down(facts, last):
        return None
    is_full = _is_one_of(CAPACITIES, (facts.left or 0.0) - (last.end or 0.0), HANGS_UP_WITHIN)
    reacted = left_in_reaction(facts) or not case.is_long
    reason = "put the phone down when the message was over"
    return Judgement(Who.PERSON, reason, is_proved=_is_brief(case) or (reacted and not is_full))


def _asked_now_and_then(case: Case) -> Judgement | None:
    """A few words, then others: a greeting is longer than a word, and goes on without such pauses."""
    said = case.said[: len(case.said) - case.beeps]
    if len(case.said) < 2 or len(said) > FEW or max(said) >= UNBROKEN:
        return None
    first, last = case.opening[0], case.opening[len(said) - 1]
    is_dense = sum(said) >= DENSE * ((last.end or case.facts.now) - first.start)
    first_word, *_, last_word = case.said
    asks = len(case.said) == 2 and first_word < LONGEST_HALLO and last_word >= SHORTEST_QUESTION
    is_a_word = sum(said) < SHORTEST_GREETING or asks
    if is_dense and not is_a_word:
        return None
    return Judgement(Who.PERSON, "spoke now and then", is_proved=left_in_reaction(case.facts))


def _stood_still(case: Case) -> Judgement | None:
    sounds = case.facts.sounds
    if sounds is None or sounds.floor != STILL or case.facts.is_coarse or case.facts.left is not None:
        return None
    return Judgement(Who.MACHINE, "spoke, then a stillness that no room has")


def _shouted(case: Case) -> Judgement | None:
    """A few seconds, louder than most greetings, without a beep; and stayed."""
    sounds, (shortest, longest) = case.facts.sounds, SHOUT
    if sounds is None or sounds.level is None or case.facts.left is not None or len(case.opening) > 1:
        return None
    softest, loudest = SHOUT_LEVEL
    if not softest <= sounds.level <= loudest or not shortest <= case.said[0] <= longest:
        return None
    return Judgement(Who.PERSON, "shouted at once, then listened", is_proved=False)


def _is_in_a_room(case: Case) -> Judgement | None:
    sounds = case.facts.sounds
    if sounds is None or sounds.floor is None or sounds.floor < A_ROOM or case.facts.is_coarse:
        return None
    return Judgement(Who.PERSON, "a room was heard around the words", is_proved=not case.is_long)


def _greeted(case: Case) -> Judgement | None:
    if case.is_long:
        return Judgement(Who.MACHINE, "talked long at once, then was quiet")
    if case.facts.left is None and (len(case.opening) > 1 or max(case.said) >= A_WORD):
        return Judgement(Who.MACHINE, "a short greeting, then was quiet to the end")
    return None


def _listened(case: Case) -> Judgement | None:
    """A box without a beep may greet with a word, and be quiet."""
    is_proved = _is_brief(case) or case.facts.left is not None
    return Judgement(Who.PERSON, "said a word and listened", is_proved=is_proved)


_RULES = (
    _pressed_a_key,
    _put_us_on_hold,
    _is_a_fax,
    _rang_on,
    _said_nothing,
    _beeped,
    _was_noise,
    _spoke_once_more,
    _spoke_again,
    _never_fell_quiet,
    _put_the_phone_down,
    _stood_still,
    _asked_now_and_then,
    _shouted,
    _is_in_a_room,
    _greeted,
    _listened,
)
"""The first that has something to say decides."""


def _is_brief(case: Case) -> bool:
    return sum(case.said) < BRIEF


def _is_one_of(capacities: Sequence[float], seconds: float, within: float) -> bool:
    return any(-0.1 <= seconds - capacity <= within for capacity in capacities)


def _is_periodic(talks: Sequence[Talk], period: float) -> bool:
    return len(talks) > 1 and all(
        abs(after.start - before.start - period) <= PERIOD_WITHIN for before, after in pairwise(talks)
    )
