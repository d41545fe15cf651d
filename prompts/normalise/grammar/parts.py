"""Parts of a whole, and so many of so many: 3/4, 2 ½ km, 24/7."""

import re

from prompts.normalise.place import Position
from prompts.normalise.tokens import Fraction, OutOf, Token

_FRACTION = re.compile(r"(?:(\d+) )?(\d+)⁄(\d+)")
_SLASH = re.compile(r"(\d{1,3}) ?([jhud]?)/(\d{1,3}) ?([jhud]?)(?![\w/]|[.,]\d)")
_OF_ALL = re.compile(r" (?:van (?:de|het|alle|onze)|of the)\b")
_UNITS_OF_PARTS = frozenset({"km", "m", "l", "kg", "h", "u", "ha", "Std", "hr"})
_ALWAYS = frozenset({("24", "7"), ("7", "7"), ("24", "24"), ("365", "365"), ("5", "7"), ("6", "7")})


def fraction(place: Position) -> tuple[Token, int] | None:
    """One half as one sign; or 3/4 where a part of something is told; 24/7."""
    if found := place.match(_FRACTION):
        return _part_of(place, found[2], found[3], found.end(), whole=found[1] or "")
    found = place.match(_SLASH)
    if found is None or place.lexicon.month.match(place.text, found.end() + 1):
        return None
    if _is_part(place, found):
        return _part_of(place, found[1], found[3], found.end(3))
    return (
        (OutOf(found[1], found[3], found[2] or found[4]), found.end()) if _is_out_of(place, found) else None
    )


def _is_part(place: Position, found: re.Match[str]) -> bool:
    """Less than a whole, of what follows or as the word before says; `van 3/4 tot` is a date."""
    upper, lower = found[1], found[3]
    if found[2] or not int(upper) < int(lower) <= 10 or ((upper, lower) in _ALWAYS and not _is_date(place)):
        return False
    follows = place.word_after(found.end()).lower() in place.lexicon.cue("fraction_after")
    cued = place.announced_by("fraction_before")
    of_all = _OF_ALL.match(place.text, found.end()) is not None
    measured = bool(found[4]) or bool(_unit(place, found.end())[0])
    return measured or cued or of_all or (follows and not place.announced_by("date"))


def _is_out_of(place: Position, found: re.Match[str]) -> bool:
    if place.announced_by("not_street"):
        return False  # bus 540/541
    upper, lower = int(found[1]), int(found[3])
    always = (found[1], found[3]) in _ALWAYS and not _is_date(place)
    is_no_date = lower > 12 or upper > 31 or lower == 0 or upper == 0
    return bool(found[2] or found[4]) or always or (is_no_date and upper <= lower)


def _is_date(place: Position) -> bool:
    return place.announced_by("date") and place.before not in {"en", "et", "und", "and"}


def _part_of(place: Position, upper: str, lower: str, end: int, *, whole: str = "") -> tuple[Token, int]:
    """With its unit: 3/4 h, 2 ½ km."""
    unit, after = _unit(place, end)
    return Fraction(int(upper), int(lower), whole, place.words_after(end), unit), after


def _unit(place: Position, at: int) -> tuple[str, int]:
    """What stands here if it is a unit that has parts, and where it ends; its dot is left to the sentence."""
    found = place.lexicon.unit.match(place.text, at)
    written = (found[1] or found[2]).rstrip(".") if found else ""
    if found is None or written not in _UNITS_OF_PARTS or written not in place.lexicon.units:
        return "", at
    return written, at + len(found[0].rstrip("."))
