"""How many calls a second a trunk is given: a token bucket that slows down when the trunk says it is full."""

from dataclasses import dataclass, replace
from math import inf

RECOVERY = 60.0
"""Seconds in which a trunk that was slowed to nothing would be back at its full rate."""
SLOWEST = 1 / 16
"""Part of the full rate below which the trunk is never slowed."""
ONE_FULL_MOMENT = 1.0
"""Seconds within which several refusals are one sign of congestion: the calls were under way together."""
_HAIR = 1e-6
"""Part of a token that rounding may hide."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """A trunk's allowance of new calls; in any t seconds it gives at most rate * t + burst of them."""

    rate: float
    """Calls a second that the trunk was sold with."""
    burst: float
    """Calls that may go out at once after a quiet time; at least 1."""
    tokens: float
    """Calls that may go out at the moment `at`."""
    at: float
    """Monotonic second for which this value holds."""
    slowed_to: float = inf
    """Rate at `at` while the trunk recovers; the full rate when above it."""
    slowed_at: float = -inf
    """Monotonic second of the last slow-down."""

    def __post_init__(self) -> None:
        if self.rate <= 0 or self.burst < 1:
            raise ValueError(
                "A pace needs a rate above 0 and a burst of at least 1, or nothing is ever dialled."
            )

    @property
    def current_rate(self) -> float:
        """Calls a second that are given at the moment `at`."""
        return min(self.rate, self.slowed_to)

    def take(self, now: float) -> tuple["Bucket", float]:
        """Take a token at monotonic second `now`, or say how many seconds to wait; 0.0 means taken."""
        bucket = self._filled(now)
        if bucket.tokens >= 1 - _HAIR:
            return replace(bucket, tokens=bucket.tokens - 1), 0.0
        return bucket, (1 - bucket.tokens) / bucket.current_rate

    def put_back(self) -> "Bucket":
        """Return a token that was taken and not used."""
        return replace(self, tokens=min(self.burst, self.tokens + 1))

    def slow_down(self, now: float) -> "Bucket":
        """Halve the rate because the trunk refused a call for being full, and give up what was saved.

        It grows back by an equal step every second, up to the full rate.
        """
        bucket = self._filled(now)
        if now - self.slowed_at < ONE_FULL_MOMENT:
            return replace(bucket, tokens=min(bucket.tokens, 0.0))
        slower = max(bucket.current_rate / 2, self.rate * SLOWEST)
        return replace(bucket, tokens=min(bucket.tokens, 0.0), slowed_to=slower, slowed_at=now)

    def at_full_rate(self, now: float) -> "Bucket":
        """Forget that it was slowed down."""
        return replace(self._filled(now), slowed_to=inf)

    def _filled(self, now: float) -> "Bucket":
        passed = max(now - self.at, 0.0)
        step = self.rate / RECOVERY
        ramp = min(passed, (self.rate - self.current_rate) / step)
        reached = self.current_rate + ramp * step
        gained = ramp * (self.current_rate + reached) / 2 + (passed - ramp) * self.rate
        return replace(
            self, tokens=min(self.burst, self.tokens + gained), at=max(now, self.at), slowed_to=reached
        )


def full_bucket(rate: float, burst: float, now: float) -> Bucket:
    """Give the bucket of a trunk that has been quiet for long, at monotonic second `now`."""
    return Bucket(rate, burst, tokens=burst, at=now)
