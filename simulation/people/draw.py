"""Draws a neighbourhood: so many neighbours of each kind, and every number of each by one seed."""

from dataclasses import dataclass, replace
from random import Random

from simulation.kinds import BOXES, PRESS_ONE, Box, Echo, Neighbour, NeighbourKind, Played
from simulation.neighbourhood import MAILBOXES
from simulation.people.chance import Range, between, dealt, shuffled
from simulation.people.draw_machines import LENGTHS, draw_box, draw_fax, draw_screener
from simulation.people.draw_people import draw_person
from simulation.people.shape import shape_of

SUPPRESSING = 0.25
"""Share of all neighbours whose network sends nothing while they are silent."""
STAY = frozenset(
    {
        NeighbourKind.HALLO,
        NeighbourKind.TALKS,
        NeighbourKind.ASKS,
        NeighbourKind.SHOUTS,
        NeighbourKind.SILENT,
        NeighbourKind.STREET,
        NeighbourKind.PRESSES_AFTER,
        NeighbourKind.REPEATS,
        NeighbourKind.LET_IN,
    }
)
"""People who hear the message whole before they do anything that ends the call."""
LANGUAGES = (("nl", 0.4), ("fr", 0.3), ("de", 0.15), ("en", 0.15))
ECHO_DB, ECHO_MS = (-24.0, 0.0), (10.0, 400.0)


@dataclass(frozen=True, slots=True)
class _Slot:
    kind: NeighbourKind
    has_echo: bool = False
    suppresses: bool = False


BOX_SHARES = (
    (_Slot(NeighbourKind.VOICEMAIL), 0.10),
    (_Slot(NeighbourKind.BOX), 0.77),
    (_Slot(NeighbourKind.BOX_CUTS), 0.06),
    (_Slot(NeighbourKind.BOX_FULL), 0.04),
    (_Slot(NeighbourKind.BOX_HANGS_UP), 0.03),
)
_EACH = 0.74 / 8
OTHER_SHARES = (
    (_Slot(NeighbourKind.HALLO), _EACH),
    (_Slot(NeighbourKind.TALKS), _EACH),
    (_Slot(NeighbourKind.ASKS), _EACH),
    (_Slot(NeighbourKind.SHOUTS), _EACH),
    (_Slot(NeighbourKind.SILENT), _EACH),
    (_Slot(NeighbourKind.STREET), _EACH),
    (_Slot(NeighbourKind.PRESSES_BEFORE), _EACH / 3),
    (_Slot(NeighbourKind.PRESSES_DURING), _EACH / 3),
    (_Slot(NeighbourKind.PRESSES_AFTER), _EACH / 3),
    (_Slot(NeighbourKind.REPEATS), _EACH),
    (_Slot(NeighbourKind.LEAVES_AT_HALF), 0.06),
    (_Slot(NeighbourKind.LET_IN), 0.02),
    (_Slot(NeighbourKind.HALLO, has_echo=True), 0.04),
    (_Slot(NeighbourKind.SILENT, has_echo=True), 0.03),
    (_Slot(NeighbourKind.PRESSES_DURING, has_echo=True), 0.015),
    (_Slot(NeighbourKind.PRESSES_AFTER, has_echo=True), 0.015),
    (_Slot(NeighbourKind.SCREENER), 0.04),
    (_Slot(NeighbourKind.FAX), 0.04),
)


def draw(seed: int, count: int) -> list[Neighbour]:
    """So many neighbours, half of them boxes; the same seed and count give the same ones everywhere."""
    rng = Random(seed)  # noqa: S311 - no secret
    boxes = dealt(count // 2, BOX_SHARES)
    others = dealt(count - len(boxes), OTHER_SHARES)
    slots = _with_suppression(rng, [*_within_mailboxes(boxes), *others])
    lengths = iter(shuffled(rng, dealt(len(boxes), LENGTHS)))
    languages = iter(shuffled(rng, dealt(count, LANGUAGES)))
    who = iter(rng.sample(range(1, 10**6), count))
    mailboxes = iter(MAILBOXES)
    neighbours = [
        _neighbour(
            rng,
            slot,
            next(languages),
            next(lengths) if slot.kind in BOXES else None,
            f"+999{next(mailboxes)}"
            if slot.kind is NeighbourKind.VOICEMAIL
            else _number(slot.kind, next(who)),
        )
        for slot in slots
    ]
    return shuffled(rng, neighbours)


def _within_mailboxes(boxes: list[_Slot]) -> list[_Slot]:
    """Real mailboxes come first; those that the neighbourhood does not have become drawn boxes."""
    return [
        replace(slot, kind=NeighbourKind.BOX)
        if slot.kind is NeighbourKind.VOICEMAIL and index >= len(MAILBOXES)
        else slot
        for index, slot in enumerate(boxes)
    ]


def _with_suppression(rng: Random, slots: list[_Slot]) -> list[_Slot]:
    """A quarter of all, evenly over the kinds. A real mailbox is not among them: Asterisk answers there."""
    able = [index for index, slot in enumerate(slots) if slot.kind is not NeighbourKind.VOICEMAIL]
    wanted = min(len(able), round(len(slots) * SUPPRESSING))
    phase = rng.random()
    chosen = {able[int((turn + phase) * len(able) / wanted)] for turn in range(wanted)}
    return [replace(slot, suppresses=index in chosen) for index, slot in enumerate(slots)]


def _number(kind: NeighbourKind, who: int) -> str:
    behaviour = 31 if kind in PRESS_ONE else 32 if kind is NeighbourKind.REPEATS else 30
    return f"+999{behaviour}{who:06d}"


def _neighbour(rng: Random, slot: _Slot, language: str, length: Range | None, number: str) -> Neighbour:
    plays, capacity = _played(rng, slot.kind, language, length)
    echo = Echo(between(rng, ECHO_DB), between(rng, ECHO_MS)) if slot.has_echo else None
    return Neighbour(
        number=number,
        kind=slot.kind,
        language=language,
        suppresses=slot.suppresses,
        greeting_seconds=round(plays.opening_seconds, 3) if isinstance(plays, Box) else 0.0,
        capacity_seconds=capacity,
        stays=slot.kind in STAY,
        echo=echo,
        shape=shape_of(slot.kind, plays, echo),
        plays=plays,
        seed=rng.getrandbits(32),
    )


def _played(rng: Random, kind: NeighbourKind, language: str, length: Range | None) -> tuple[Played, float]:
    """What is played, and how many seconds of a message it can keep."""
    if length is not None:
        return draw_box(rng, kind, language, between(rng, length))
    if kind is NeighbourKind.SCREENER:
        return draw_screener(rng, language), 0.0
    if kind is NeighbourKind.LET_IN:
        return replace(draw_screener(rng, language), who_comes=draw_person(rng, kind, language)), 0.0
    if kind is NeighbourKind.FAX:
        return draw_fax(rng), 0.0
    return draw_person(rng, kind, language), 0.0
