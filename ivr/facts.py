"""What happened on one answered call, in seconds since the answer: what is decided and judged from."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Talk:
    """A stretch of talk; `end` is None while it lasts."""

    start: float
    end: float | None = None

    @property
    def seconds(self) -> float:
        """0 while it lasts."""
        return 0.0 if self.end is None else self.end - self.start

    def overlaps(self, start: float, end: float) -> bool:
        return self.start < end and (self.end is None or self.end > start)


@dataclass(frozen=True, slots=True)
class Pass:
    """The message once; `whole` when its last sample was played, `end` is None while it is spoken."""

    start: float
    end: float | None = None
    whole: bool = False


STILL = -96.0
"""dBov: nothing moves."""


@dataclass(frozen=True, slots=True)
class Sounds:
    """What was heard from the first talk on. Levels in dBov; None where too little was heard to tell."""

    until: float
    """When listening ended."""
    beeps: Sequence[tuple[float, float]] = ()
    """Pure tones, from when to when."""
    level: float | None = None
    """Of the talk;"""
    range: float | None = None
    """in decibels, from its soft moments to its loud ones."""
    floor: float | None = None
    """Of the quiet around it; `STILL` where samples stand still, which they do in no room."""
    alike: float = 0.0
    """How much of it is what we sent, a moment later: 0 to 1."""


@dataclass(slots=True)
class Facts:
    talks: list[Talk] = field(default_factory=list)
    passes: list[Pass] = field(default_factory=list)
    keys: list[tuple[float, str]] = field(default_factory=list)
    now: float = 0.0
    """The latest moment of which anything is known."""
    left: float | None = None
    """When the far end hung up; None while it is there, or when we did."""
    is_coarse: bool = False
    """Times of talk are those of counted packets."""
    sounds: Sounds | None = None
    """None when nobody listened: nobody talked, or it was not possible."""
    is_complete: bool = True
    """Nothing went unheard: we have led the call since its answer, and events flowed all the time."""

    @property
    def is_talking(self) -> bool:
        return bool(self.talks) and self.talks[-1].end is None

    @property
    def whole_passes(self) -> list[tuple[float, float]]:
        return [(one.start, one.end) for one in self.passes if one.whole and one.end is not None]


def gaps(talks: Sequence[Talk]) -> Iterator[float]:
    """The quiet before each stretch of talk but the first."""
    for before, after in pairwise(talks):
        yield after.start - (before.start if before.end is None else before.end)
