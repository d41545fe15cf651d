"""Tells our own voice coming back from what the far end says, by when it starts and stops.

Old landlines and speakerphones send back what they are sent, 0 to 500 ms later; to our detector it is
talk. Two things give it away: it starts and stops with a pass, by the same delay; or, when only its loud
syllables are heard, it starts at the same places of the message each time the message is spoken.
"""

from collections.abc import Callable, Iterator, Sequence, Set

from ivr.detection.facts import Facts, SpokenPass, Talk

OUR_VOICE = 0.2
"""Correlation with what we sent from which on what is heard is an echo."""
LONGEST_DELAY = 0.6
"""Seconds from our sound to its echo, and to the detector's word of it."""
STEADY_WITHIN = 0.2
"""Seconds by which the delays at the start and at the end of a pass may differ."""
SAME_PLACE_WITHIN = 0.08
"""Seconds by which an echo may move in the message from one pass to the next."""
COARSE = 0.3
"""Both, where the times are those of counted packets."""
FEWEST = 3
"""Stretches of talk at the least,"""
PART, MOST = 0.5, 0.75
"""and so many of all beginnings and ends during passes must come back in the same places for that to be echo,
or for all of it to be: what a person says then is not told apart."""


class EchoFilter:
    """Of one call. The echo is looked for anew only when something has happened: a noisy line has hundreds
    of stretches of talk."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._echo: Set[Talk] = frozenset()
        self._echo_of: object = None

    def find(self) -> Set[Talk]:
        """The stretches of talk so far that are our own voice coming back."""
        facts = self._facts
        if facts.sounds is not None and facts.sounds.alike >= OUR_VOICE:
            return frozenset(facts.talks)
        state = (len(facts.talks), facts.talks[-1:], len(facts.passes), facts.passes[-1:], facts.is_coarse)
        if facts.is_talking or state != self._echo_of:
            self._echo, self._echo_of = own_voice(facts), state
        return self._echo

    def talks(self) -> list[Talk]:
        """The talk of the far end itself."""
        echo = self.find()
        return [talk for talk in self._facts.talks if talk not in echo]


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
    """Talk that begins and ends in the same places of the message as in another pass; or none of it.

    Ends are looked at apart from beginnings: a pause more or less in between is a matter of a decibel.
    Where packets are counted both must be in the same place, because that tells so little of either.
    """
    within = COARSE if facts.is_coarse else SAME_PLACE_WITHIN
    looks = [_both] if facts.is_coarse else [_begin, _end]
    rows = [list(_marks(facts, look)) for look in looks]
    back = [talk for row in rows for talk in _come_back(row, within)]
    marks = sum(map(len, rows))
    if len(back) < max(FEWEST * len(rows), PART * marks):
        return set()
    if len(back) >= MOST * marks:
        return {talk for row in rows for _, _, talk in row}
    known = {talk for talk in back if back.count(talk) == len(rows) or talk.end is None}
    return set() if facts.is_coarse else known


def _begin(talk: Talk) -> Sequence[float]:
    return (talk.start,)


def _end(talk: Talk) -> Sequence[float]:
    return () if talk.end is None else (talk.end,)


def _both(talk: Talk) -> Sequence[float]:
    return () if talk.end is None else (talk.start, talk.end)


Mark = tuple[int, Sequence[float], Talk]
"""In which pass, how far in it, and of which stretch."""


def _marks(facts: Facts, look: Callable[[Talk], Sequence[float]]) -> Iterator[Mark]:
    """Of each stretch that began during a pass, or a moment after it."""
    for talk in facts.talks:
        index, moments = _spoken_at(talk.start, facts.passes), look(talk)
        if index is not None and moments:
            yield index, [moment - facts.passes[index].start for moment in moments], talk


def _come_back(marks: Sequence[Mark], within: float) -> Iterator[Talk]:
    """Those that another pass has in the same places."""
    for index, places, talk in marks:
        if any(
            other != index and all(abs(a - b) <= within for a, b in zip(places, elsewhere, strict=True))
            for other, elsewhere, _ in marks
        ):
            yield talk


def _spoken_at(moment: float, passes: Sequence[SpokenPass]) -> int | None:
    """Which pass was being spoken, or had just been."""
    for index in range(len(passes) - 1, -1, -1):
        one = passes[index]
        if one.start <= moment:
            return index if one.end is None or moment <= one.end + LONGEST_DELAY else None
    return None
