"""The truth table: what may be reported of each kind of neighbour, and which outcomes are borne out."""

import math
from collections.abc import Mapping, Set
from types import MappingProxyType

from simulation.kinds import DrawnPerson, Neighbour, NeighbourKind

MACHINE, PERSON, SILENT = frozenset({"machine"}), frozenset({"person"}), frozenset({"silent"})
SCREENER, FAX = frozenset({"screener"}), frozenset({"fax"})

TRUTH: Mapping[NeighbourKind, Set[str]] = MappingProxyType(
    {
        NeighbourKind.BOX: MACHINE,
        NeighbourKind.BOX_CUTS: MACHINE,
        NeighbourKind.BOX_FULL: MACHINE,
        NeighbourKind.BOX_HANGS_UP: MACHINE,
        NeighbourKind.VOICEMAIL: MACHINE,
        NeighbourKind.HALLO: PERSON,
        NeighbourKind.TALKS: PERSON,
        NeighbourKind.ASKS: PERSON,
        NeighbourKind.SHOUTS: PERSON,
        NeighbourKind.SILENT: SILENT,
        NeighbourKind.STREET: PERSON,
        NeighbourKind.LEAVES_AT_HALF: PERSON,
        NeighbourKind.PRESSES_BEFORE: PERSON,
        NeighbourKind.PRESSES_DURING: PERSON,
        NeighbourKind.PRESSES_AFTER: PERSON,
        NeighbourKind.REPEATS: PERSON,
        NeighbourKind.LET_IN: PERSON,
        NeighbourKind.SCREENER: SCREENER,
        NeighbourKind.FAX: FAX,
    }
)

CLAIM_WHOLE = frozenset({"voicemail", "silent"})
"""Outcomes that say of whoever was there that the whole message was spoken to them."""


def allowed(neighbour: Neighbour) -> Set[str]:
    """What may be reported of this one: who says nothing, but puts the phone down, has shown to be there."""
    truth = TRUTH[neighbour.kind]
    plays = neighbour.plays
    if (
        neighbour.kind is NeighbourKind.SILENT
        and isinstance(plays, DrawnPerson)
        and math.isfinite(plays.leaves_after)
    ):
        return truth | PERSON
    if neighbour.echo is not None:
        # What a person says into the echo of our own voice is not told apart from it.
        return truth | SILENT
    return truth


def is_right(neighbour: Neighbour, reported: str) -> bool:
    return reported in allowed(neighbour)


def is_borne_out(neighbour: Neighbour, outcome: str | None, *, whole: bool) -> bool:
    """Nothing is claimed beyond what the called side has, `whole` or not; and who pressed 1 has confirmed."""
    if neighbour.presses_one or outcome == "confirmed":
        return neighbour.presses_one and outcome == "confirmed"
    if outcome == "heard":
        return neighbour.is_person and whole
    return whole or outcome not in CLAIM_WHOLE
