"""Which far ends there are, and what must come of a call to each of them.

The settings of a run: two counted tries for each number, rests that double for what is the trunk's fault. So
a person's own answer is seen twice, a proved one once, and a fault of the trunk until the broadcast is
stopped. What is expected follows from who the answer speaks of:

- a person (486, 480, 600, 603, a telephone that rang): counted;
- the number (404, 410, 484, 604): no telephone is there;
- the trunk, or what we sent it (401, 407, 403 without ringing, 5xx, and every 4xx that says nothing of a
  person; no ringing at all): never counted against the person, and never without rest.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from broadcast.states import Outcome
from tests.far_ends.peer import Behaviour

TRIES = 2
MOST = 12
"""Calls to one number within a run whose answer is the trunk's fault, with rests that double."""


class Sound(StrEnum):
    """What must have come to the far end since its answer."""

    NOTHING = "nothing"
    """No packet in which something can be heard."""
    CUT = "cut"
    """Something, and never the whole message."""
    WHOLE = "whole"
    """The whole message at least once in each of its calls."""
    TWICE = "twice"
    """The whole message twice in each of its calls."""
    ANY = "any"
    """Nothing is expected of it."""


@dataclass(frozen=True)
class Expected:
    """Each call ends as one of `outcomes` and brings `sound`; there are `fewest` to `most` of them."""

    outcomes: frozenset[Outcome]
    fewest: int
    most: int
    sound: Sound

    def hearing(self, sound: Sound) -> "Expected":
        return replace(self, sound=sound)

    @property
    def invites(self) -> str:
        return str(self.fewest) if self.fewest == self.most else f"{self.fewest} to {self.most}"

    def __str__(self) -> str:
        return f"{' or '.join(sorted(self.outcomes))}, INVITEs: {self.invites}, sound: {self.sound}"


def _each(*outcomes: Outcome, calls: int | tuple[int, int] = TRIES, sound: Sound = Sound.NOTHING) -> Expected:
    fewest, most = (calls, calls) if isinstance(calls, int) else calls
    return Expected(frozenset(outcomes), fewest, most, sound)


CONFIRMED = _each(Outcome.CONFIRMED, calls=1, sound=Sound.WHOLE)
HEARD = _each(Outcome.HEARD, calls=1, sound=Sound.WHOLE)
PARTIAL = _each(Outcome.PARTIAL, sound=Sound.CUT)
NOBODY_STAYED = _each(Outcome.PARTIAL, Outcome.NO_ANSWER, sound=Sound.ANY)
"""Answered and left in the same moment: a person's doing, whichever it is called."""
SILENT = _each(Outcome.SILENT, sound=Sound.WHOLE)
NOT_PROVED = _each(Outcome.SILENT, Outcome.PARTIAL, sound=Sound.ANY)
"""Nobody can say that a person heard it."""
VOICEMAIL = _each(Outcome.VOICEMAIL, sound=Sound.WHOLE)
BUSY = _each(Outcome.BUSY)
NO_ANSWER = _each(Outcome.NO_ANSWER)
REJECTED = _each(Outcome.REJECTED)
NO_SUCH_NUMBER = _each(Outcome.DEAD_NUMBER, calls=(1, 2))
"""Once more after a rest of minutes, which a run may not reach."""
OF_THE_TRUNK = _each(Outcome.TRUNK_REFUSED, Outcome.TRUNK_DOWN, Outcome.CONGESTION, calls=(2, MOST))
NO_SOUND_AGREED = _each(Outcome.INCOMPATIBLE, calls=(2, MOST))
"""Ours or the trunk's: bounded."""
NO_SOUND = _each(Outcome.INCOMPATIBLE, Outcome.TRUNK_DOWN, Outcome.PARTIAL, calls=(2, MOST))
"""Answered, with sound that cannot flow: bounded, and never a pass."""
UNDERSTOOD_OR_NOT = replace(
    NO_SOUND, outcomes=NO_SOUND.outcomes | CONFIRMED.outcomes, fewest=1, sound=Sound.ANY
)
"""Either is right; nothing between."""
REDIRECTED = _each(Outcome.REDIRECTED)
"""A definite answer of a person's telephone; nobody is called who is named in it."""


@dataclass(frozen=True)
class FarEnd:
    """`number` are the last three digits that reach it; `does` says what it does."""

    number: str
    does: str
    expected: Expected
    play: Behaviour


FAR_ENDS: dict[str, FarEnd] = {}


def add(number: int, does: str, expected: Expected, play: Behaviour) -> None:
    three = f"{number:03}"
    assert three not in FAR_ENDS, f"{three} is taken"
    FAR_ENDS[three] = FarEnd(three, does, expected, play)


def far_end(number: int, expected: Expected) -> Callable[[Behaviour], Behaviour]:
    """Register a behaviour; what it does is its docstring."""

    def register(play: Behaviour) -> Behaviour:
        add(number, " ".join((inspect.getdoc(play) or "").split()), expected, play)
        return play

    return register
