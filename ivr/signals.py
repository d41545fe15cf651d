"""What the PBX reports of a call, as its verbs wait for it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Started:
    """A playback has begun; until then it may have waited for an earlier one to end."""

    playback: str


@dataclass(frozen=True, slots=True)
class Ended:
    """A playback has ended after `seconds`, by itself or because the call did; `ok` = it could be played."""

    playback: str
    seconds: float
    ok: bool


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recording has ended."""

    name: str


class Gone:
    """The party has left; nothing comes after it."""
