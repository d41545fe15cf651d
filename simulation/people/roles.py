"""What each kind of neighbour does on a call, told step by step over what it hears."""

import math
from collections.abc import Sequence

from simulation.kinds import DrawnPerson, NeighbourKind, Screener
from simulation.phones.ears import END_QUIET, Ears
from simulation.phones.phone import PhoneStep, Role, Say, Script, Wait
from simulation.sound.frames import Pcm

SCREENER_PATIENCE = 12.0
"""Seconds that a screener waits for a name."""
SPOKE = 0.3
"""Seconds of speech that count as having said a name."""
CONFIRMED_PATIENCE = 20.0
"""Seconds that whoever pressed a key stays for more."""
FAX_PATIENCE = 35.0
GIVES_UP = 0.3
"""Seconds between the greeting and the end, of a box that takes no message."""


def box(kind: NeighbourKind, opening: Pcm, last_words: Pcm, capacity: float) -> Role:
    """`opening` is everything until it begins to keep."""

    def role(_: Ears) -> Script:
        yield Say(opening)
        if kind in (NeighbourKind.BOX_FULL, NeighbourKind.BOX_HANGS_UP):
            yield Wait(GIVES_UP)
            yield Say(last_words)
            return
        yield PhoneStep.KEEP
        yield Wait(capacity)
        yield PhoneStep.FULL
        yield Say(last_words)

    return role


def person(who: DrawnPerson, clips: Sequence[Pcm], *, came_late: bool = False) -> Role:
    """`clips` are their utterances, in order; who came late has heard it whole the second time."""

    def role(ears: Ears) -> Script:
        def is_over() -> bool:
            return ears.ends > (1 if came_late else 0)

        for utterance, clip in zip(who.utterances, clips, strict=True):
            yield Wait(utterance.after, until=is_over)
            if not is_over():
                yield Say(clip)
        for press in who.presses:
            if press.in_quiet:
                yield Wait(until=is_over)
            yield Wait(press.after)
            yield PhoneStep.PRESS
        if who.presses:
            yield Wait(CONFIRMED_PATIENCE)
            return
        if math.isfinite(who.leaves_at):
            yield Wait(until=lambda: ears.heard >= who.leaves_at)
            return
        yield Wait(until=is_over)
        yield Wait(who.leaves_after)

    return role


def screener(who: Screener, question: Pcm, patience: Pcm, ending: Pcm, said: Sequence[Pcm] = ()) -> Role:
    """`ending` is what it lets the caller hear until it hangs up, or somebody comes and says `said`."""

    def role(ears: Ears) -> Script:
        yield Wait(who.starts_after)
        yield Say(question)
        ears.forget()
        yield Wait(SCREENER_PATIENCE, until=lambda: ears.heard > SPOKE and ears.quiet >= END_QUIET)
        yield Say(patience)
        yield Say(ending)
        if who.who_comes is not None:
            ears.forget()
            yield PhoneStep.KEEP
            yield from person(who.who_comes, said, came_late=True)(ears)

    return role


def recital(clip: Pcm) -> Role:
    """Says its clip, whatever it hears, and hangs up."""

    def role(_: Ears) -> Script:
        yield Say(clip)

    return role
