"""Times of day, with and without their unit, and from one to another."""

import re
from dataclasses import replace
from functools import cache

from prompts.normalise.figures import DASH
from prompts.normalise.lexicon import Lexicon
from prompts.normalise.place import Position
from prompts.normalise.tokens import Clock, Measure, Range, Token

_HOUR, _MINUTE = r"(?P<h>[01]?\d|2[0-4])", r"(?P<m>[0-5]\d)"
_HALF = r"(?P<half>[aApP])\.? ?[mM](?!\w)\.?"
_UNITS = {
    "nl": r"[uU](?:ur)?|[hH]",
    "fr": r"[hH](?:eures?)?|[uU]",
    "de": r"Uhr|[hH]",
    "en": r"[hH](?:rs?|ours?)?",
}
_DOT = re.compile(rf"{_HOUR}\.{_MINUTE}(?!\w|[.,:]\d|-\w*[a-z])")
_DOT_IN_RANGE = re.compile(rf"{_HOUR}\.{_MINUTE}(?!\w|[.,:]\d)")
_HOUR_HALF = re.compile(rf"{_HOUR} ?{_HALF}")
_FOUR = re.compile(r"(?P<h>[01]\d|2[0-3])(?P<m>[0-5]\d) ?(?:hrs?|hours|u)(?!\w)")
_FOUR_RANGE = re.compile(
    rf"((?:[01]\d|2[0-3])[0-5]\d){DASH}((?:[01]\d|2[0-3])[0-5]\d) ?(?:hrs?|hours|u|uur)(?!\w)\.?"
)
_BARE = re.compile(rf"{_HOUR}(?=[ –-])")
_DASH = re.compile(DASH)
_NOT_TIMES = re.compile(r" ?(?:[%€£$°]|euro|EUR)")


@cache
def _explicit_patterns(lexicon: Lexicon) -> tuple[re.Pattern[str], ...]:
    """With the unit between hour and minute, with a colon, with a dot and the unit behind."""
    unit = rf"(?:{_UNITS[lexicon.code]})"
    between = rf"{_HOUR} ?{unit}\.? ?{_MINUTE}(?: ?(?:{unit}|m(?:in)?)(?!\w))?(?!\w|[.,:/]\d)"
    colon = rf"{_HOUR}:{_MINUTE}(?::(?P<s>[0-5]\d))?(?!\d|:\d)(?: ?(?:{_HALF}|{unit}(?!\w)\.?))?"
    dot = rf"{_HOUR}\.{_MINUTE} ?(?:{_HALF}|{unit}(?!\w)\.?)"
    return tuple(map(re.compile, (between, colon, dot)))


@cache
def _hour_unit(lexicon: Lexicon) -> re.Pattern[str]:
    return re.compile(rf"{_HOUR} ?(?:{_UNITS[lexicon.code]})(?!\w)\.?")


def clock(place: Position) -> tuple[Token, int] | None:
    found = _explicit(place, place.at)
    if found is None and _may_be_dotted(place, place.at):
        found = _read(_DOT, place.text, place.at)
    if found is None and place.lexicon.code in {"en", "nl"}:
        found = _read(_FOUR, place.text, place.at)
        if found and place.lexicon.code == "en":
            found = replace(found[0], half=_on_24(place)), found[1]
    return found and (found[0], _end(place, found[1]))


def _on_24(place: Position) -> str:
    """Eight hundred hours, in English."""
    return "h" if place.lexicon.code == "en" else ""


def clock_range(place: Position) -> tuple[Token, int] | None:
    """12.00-14.00, 20-22u, 9-5pm: the first may be a bare number when the last has its unit."""
    if place.lexicon.code in {"en", "nl"} and (four := place.match(_FOUR_RANGE)):
        ends = [Clock(int(hours[:2]), int(hours[2:]), half=_on_24(place)) for hours in four.groups()]
        return Range(replace(ends[0], bare=place.lexicon.code == "nl"), ends[1]), _end(place, four.end())
    with_unit = _explicit(place, place.at) or _read(_hour_unit(place.lexicon), place.text, place.at)
    dotted = None if with_unit else _read(_DOT_IN_RANGE, place.text, place.at)
    bare = not with_unit and not dotted
    first = with_unit or dotted or _read(_BARE, place.text, place.at)
    dash = _DASH.match(place.text, first[1]) if first else None
    if first is None or dash is None:
        return None
    last = _explicit(place, dash.end()) or _read(_hour_unit(place.lexicon), place.text, dash.end())
    if last is None and not bare and not _NOT_TIMES.match(place.text, dash.end()):
        last = _read(_DOT, place.text, dash.end())
        if last and (place.lexicon.unit.match(place.text, last[1]) or _NOT_TIMES.match(place.text, last[1])):
            return None
    if last is None:
        return None
    return Range(first[0] if with_unit else replace(first[0], bare=True), last[0]), _end(place, last[1])


def duration_or_hour(place: Position) -> tuple[Token, int] | None:
    """An hour on a German clock: 18h is 18 Uhr behind um, and 18 hours elsewhere."""
    found = _read(_hour_unit(place.lexicon), place.text, place.at) if place.lexicon.code == "de" else None
    if found and (place.announced_by("time") and place.before not in {"nach", "vor", "seit", "ca", "circa"}):
        return found[0], _end(place, found[1])
    return None


def _explicit(place: Position, at: int) -> tuple[Clock, int] | None:
    for pattern in _explicit_patterns(place.lexicon):
        if found := _read(pattern, place.text, at):
            return found
    return _read(_HOUR_HALF, place.text, at) if place.lexicon.code == "en" else None


def _may_be_dotted(place: Position, at: int) -> bool:
    """Whether 17.45 is a time here: in English only where a word says so, elsewhere unless one denies it."""
    found = _DOT.match(place.text, at)
    if found is None:
        return False
    end, lexicon = found.end(), place.lexicon
    if lexicon.unit.match(place.text, end) or lexicon.currency_after.match(place.text, end):
        return False
    if re.match(
        r" ?(?:meter|m[eè]tre|liter|litre|Liter|Meter|kilo|procent|pour|Prozent|per|miljoen|x)",
        place.text[end:],
    ):
        return False
    if place.announced_by("amount") or place.announced_by("versions") or place.announced_by("not_street"):
        return False
    if place.before in {"", "en", "tot", "à", "bis", "und", "et", "to", "and"} and place.tokens:
        return lexicon.code != "en" or any(isinstance(token, Clock) for token in place.tokens[-3:])
    return lexicon.code != "en" or place.announced_by("time_before_dot")


def _read(pattern: re.Pattern[str], text: str, at: int) -> tuple[Clock, int] | None:
    found = pattern.match(text, at)
    if found is None:
        return None
    parts = found.groupdict()
    second = parts.get("s")
    return (
        Clock(
            hour=int(parts["h"]),
            minute=int(parts.get("m") or 0),
            second=int(second) if second else None,
            half=(parts.get("half") or "").lower(),
            leading=len(parts["h"]) == 2
            and (parts["h"][0] == "0" or (int(parts["h"]) > 11 and ":" in found[0])),
        ),
        found.end(),
    )


def _end(place: Position, end: int) -> int:
    """Leaves the dot of a unit to the sentence that it may end."""
    if place.text[end - 1] == "." and (place.ends_text(end) or place.ends_sentence(end)):
        return end - 1
    return end


def is_clock(token: Token) -> bool:
    return isinstance(token, Clock) or (isinstance(token, Measure) and token.unit in {"u", "h", "Uhr"})
