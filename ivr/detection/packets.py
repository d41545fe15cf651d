"""Talk and quiet on a network that sends nothing while nobody speaks, told from how many packets came.

There the PBX reports the start of talk and never its end: no sound comes in which it could measure silence.
"""

from dataclasses import dataclass

LOOK_EVERY = 0.4
"""Seconds between two counts."""
FIRST_LOOK = 1.0
"""Seconds after talk began; a line on which its end was reported by then needs no counting."""
A_SECOND = 50
"""Packets of 20 ms while the far end sends."""
SPEAKS = 0.2
"""Part of all packets from which on it speaks; fewer are keep-alives and descriptions of noise."""
QUIET = 0.6
"""Seconds without packets that end talk."""


@dataclass(frozen=True, slots=True)
class TalkStarted:
    at: float


@dataclass(frozen=True, slots=True)
class TalkStopped:
    """`at` is when the last packet came."""

    at: float


@dataclass(slots=True)
class PacketCount:
    """Fed with the packets that came since the answer, at moments in seconds since the answer."""

    _count: int = 0
    _at: float | None = None
    """When so many had been counted; None before the first count."""
    _spoke_until: float = 0.0
    _speaks: bool = True

    @classmethod
    def from_first_talk(cls, at: float) -> "PacketCount":
        """Talk has begun, and on a line that sends nothing in silence nothing came before it."""
        return cls(_at=at)

    def counted(self, count: int, at: float) -> TalkStarted | TalkStopped | None:
        """What this count shows that the one before did not; talk was going on when counting began."""
        before, self._at = self._at, at
        came, self._count = count - self._count, count
        if before is None:
            self._spoke_until = at
            return None
        if came > SPEAKS * A_SECOND * (at - before):
            return self._heard(before, at, came / A_SECOND)
        if self._speaks and at - self._spoke_until >= QUIET:
            self._speaks = False
            return TalkStopped(self._spoke_until)
        return None

    def _heard(self, before: float, at: float, seconds: float) -> TalkStarted | None:
        """So much sound came between two counts: at their end if talk is new, else at their beginning."""
        if self._speaks:
            self._spoke_until = min(before + seconds, at)
            return None
        self._speaks = True
        self._spoke_until = at
        return TalkStarted(max(at - seconds, before))
