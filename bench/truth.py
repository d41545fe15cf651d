"""The truth table: what may be reported of each kind of neighbour, and which outcomes are borne out."""

import math
from collections.abc import Mapping, Set
from types import MappingProxyType

from buurtbel.neighbours.kinds import Kind, Neighbour, Person

MACHINE, PERSON, SILENT = frozenset({"machine"}), frozenset({"person"}), frozenset({"silent"})
SCREENER, FAX = frozenset({"screener"}), frozenset({"fax"})

TRUTH: Mapping[Kind, Set[str]] = MappingProxyType(
    {
        Kind.BOX: MACHINE,
        Kind.BOX_CUTS: MACHINE,
        Kind.BOX_FULL: MACHINE,
        Kind.BOX_HANGS_UP: MACHINE,
        Kind.VOICEMAIL: MACHINE,
        Kind.HALLO: PERSON,
        Kind.TALKS: PERSON,
        Kind.ASKS: PERSON,
        Kind.SHOUTS: PERSON,
        Kind.SILENT: SILENT,
        Kind.STREET: PERSON,
        Kind.LEAVES_AT_HALF: PERSON,
        Kind.PRESSES_BEFORE: PERSON,
        Kind.PRESSES_DURING: PERSON,
        Kind.PRESSES_AFTER: PERSON,
        Kind.REPEATS: PERSON,
        Kind.LET_IN: PERSON,
        Kind.SCREENER: SCREENER,
        Kind.FAX: FAX,
    }
)

CLAIM_WHOLE = frozenset({"voicemail", "silent"})
"""Outcomes that say of whoever was there that the whole message was spoken to them."""


def allowed(neighbour: Neighbour) -> Set[str]:
    """What may be reported of this one: who says nothing, but puts the phone down, has shown to be there."""
    truth = TRUTH[neighbour.kind]
    plays = neighbour.plays
    if neighbour.kind is Kind.SILENT and isinstance(plays, Person) and math.isfinite(plays.leaves_after):
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
