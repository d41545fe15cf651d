"""What one run tells, and whether it went as it should."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from bench.calls.capture import CallSeen
from bench.quiet import Quiet
from bench.sql_wire import DatabaseCounts

PACKET_SECONDS = 0.02
LAG = 1.1
"""Part of the ideal time within which all calls are placed, and a message played; else it is too slow."""
PLACING = 16.0
"""Seconds that placing all calls takes at any pace: what is over sooner measures its own grain."""


def members_at(rate: float) -> int:
    """How many are called at this pace, in calls a second."""
    return ceil(rate * PLACING)


@dataclass(frozen=True, slots=True)
class Cpu:
    """Seconds of processor time."""

    asterisk: float
    python: float = 0.0
    postgres: float = 0.0

    def __sub__(self, before: "Cpu") -> "Cpu":
        return Cpu(
            self.asterisk - before.asterisk, self.python - before.python, self.postgres - before.postgres
        )


@dataclass(frozen=True, slots=True)
class Run:
    """One way of calling everybody once, at one pace; `began` is the moment at which it was asked for."""

    way: str
    rate: float
    seconds: float
    """Length of the message."""
    began: float
    cpu: Cpu
    calls: Sequence[CallSeen]
    quiet: Quiet
    asked: DatabaseCounts = DatabaseCounts()  # noqa: RUF009 - it never changes
    """Of PostgreSQL; nothing where no wire counts."""

    @property
    def wanted(self) -> int:
        return members_at(self.rate)

    @property
    def wall(self) -> float:
        """Seconds from the beginning to the end of the last call."""
        return max((call.ended or self.began for call in self.calls), default=self.began) - self.began

    @property
    def first_ring(self) -> float:
        return min((call.invited for call in self.calls), default=self.began) - self.began

    @property
    def placed_in(self) -> float:
        """Seconds from the first call to the last, as parts of what the pace allows."""
        if len(self.calls) < 2:
            return 0.0
        return (self.calls[-1].invited - self.calls[0].invited) * self.rate / (len(self.calls) - 1)

    @property
    def played_whole(self) -> int:
        """Calls in which every packet of the message came, and came in time."""
        packets = ceil(self.seconds / PACKET_SECONDS)
        longest = self.seconds * LAG
        return sum(
            len(call.audio) >= packets and call.audio[packets - 1] - call.audio[0] <= longest
            for call in self.calls
        )

    @property
    def answered_to_audio(self) -> list[float]:
        """Seconds from the 200 OK to the first packet of sound, call by call, shortest first."""
        return sorted(call.audio[0] - call.answered for call in self.calls if call.answered and call.audio)

    @property
    def is_sustained(self) -> bool:
        """Everybody was called at the pace asked for, and heard all of it."""
        return self.played_whole == self.wanted == len(self.calls) and self.placed_in <= LAG

    @property
    def our_cpu(self) -> float:
        """Milliseconds a call: Python and PostgreSQL."""
        return self.per_call(self.cpu.python + self.cpu.postgres)

    def per_call(self, seconds: float) -> float:
        """In milliseconds."""
        return seconds * 1000 / self.wanted


def percentile(values: Sequence[float], part: float) -> float:
    """The smallest of these sorted values that `part` of them do not exceed."""
    return values[max(0, ceil(len(values) * part) - 1)] if values else float("nan")
