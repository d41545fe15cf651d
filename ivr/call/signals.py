"""Signals of a call: what the PBX tells of it, as its verbs wait for them."""

from dataclasses import dataclass

from ivr.call.values import WholePlayed

NEVER_REPORTED = 3.0
"""Seconds after its expected end at which a playback whose end was not reported has surely ended."""
WHOLE_WITHIN = 0.1
"""Seconds by which a playback that ran to its last sample may seem short."""
GONE_WITHIN = 1.0
"""Seconds after a playback was cut short in which the news of the hang-up that cut it must come."""


@dataclass(frozen=True, slots=True)
class Key:
    digit: str


@dataclass(frozen=True, slots=True)
class StartAgain:
    """The far end talked long and has stopped: the pass that is being spoken has to begin again."""


@dataclass(frozen=True, slots=True)
class Started:
    """A playback has begun; until then it may have waited for an earlier one to end."""

    playback: str


@dataclass(frozen=True, slots=True)
class Ended:
    """A playback has ended, by itself or with the call. `ok`: the PBX could play it."""

    playback: str
    seconds: float | None
    """How long it played; None when the clock was set meanwhile, or a late event makes it seem so."""
    ok: bool


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recording has ended."""

    name: str


class PutOnHold:
    """They have put us on hold, and hear nothing from now on."""


class Resumed:
    """They hear us again."""


class Gone:
    """The other party has left. This is the last signal of a call."""


class TakenBack:
    """The message was taken back: nobody should hear it any more."""


class TextChanged:
    """Another message is to be said in its place."""


class LineNeeded:
    """The conversation is to end: an urgent alert needs the line."""


Heard = WholePlayed | Key | StartAgain
"""How a sound ended for whoever was to hear it."""
Signal = (
    Started | Ended | Recorded | Key | StartAgain | TakenBack | TextChanged | LineNeeded | PutOnHold | Resumed
)
