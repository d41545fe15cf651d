"""What a drawn neighbour is: the kind of person or machine, and every number needed to play it."""

import math
from dataclasses import dataclass
from enum import StrEnum

from simulation.sound.speakers import DrawnVoice


class NeighbourKind(StrEnum):
    """Who or what answers. Echo and silence suppression belong to the line and come on top."""

    BOX = "box"
    BOX_CUTS = "box-cuts"
    """Keeps 30 s, says goodbye and hangs up."""
    BOX_FULL = "box-full"
    """Says after its greeting that it is full, and hangs up."""
    BOX_HANGS_UP = "box-hangs-up"
    """Hangs up right after its greeting."""
    VOICEMAIL = "voicemail"
    """A real mailbox of Asterisk's app_voicemail."""
    HALLO = "hallo"
    TALKS = "talks"
    ASKS = "asks"
    SHOUTS = "shouts"
    SILENT = "silent"
    STREET = "street"
    LEAVES_AT_HALF = "leaves-at-half"
    PRESSES_BEFORE = "presses-before"
    PRESSES_DURING = "presses-during"
    PRESSES_AFTER = "presses-after"
    REPEATS = "repeats"
    """Presses 2, and 1 when the message was spoken again."""
    LET_IN = "let-in"
    """Comes to the phone when a screener has heard a name, in the middle of the message."""
    SCREENER = "screener"
    FAX = "fax"


BOXES = frozenset(
    {
        NeighbourKind.BOX,
        NeighbourKind.BOX_CUTS,
        NeighbourKind.BOX_FULL,
        NeighbourKind.BOX_HANGS_UP,
        NeighbourKind.VOICEMAIL,
    }
)
MACHINES = BOXES | {NeighbourKind.SCREENER, NeighbourKind.FAX}
PRESS_ONE = frozenset(
    {NeighbourKind.PRESSES_BEFORE, NeighbourKind.PRESSES_DURING, NeighbourKind.PRESSES_AFTER}
)


@dataclass(frozen=True, slots=True)
class Echo:
    """What is heard comes back `ms` later, changed by `db`."""

    db: float
    ms: float


@dataclass(frozen=True, slots=True)
class Phrase:
    """Seconds of speech, and the pause after it."""

    seconds: float
    pause: float


@dataclass(frozen=True, slots=True)
class Greeting:
    """What a box says first. `level` is dBov of active speech, noise and music are mean levels in dBov."""

    speaker: DrawnVoice
    phrases: tuple[Phrase, ...]
    level: float
    noise: float | None = None
    music: float | None = None

    @property
    def seconds(self) -> float:
        return sum(phrase.seconds + phrase.pause for phrase in self.phrases)


@dataclass(frozen=True, slots=True)
class Beep:
    """One beep, `after` seconds of silence."""

    after: float
    hertz: float
    seconds: float
    level: float


@dataclass(frozen=True, slots=True)
class Box:
    """How a box greets, and when it begins to keep what it hears: `keeps_after` its last sound."""

    starts_after: float
    greeting: Greeting
    beeps: tuple[Beep, ...] = ()
    keeps_after: float = 0.0
    line_noise: float | None = None
    """dBov; None is exact silence."""
    last_words: str = ""
    """Said before it hangs up by itself."""

    @property
    def opening_seconds(self) -> float:
        beeps = sum(beep.after + beep.seconds for beep in self.beeps)
        return self.starts_after + self.greeting.seconds + beeps + self.keeps_after


@dataclass(frozen=True, slots=True)
class Utterance:
    """Something a person says, `after` seconds of listening: these words, or talk of so many seconds."""

    after: float
    words: str = ""
    talk_seconds: float = 0.0
    level: float = -20.0
    unbroken: bool = False


@dataclass(frozen=True, slots=True)
class Press:
    """A key: `after` seconds, counted from the end of a whole message if `in_quiet`."""

    after: float
    in_quiet: bool


@dataclass(frozen=True, slots=True)
class DrawnPerson:
    """What a person says and presses, and when they put the phone down."""

    speaker: DrawnVoice
    utterances: tuple[Utterance, ...]
    noise: float
    """Mean level in dBov of what is around them."""
    in_street: bool = False
    presses: tuple[Press, ...] = ()
    leaves_after: float = math.inf
    """Seconds after they noticed that the message was over."""
    leaves_at: float = math.inf
    """Seconds of speech after which they have heard enough."""


@dataclass(frozen=True, slots=True)
class Screener:
    """Asks who calls, waits for a name, asks for patience, and hangs up if nobody comes."""

    speaker: DrawnVoice
    starts_after: float
    question: str
    patience: str
    seconds_to_end: float
    """From there until it hangs up or somebody comes."""
    rings: bool
    who_comes: DrawnPerson | None = None


@dataclass(frozen=True, slots=True)
class Fax:
    """The answer tone, then bursts that nobody answers."""

    starts_after: float
    tone_seconds: float
    burst_seconds: float


Played = Box | DrawnPerson | Screener | Fax


@dataclass(frozen=True, slots=True)
class Neighbour:
    """One number of the neighbourhood, and all that happens behind it."""

    number: str
    kind: NeighbourKind
    language: str
    suppresses: bool
    """Its network sends no audio while nobody speaks."""
    greeting_seconds: float
    """Boxes: from the answer until it begins to keep, or would. Else 0."""
    capacity_seconds: float
    """What a box can keep."""
    stays: bool
    """A person who stays until they have heard the message whole."""
    echo: Echo | None
    shape: str
    plays: Played
    seed: int
    """For everything that is made up while it is rendered: noise, music, which recordings."""

    @property
    def is_box(self) -> bool:
        return self.kind in BOXES

    @property
    def is_person(self) -> bool:
        return self.kind not in MACHINES

    @property
    def presses_one(self) -> bool:
        return self.kind in PRESS_ONE or self.kind is NeighbourKind.REPEATS

    @property
    def keeps(self) -> bool:
        """The message counts only from some moment on: a box keeps what follows, a person has come."""
        return self.is_box or self.kind is NeighbourKind.LET_IN

    @property
    def digits(self) -> str:
        """The number without +, as recordings are named."""
        return self.number[1:]

    @property
    def mailbox(self) -> str:
        """The number without +999, as Asterisk names its mailboxes."""
        return self.number[4:]
