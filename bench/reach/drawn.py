"""Who lives behind the telephones of `make bench-reach`, and what each call comes to: drawn by a seed.

Seconds here are those of a real evening. Nobody shares a telephone, and nobody is a voicemail: whom a box
answers is reached by the first call, as far as a trunk can tell.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from broadcast.states import Outcome

RING = 30.0
"""Seconds that a telephone rings which nobody answers."""
ENGAGED = 1.0
HEARD = (38.0, 52.0)
"""Seconds of ringing and of a message that is heard."""
KINDS: Mapping[str, int] = {
    "answers": 72,
    "engaged once": 17,
    "engaged twice": 3,
    "answers on the second number": 5,
    "answers the second time": 2,
    "never answers": 1,
}
"""Of a hundred people."""


@dataclass(frozen=True, slots=True)
class DrawnCall:
    outcome: Outcome
    seconds: float


@dataclass(frozen=True, slots=True)
class DrawnCallee:
    """One member, with what calls to each of their numbers come to, in their order; the last one recurs."""

    numbers: Mapping[str, Sequence[DrawnCall]]


def draw(seed: int, count: int) -> Sequence[DrawnCallee]:
    chance = Random(seed)
    kinds = chance.choices([*KINDS], [*KINDS.values()], k=count)
    return [_member(kind, place, chance) for place, kind in enumerate(kinds, 1)]


def _member(kind: str, place: int, chance: Random) -> DrawnCallee:
    heard = DrawnCall(Outcome.HEARD, chance.uniform(*HEARD))
    engaged, unanswered = DrawnCall(Outcome.BUSY, ENGAGED), DrawnCall(Outcome.NO_ANSWER, RING)
    first, second = f"+9991{place:07d}", f"+9992{place:07d}"
    calls = {
        "answers": {first: [heard]},
        "engaged once": {first: [engaged, heard]},
        "engaged twice": {first: [engaged, engaged, heard]},
        "answers on the second number": {first: [unanswered], second: [heard]},
        "answers the second time": {first: [unanswered, heard]},
        "never answers": {first: [unanswered]},
    }
    return DrawnCallee(calls[kind])
