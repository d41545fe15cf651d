"""Who answered, judged from the times of a call once it is over: person, machine, silent line, screener, fax.

A box speaks in one go as soon as it has answered, its beep being the last of it, and is then quiet until it
is full and says so. A person speaks when they like, and puts the phone down when the message is over.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from ivr.facts import Facts, Talk, gaps

LONGEST_PAUSE = 2.6
"""Seconds of quiet inside a greeting."""
LONGEST_BEEP = 1.3
"""Seconds."""
LATEST_BEEP = 6.0
"""Seconds from the end of a greeting to its beep."""
REACTION = (0.25, 4.0)
"""Seconds after the end of a pass in which a person who has heard it puts the phone down."""
GOODBYE = 2.5
"""Seconds from the last word of a box to its hanging up."""
CAPACITIES = (30.0, 60.0, 90.0, 120.0)
"""Seconds after which boxes stop keeping, and hang up,"""
CAPACITY_WITHIN = 1.5
"""give or take these."""
A_PASS = 8.0
"""Seconds of quiet on the other side that no greeting has inside."""
A_GREETING = 2.5
"""Seconds of talk in all that a box says at least before it is full, and a screener before it waits."""
RING_PERIOD = 4.0
"""Seconds from one ring to the next (ITU-T E.180: 1 s on, 3 s off in most of Europe)."""
FAX_ANSWERS = (2.2, 5.0)
"""Seconds of a fax machine's answering tone (ITU-T T.30: 2.6 to 4.0)."""
FAX_PERIOD = 3.0
"""Seconds from one of its offers to the next (ITU-T T.30)."""
PERIOD_WITHIN = 0.5


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


@dataclass(frozen=True, slots=True)
class _Case:
    facts: Facts
    talks: Sequence[Talk]
    opening: Sequence[Talk]
    """The talk that may be one greeting with its beeps."""
    later: Sequence[Talk]
    is_long: bool
    """More was said than a hallo."""


def judge(facts: Facts, talks: Sequence[Talk], *, is_long: bool) -> Judgement:
    """`talks` are those of `facts` without our own voice coming back; `is_long`: more than a hallo."""
    case = _Case(facts, talks, *_opening(talks), is_long)
    return next(found for rule in _RULES if (found := rule(case)) is not None)


def _pressed_a_key(case: _Case) -> Judgement | None:
    return Judgement(Who.PERSON, "a key was pressed") if case.facts.keys else None


def _said_nothing(case: _Case) -> Judgement | None:
    if case.talks:
        return None
    if not case.facts.talks:
        return Judgement(Who.SILENT, "nothing was heard")
    if case.facts.left is not None:
        return Judgement(Who.PERSON, "put the phone down on a line with echo")
    return Judgement(Who.SILENT, "only our own voice was heard")


def _is_a_fax(case: _Case) -> Judgement | None:
    shortest, longest = FAX_ANSWERS
    # Its first offer follows the tone too soon to be heard apart.
    is_fax = (
        len(case.talks) > 3
        and shortest <= case.talks[0].seconds <= longest + FAX_PERIOD / 2
        and _is_periodic(case.talks[1:], FAX_PERIOD)
    )
    return Judgement(Who.FAX, "a long tone, then offers every three seconds") if is_fax else None


def _rang_on(case: _Case) -> Judgement | None:
    rings = len(case.later) > 2 and _is_periodic(case.later[1:], RING_PERIOD)
    return Judgement(Who.SCREENER, "spoke, then rang on") if rings else None


def _spoke_once_more(case: _Case) -> Judgement | None:
    """A box that is full says so and hangs up; a screener says that it asks, and waits."""
    end, left = case.opening[-1].end, case.facts.left
    if not case.later or end is None or case.later[0].start - end < A_PASS:
        return None
    if (
        sum(talk.seconds for talk in case.opening) < A_GREETING
        or max(gaps(case.later), default=0) > LONGEST_PAUSE
    ):
        return None
    last = case.later[-1]
    if left is not None and (last.end is None or left - last.end <= GOODBYE):
        return Judgement(Who.MACHINE, "talked long, kept a message, spoke and hung up")
    if last.end is not None and last.end - case.later[0].start <= GOODBYE and not _put_down(case.facts, last):
        return Judgement(Who.SCREENER, "asked, waited, spoke again, and nobody came")
    return None


def _spoke_again(case: _Case) -> Judgement | None:
    return Judgement(Who.PERSON, "spoke again and again") if case.later else None


def _never_fell_quiet(case: _Case) -> Judgement | None:
    endless = case.is_long and case.opening[-1].end is None and case.facts.whole_passes
    return Judgement(Who.PERSON, "sound that never ended: a noisy place") if endless else None


def _put_the_phone_down(case: _Case) -> Judgement | None:
    if _put_down(case.facts, case.opening[-1]):
        return Judgement(Who.PERSON, "put the phone down when the message was over")
    return None


def _greeted(case: _Case) -> Judgement | None:
    if case.is_long:
        return Judgement(Who.MACHINE, "talked long at once, then was quiet")
    if len(case.opening) > 1 and case.facts.left is None:
        return Judgement(Who.MACHINE, "a short greeting and a beep, then was quiet to the end")
    return None


def _listened(_: _Case) -> Judgement | None:
    return Judgement(Who.PERSON, "said a word and listened")


_RULES = (
    _pressed_a_key,
    _said_nothing,
    _is_a_fax,
    _rang_on,
    _spoke_once_more,
    _spoke_again,
    _never_fell_quiet,
    _put_the_phone_down,
    _greeted,
    _listened,
)
"""The first that has something to say decides."""


def _put_down(facts: Facts, last: Talk) -> bool:
    """Left by themselves after a pass that nothing was said over, and not because their memory was full."""
    if facts.left is None or last.end is None:
        return False
    heard = [end for _, end in facts.whole_passes if end > last.end]
    if not heard:
        return False
    soonest, latest = REACTION
    waited, kept = facts.left - heard[-1], facts.left - last.end
    is_full = any(abs(kept - capacity) <= CAPACITY_WITHIN for capacity in CAPACITIES)
    return waited >= soonest and (waited <= latest or not is_full)


def _opening(talks: Sequence[Talk]) -> tuple[Sequence[Talk], Sequence[Talk]]:
    """The talk that may be one greeting with its beeps, and what came after it."""
    for index, gap in enumerate(gaps(talks), start=1):
        is_beep = talks[index].end is not None and talks[index].seconds <= LONGEST_BEEP
        if gap > (LATEST_BEEP if is_beep else LONGEST_PAUSE):
            return talks[:index], talks[index:]
    return talks, []


def _is_periodic(talks: Sequence[Talk], period: float) -> bool:
    return len(talks) > 1 and all(
        abs(after.start - before.start - period) <= PERIOD_WITHIN for before, after in pairwise(talks)
    )
