"""What happened on one answered call, in seconds since the answer: what is decided and judged from."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Stretch:
    """`end` is None while it lasts."""

    start: float
    end: float | None = None

    @property
    def seconds(self) -> float:
        """0 while it lasts."""
        return 0.0 if self.end is None else self.end - self.start

    def overlaps(self, start: float, end: float) -> bool:
        return self.start < end and (self.end is None or self.end > start)


class Talk(Stretch):
    """Of the far end."""

    __slots__ = ()


class Hold(Stretch):
    """We are put on hold: nothing that we say reaches anybody, and what comes is their music."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class SpokenPass:
    """The message once; `whole` when its last sample was played, `end` is None while it is spoken."""

    start: float
    end: float | None = None
    whole: bool = False
    was_sent: bool = True
    """Not when our PBX sent no packets of it."""


RING = (0.7, 1.4)
"""Seconds of one ring;"""
BETWEEN_RINGS, RING_WITHIN = (3.0, 4.0), 0.25
"""and of the quiet from one to the next (ITU-T E.180: 1 s on, 3 or 4 s off in Europe), more or less."""
FEWEST_RINGS = 3
"""In a row, where their times alone tell."""
MOSTLY_TONE, PARTLY_TONE = 0.6, 0.3
"""Part of a ring that is heard as a pure tone, as listening begins a moment late; and of one among others,
into which the network may have torn a hole."""
STILL = -96.0
"""dBov: nothing moves."""


@dataclass(frozen=True, slots=True)
class HeardSounds:
    """What was heard from the first talk on. Levels in dBov; None where too little was heard to tell."""

    until: float
    """When listening ended."""
    beeps: Sequence[tuple[float, float]] = ()
    """Pure tones, from when to when;"""
    rings: Sequence[tuple[float, float]] = ()
    """and those among them that have the pitch of ringback."""
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
    passes: list[SpokenPass] = field(default_factory=list)
    holds: list[Hold] = field(default_factory=list)
    keys: list[tuple[float, str]] = field(default_factory=list)
    pressed_before: bool = False
    """A key was pressed while another message was said on this call."""
    now: float = 0.0
    """The latest moment of which anything is known."""
    left: float | None = None
    """When the far end hung up; None while it is there, or when we did."""
    is_coarse: bool = False
    """Times of talk are those of counted packets."""
    sounds: HeardSounds | None = None
    """None when nobody listened: nobody talked, or it was not possible."""
    is_complete: bool = True
    """Nothing went unheard: we have led the call since its answer, and events flowed all the time."""
    received: int | None = None
    """Packets that had come when the first pass had been spoken; None when nobody could ask."""

    def reach(self, moment: float) -> None:
        """Something is known of this moment."""
        self.now = max(self.now, moment)

    @property
    def pressed_a_key(self) -> bool:
        """The only proof of a person."""
        return self.pressed_before or bool(self.keys)

    @property
    def is_talking(self) -> bool:
        return bool(self.talks) and self.talks[-1].end is None

    @property
    def is_held(self) -> bool:
        return bool(self.holds) and self.holds[-1].end is None

    @property
    def spoken_passes(self) -> list[tuple[float, float]]:
        """Those that were spoken whole, whoever could hear it."""
        return [(one.start, one.end) for one in self.passes if one.whole and one.end is not None]

    @property
    def whole_passes(self) -> list[tuple[float, float]]:
        """Those of which somebody could hear every word: they were sent, and it did not ring meanwhile."""
        sent = [one for one in self.passes if one.whole and one.was_sent]
        rang = rings(self) if sent else ()
        return [
            (one.start, one.end)
            for one in sent
            if one.end is not None and not any(ring.overlaps(one.start, one.end) for ring in rang)
        ]


def rings(facts: Facts) -> Sequence[Talk]:
    """Ringback among the talk: whoever answered rings on, and nobody hears us meanwhile.

    Told by its pitch where it was listened to: one that comes first, or follows another as rings do. Else by
    its times, from three in a row, and the last of those only while it may ring again: it may be a hallo.
    """
    rows: list[list[Talk]] = []
    for talk in facts.talks:
        if rows and _follows_as_a_ring(rows[-1][-1], talk):
            rows[-1].append(talk)
        else:
            rows.append([talk])
    return [ring for row in rows for ring in _rings_of(row, facts)]


def _follows_as_a_ring(before: Talk, talk: Talk) -> bool:
    if before.end is None:
        return False
    quiet = talk.start - before.end
    shortest, longest = RING
    return (
        any(abs(quiet - usual) <= RING_WITHIN for usual in BETWEEN_RINGS)
        and before.seconds <= longest
        and (talk.end is None or shortest <= talk.seconds <= longest)
    )


def _rings_of(row: Sequence[Talk], facts: Facts) -> Sequence[Talk]:
    sounds, last = facts.sounds, row[-1]
    heard = [one for one in row if sounds is not None and one.end is not None and one.end <= sounds.until]
    if heard and sounds is not None:
        tones = [one for one in heard if _is_of(sounds.rings, one, MOSTLY_TONE)]
        may_be = len(tones) > 1 or tones[:1] == facts.talks[:1]
        hallos = [one for one in heard if not _is_of(sounds.rings, one, PARTLY_TONE)]
        return [one for one in row if one not in hallos] if may_be else []
    if len(row) < FEWEST_RINGS:
        return []
    rings_on = last.end is None or facts.now - last.end <= max(BETWEEN_RINGS) + RING_WITHIN
    return row if rings_on and last is facts.talks[-1] else row[:-1]


def _is_of(tones: Sequence[tuple[float, float]], talk: Talk, part: float) -> bool:
    """So much of the talk is tone."""
    assert talk.end is not None
    tone = sum(max(0.0, min(talk.end, end) - max(talk.start, start)) for start, end in tones)
    return talk.seconds <= RING[1] and tone >= part * talk.seconds > 0.0


def gaps(talks: Sequence[Talk]) -> Iterator[float]:
    """The quiet before each stretch of talk but the first."""
    for before, after in pairwise(talks):
        yield after.start - (before.start if before.end is None else before.end)
