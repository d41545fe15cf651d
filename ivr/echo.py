"""Tells our own voice coming back from what the far end says, by when it starts and stops.

Old landlines and speakerphones send back what they are sent, 0 to 500 ms later; to our detector it is
talk. Two things give it away: it starts and stops with a pass, by the same delay; or, when only its loud
syllables are heard, it starts at the same places of the message each time the message is spoken.
"""

from collections.abc import Sequence

from ivr.facts import Facts, Pass, Talk

LONGEST_DELAY = 0.6
"""Seconds from our sound to its echo, and to the detector's word of it."""
STEADY_WITHIN = 0.2
"""Seconds by which the delays at the start and at the end of a pass may differ."""
SAME_PLACE_WITHIN = 0.05
"""Seconds by which an echo's start may move in the message from one pass to the next."""
FEWEST = 3
"""Starts at places known from other passes that make a line an echoing one,"""
PART = 0.75
"""if so many of all starts during passes are such; a greeting's phrases start anywhere."""


def own_voice(facts: Facts) -> list[Talk]:
    """The stretches of talk that are our own voice coming back."""
    if len(facts.passes) < 2 and not facts.whole_passes:
        return []
    repeated = _repeated(facts)
    return [talk for talk in facts.talks if talk in repeated or _follows_a_pass(talk, facts)]


def _follows_a_pass(talk: Talk, facts: Facts) -> bool:
    return talk.end is not None and any(
        0 <= (late := talk.start - start) <= LONGEST_DELAY and abs(talk.end - end - late) <= STEADY_WITHIN
        for start, end in facts.whole_passes
    )


def _repeated(facts: Facts) -> set[Talk]:
    """Talk that started where talk had started in another pass; empty when too little of it did."""
    places = [
        (index, talk.start - facts.passes[index].start, talk)
        for talk in facts.talks
        if (index := _spoken_at(talk.start, facts.passes)) is not None
    ]
    known = {
        talk
        for index, place, talk in places
        if any(
            other != index and abs(place - elsewhere) <= SAME_PLACE_WITHIN for other, elsewhere, _ in places
        )
    }
    return known if len(known) >= max(FEWEST, PART * len(places)) else set()


def _spoken_at(moment: float, passes: Sequence[Pass]) -> int | None:
    """Which pass was being spoken, or had just been."""
    for index in range(len(passes) - 1, -1, -1):
        one = passes[index]
        if one.start <= moment:
            return index if one.end is None or moment <= one.end + LONGEST_DELAY else None
    return None
