"""When the next calls of an alert may begin that an officer has slowed down.

In words for a police officer. In no second do more of its calls begin than the officer said, and at no moment
are more of them up: all nodes together, and however long nobody could be called before. A pace below one call
a second is one call in so many seconds.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import floor, inf

SPREAD = 0.05
"""Seconds by which two calls may come closer together on the wire than the rows say that they began."""


@dataclass(frozen=True, slots=True)
class AlertPace:
    """The limits of one alert; None where there is none."""

    calls_per_second: float | None = None
    lines: int | None = None

    def __post_init__(self) -> None:
        if self.calls_per_second is not None and not 0 < self.calls_per_second < inf:
            raise ValueError("A pace is above 0, or nothing would ever be dialled: pause the alert instead.")
        if self.lines is not None and self.lines < 1:
            raise ValueError("An alert without a line would never end: pause it instead.")

    @property
    def is_limited(self) -> bool:
        return self.calls_per_second is not None or self.lines is not None

    @property
    def together(self) -> int:
        """How many calls may begin within `seconds`; 0 where that has no limit."""
        return 0 if self.calls_per_second is None else max(1, floor(self.calls_per_second))

    @property
    def seconds(self) -> float:
        """Any span of so many seconds has no more than `together` calls that begin in it."""
        rate = self.calls_per_second
        return 0.0 if rate is None else max(1.0, 1.0 / rate) + SPREAD


def next_calls(
    pace: AlertPace, *, begun: Sequence[float], up: int, now: float, until: float, most: int
) -> list[float]:
    """Give the moments from which one more call may begin each: in order, up to `until`, at most `most`.

    `begun` has the moments at which calls began, at least the last `pace.together` of them; `up` is how many
    are not over. All moments are in seconds of one clock.
    """
    free = most if pace.lines is None else min(most, pace.lines - up)
    times, found = sorted(begun), list[float]()
    while len(found) < free:
        at = now
        if 0 < pace.together <= len(times):
            at = max(now, times[-pace.together] + pace.seconds)
        if at > until:
            break
        found.append(at)
        times.append(at)
    return found
