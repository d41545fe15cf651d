"""How long the next guess of a PIN or a code has to wait: pure rules.

In words for a police officer. Whoever is guessed at gets a wait that doubles with each wrong guess, up to a
longest one; a right one ends it. Callers who may be many, or one with many numbers, share an allowance of
wrong guesses: some at once, and then so many a day. An honest mistake costs little of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

DAY = 86400.0
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
_HIGHEST_DOUBLING = 32
"""Beyond it any wait is the longest one, and a float would overflow."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What is known of earlier guesses; moments are aware."""

    guesses: int = 0
    last_at: datetime = LONG_AGO
    locked_until: datetime = LONG_AGO
    """Before it none is looked at."""


@dataclass(frozen=True, slots=True)
class Doubling:
    """So many for nothing, then a wait that doubles; times in seconds."""

    free: int
    first: float
    longest: float
    forget: float
    """Without a guess for so long, all of them are forgotten."""

    def wait(self, guesses: int) -> float:
        """Seconds after so many wrong guesses."""
        over = guesses - self.free
        return min(self.first * 2.0 ** min(over, _HIGHEST_DOUBLING), self.longest) if over >= 0 else 0.0

    def one_more(self, known: Counted, now: datetime) -> Counted:
        is_forgotten = now - known.last_at >= timedelta(seconds=self.forget)
        guesses = 1 + (0 if is_forgotten else known.guesses)
        return Counted(guesses, now, now + timedelta(seconds=self.wait(guesses)))

    def taken_back(self, known: Counted) -> Counted:
        """The last one was right."""
        return replace(known, guesses=known.guesses - 1, locked_until=known.last_at)

    def right(self, known: Counted) -> Counted | None:  # noqa: ARG002
        """It was the right PIN: nothing is left of the wrong ones before it."""
        return None

    def most(self, seconds: float) -> int:
        """Guesses that are looked at in so long, of somebody who makes each as soon as they can."""
        guesses, at = 0, 0.0
        while at < seconds:
            guesses += 1
            at += self.wait(guesses)
        return guesses


@dataclass(frozen=True, slots=True)
class Allowance:
    """So many at once, and so many a day after that."""

    at_once: int
    a_day: int

    @property
    def each(self) -> timedelta:
        """How long it takes until there is one more."""
        return timedelta(seconds=DAY / self.a_day)

    def one_more(self, known: Counted, now: datetime) -> Counted:
        whole = now - self.each * (self.at_once - 1)
        return Counted(known.guesses + 1, now, max(whole, known.locked_until) + self.each)

    def taken_back(self, known: Counted) -> Counted:
        return replace(known, guesses=known.guesses - 1, locked_until=known.locked_until - self.each)

    right = taken_back

    def most(self, seconds: float) -> int:
        return self.at_once + int(seconds * self.a_day / DAY)


Wait = Doubling | Allowance
Waits = Mapping[str, Wait]
"""By whom or what they are counted for."""
