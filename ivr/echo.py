"""Tells our own voice coming back from what the far end says, by when it starts and stops.

Old landlines and speakerphones send back what they are sent, 0 to 500 ms later; to our detector it is
talk. Two things give it away: it starts and stops with a pass, by the same delay; or, when only its loud
syllables are heard, it starts at the same places of the message each time the message is spoken.
"""

from collections.abc import Sequence, Set

from ivr.facts import Facts, Pass, Talk

LONGEST_DELAY = 0.6
"""Seconds from our sound to its echo, and to the detector's word of it."""
STEADY_WITHIN = 0.2
"""Seconds by which the delays at the start and at the end of a pass may differ."""
SAME_PLACE_WITHIN = 0.08
"""Seconds by which an echo may move in the message from one pass to the next;"""
AS_LONG_WITHIN = 0.2
"""and by which it may be longer or shorter."""
COARSE = 0.3
"""All three, where the times are those of counted packets."""
FEWEST = 3
"""Stretches of talk at the least,"""
PART, MOST = 0.5, 0.75
"""and so much of all talk during passes must come back in the same places for that to be echo, or for all
of it to be: what a person says then is not told apart."""


def own_voice(facts: Facts) -> Set[Talk]:
    """The stretches of talk that are our own voice coming back."""
    following = {talk for talk in facts.talks if _follows_our_sound(talk, facts)}
    # A greeting may once be as long as a pass; twice it is not.
    return _repeated(facts) | (following if len(following) > 1 else set())


def _follows_our_sound(talk: Talk, facts: Facts) -> bool:
    """It begins a moment after a pass does, and goes on until as long a moment after the end of one."""
    within = COARSE if facts.is_coarse else STEADY_WITHIN
    lates = [late for one in facts.passes if 0 <= (late := talk.start - one.start) <= LONGEST_DELAY]
    ends = [one.end for one in facts.passes if one.end is not None and one.whole]
    if talk.end is None:
        return bool(lates) and any(facts.now - end <= LONGEST_DELAY + 1 for end in ends)
    return any(abs(talk.end - end - late) <= within for late in lates for end in ends)


def _repeated(facts: Facts) -> set[Talk]:
    """Talk in the same places of the message as in another pass; empty when too little of it was."""
    near, as_long = (COARSE, COARSE) if facts.is_coarse else (SAME_PLACE_WITHIN, AS_LONG_WITHIN)
    places = [
        (index, talk.start - facts.passes[index].start, talk)
        for talk in facts.talks
        if talk.end is not None and (index := _spoken_at(talk.start, facts.passes)) is not None
    ]
    known = {
        talk
        for index, place, talk in places
        if any(
            other != index and abs(place - elsewhere) <= near and abs(talk.seconds - same.seconds) <= as_long
            for other, elsewhere, same in places
        )
    }
    if len(known) < max(FEWEST, PART * len(places)):
        return set()
    if len(known) >= MOST * len(places):
        return {talk for _, _, talk in places}
    return set() if facts.is_coarse else known


def _spoken_at(moment: float, passes: Sequence[Pass]) -> int | None:
    """Which pass was being spoken, or had just been."""
    for index in range(len(passes) - 1, -1, -1):
        one = passes[index]
        if one.start <= moment:
            return index if one.end is None or moment <= one.end + LONGEST_DELAY else None
    return None
