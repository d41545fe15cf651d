"""Dates: in figures or with a month's name, whole or without a year, and from one to another."""

import re
from collections.abc import Mapping
from functools import cache

from prompts.normalise.figures import DASH
from prompts.normalise.lexicon import Lexicon
from prompts.normalise.place import Position
from prompts.normalise.tokens import Date, Ordinal, Range, ReadAs, Token, Year

_DAY, _MONTH = r"(?P<d>0?[1-9]|[12]\d|3[01])", r"(?P<m>0?[1-9]|1[0-2])"
_WHOLE = (
    re.compile(r"(?P<y>(?:19|20)\d\d)-(?P<m>0[1-9]|1[0-2])-(?P<d>0[1-9]|[12]\d|3[01])(?![\w/-])"),
    re.compile(
        rf"{_DAY}(?P<mark>[/.-]){_MONTH}(?P=mark)['’]?(?P<y>(?:19|20)\d\d|\d\d)(?![\w/]|-(?!\d{{1,2}}[/.-]\d)|[.:]\d)"
    ),
)
_SLASH = re.compile(rf"{_DAY}(?:(?<=1)er)?/{_MONTH}(?![\w/]|[.,]\d)")
_DASHED = re.compile(
    rf"{_DAY}-{_MONTH}(?= (?:om|is|was|werd|wordt|tussen|rond|vanaf|in|te|aan)\b|[.,]?$|[.,] )"
)
"""On 3-12, in Dutch, where nothing is counted by it."""
_DOTTED = re.compile(rf"{_DAY}\.{_MONTH}(?P<dot>\.?)(?!\w)")
_FROM_DAY = re.compile(rf"{_DAY}\.?{DASH}(?=\d{{1,2}}[/.])")
_BETWEEN = re.compile(DASH)
_DOTTED_CUES: Mapping[str, frozenset[str]] = {
    "nl": frozenset({"op", "d.d", "dd"}),
    "fr": frozenset({"le", "du", "au"}),
    "de": frozenset({"am", "vom", "zum", "den", "der", "dem"}),
    "en": frozenset({"on"}),
}
_UHR = re.compile(r" ?(?:Uhr|uur|u\b|h\b|heures)")


@cache
def _named(lexicon: Lexicon) -> re.Pattern[str]:
    ending = "|".join(sorted(lexicon.list_of("ordinal"), key=len, reverse=True))
    day = rf"{_DAY}(?:\.|(?:{ending})(?!\w))?"
    year = r"(?:,? ?(?P<y>(?:19|20)\d\d|['’]\d\d)(?!\w|[.,:/]\d| ?[€%]))?"
    of = "(?:of )?" if lexicon.code == "en" else ""
    return re.compile(rf"{day} ?{of}{_months(lexicon)}\.?{year}")


@cache
def _month_first(lexicon: Lexicon) -> re.Pattern[str]:
    year = rf"(?:{DASH}(?P<until>[12]?\d|3[01])(?!\w))?(?:,? (?P<y>(?:19|20)\d\d)(?!\w|[.,:/]\d))?"
    return re.compile(
        rf"{_months(lexicon)}\.? (?:the )?{_DAY}(?:st|nd|rd|th)?(?!\w|[.,:/]\d| ?[apAP]\.?[mM]){year}"
    )


@cache
def _days_named(lexicon: Lexicon) -> re.Pattern[str]:
    ending = "|".join(sorted(lexicon.list_of("ordinal"), key=len, reverse=True))
    return re.compile(rf"{_DAY}(?:\.|{ending})?(?:{DASH}|/)(?=\d{{1,2}}(?:\.|{ending})? ?{_months(lexicon)})")


def _months(lexicon: Lexicon) -> str:
    flags = "i" if lexicon.month.flags & re.IGNORECASE else ""
    return f"(?{flags}:{lexicon.month.pattern})" if flags else f"(?:{lexicon.month.pattern})"


def whole_date(place: Position) -> tuple[Token, int] | None:
    """With its year, all in figures; or from one such date to another."""
    found = _whole_at(place, place.at)
    if found is None:
        return None
    dash = _BETWEEN.match(place.text, found[1])
    last = _whole_at(place, dash.end()) if dash else None
    return (Range(found[0], last[0]), last[1]) if last else found


def _whole_at(place: Position, at: int) -> tuple[Date, int] | None:
    for pattern in _WHOLE:
        if (found := pattern.match(place.text, at)) and not _is_code(found):
            year = found["y"] if len(found["y"]) == 4 else f"20{found['y']}"
            return Date(int(found["d"]), int(found["m"]), year, place.before), found.end()
    return None


def _is_code(found: re.Match[str]) -> bool:
    """4-8-15 has hyphens and no two figures where a date has them."""
    parts = found.groupdict()
    return parts.get("mark") == "-" and len(parts["y"]) == 2 and len(parts["d"] + parts["m"]) < 4


def date_range(place: Position) -> tuple[Token, int] | None:
    """1-3/12, 30/11-2/12, 1.-3.12., 1-3 december."""
    days = place.match(_FROM_DAY) or place.match(_days_named(place.lexicon))
    if days and (last := _any_at(place, days.end())):
        return Range(Date(int(days["d"]), 0, before=place.before), last[0]), last[1]
    first = _any_at(place, place.at)
    dash = _BETWEEN.match(place.text, first[1]) if first else None
    last = _any_at(place, dash.end()) if dash else None
    return (Range(first[0], last[0]), last[1]) if first and last else None


def _any_at(place: Position, at: int) -> tuple[Date, int] | None:
    """A date in any writing, as an end of a range."""
    return _whole_at(place, at) or _figures(place, at, in_range=True) or _named_at(place, at)


def named_date(place: Position) -> tuple[Token, int] | None:
    return _named_at(place, place.at)


def _named_at(place: Position, at: int) -> tuple[Date, int] | None:
    found = _named(place.lexicon).match(place.text, at)
    if found is None:
        return None
    end = found.end()
    if place.text[end - 1] == "." and (place.ends_text(end) or place.ends_sentence(end)):
        end -= 1
    return _date(place, found), end


def month_first(place: Position) -> tuple[Token, int] | None:
    """March 12, in English."""
    if place.lexicon.code != "en":
        return None
    found = place.match(_month_first(place.lexicon))
    if found is None:
        return None
    month = place.lexicon.months[found["name"].lower()]
    first = Date(int(found["d"]), month, found["y"] or "", month_first=True)
    if not found["until"]:
        return first, found.end()
    return Range(first, Date(int(found["until"]), 0)), found.end()


def _date(place: Position, found: re.Match[str]) -> Date:
    year = (found["y"] or "").replace("'", "20").replace("’", "20")
    return Date(int(found["d"]), place.lexicon.months[found["name"].lower()], year, place.before)


def dotted_date(place: Position) -> tuple[Token, int] | None:
    """12.03. where it is a date and no time: behind a word that says so, or with a dot inside a sentence."""
    return _figures(place, place.at, in_range=False)


def slash_date(place: Position) -> tuple[Token, int] | None:
    found = place.match(_SLASH)
    return (Date(int(found["d"]), int(found["m"]), before=place.before), found.end()) if found else None


def _figures(place: Position, at: int, *, in_range: bool) -> tuple[Date, int] | None:
    text = place.text
    if not in_range and place.before == "op" and (found := _DASHED.match(text, at)):
        return Date(int(found["d"]), int(found["m"])), found.end()
    if in_range and (found := _SLASH.match(text, at)):
        return Date(int(found["d"]), int(found["m"]), before=place.before), found.end()
    found = _DOTTED.match(text, at)
    if found is None or _UHR.match(text, found.end()):
        return None
    cued = place.before in _DOTTED_CUES[place.lexicon.code] or (
        bool(found["dot"])
        and place.lexicon.code == "de"
        and (place.before in place.lexicon.weekdays or _follows_day(place))
    )
    inside = bool(found["dot"]) and place.lexicon.code == "de" and not place.ends_sentence(found.end())
    if in_range:
        cued = cued or bool(found["dot"])
    if not cued and not inside:
        return None
    end = found.end()
    if found["dot"] and (place.ends_text(end) or place.ends_sentence(end)):
        end -= 1
    return Date(int(found["d"]), int(found["m"]), before=place.before), end


def _follows_day(place: Position) -> bool:
    """Vom 1. bis 3.12.: the day before says that this is one too."""
    return place.before in {"bis", "und"} and any(
        isinstance(one, Ordinal | Date) for one in place.tokens[-2:]
    )


_YEAR = re.compile(r"(?:1[1-9]|20)\d\d(?!\w|[.,:/]\d| ?[€£$%°])")
_YEARS = re.compile(rf"(?P<a>(?:19|20)\d\d){DASH}(?P<b>(?:19|20)\d\d|\d\d)(?!\w|[.,:/-]\d)")
_SHORT_YEAR = re.compile(r"['’](\d\d)(?![\w'’])")


def year(place: Position) -> tuple[Token, int] | None:
    """A year and no amount: behind a word that says so, or where nothing is counted by it."""
    if years := place.match(_YEARS):
        return Range(Year(years["a"]), Year(years["b"])), years.end()
    if short := place.match(_SHORT_YEAR):
        return Year(short[1]), short.end()
    found = place.match(_YEAR)
    if found is None:
        return None
    recent = found[0][:2] in {"19", "20"}
    counted = place.word_after(found.end())
    if place.announced_by("year") and (recent or place.before not in {"in", "en", "im", "van", "of", "to"}):
        return Year(found[0]), found.end()
    if recent and (not counted or any(isinstance(token, Date) for token in place.tokens[-1:])):
        return Year(found[0]), found.end()
    return None


@cache
def _month_of_year(lexicon: Lexicon) -> re.Pattern[str]:
    return re.compile(rf"{_months(lexicon)}\.? (?=['’]\d\d(?!\w)|(?:19|20)\d\d(?!\w|[.,:/]\d))")


def month_of_year(place: Position) -> tuple[Token, int] | None:
    """Nov. 2026, dec '25: a month that is cut short before its year."""
    found = place.match(_month_of_year(place.lexicon))
    if found is None:
        return None
    month = place.lexicon.month_name(place.lexicon.months[found["name"].lower()])
    return (ReadAs(month), found.end() - 1) if len(found["name"]) < len(month) else None


_JOINS = r"en|et|und|and|t/m|t\.e\.m\.|tot|bis|to|à|au|tem|of|ou|oder|or"
_BEFORE_TIMES = "van|om|tussen|vanaf|de|dès|à|entre|von|um|ab|zwischen|from|at|between"
_JOINED = re.compile(rf"(?:[-–/+&,] ?|\b(?:{_JOINS}|op) )$")


def weekday(place: Position) -> tuple[Token, int] | None:
    """A short name of a day where a date, a time or another such day is beside it."""
    found = place.match(_day(place.lexicon))
    if found is None or not _is_day(place, found):
        return None
    first, end = ReadAs(place.lexicon.weekdays[found[1].lower()]), found.end()
    dash = _BETWEEN.match(place.text, end)
    if dash and (last := _day(place.lexicon).match(place.text, dash.end())):
        until, end = ReadAs(place.lexicon.weekdays[last[1].lower()]), last.end()
        return Range(first, until), end - _is_full_stop(place, end)
    return first, end - _is_full_stop(place, end)


def _is_day(place: Position, found: re.Match[str]) -> bool:
    sure = found[1].lower() not in place.lexicon.list_of("words_like_days")
    return (
        _beside(place.lexicon).match(place.text, found.end()) is not None
        or _after_day(place)
        or (sure and place.announced_by("weekday"))
    )


def _is_full_stop(place: Position, end: int) -> bool:
    return place.text[end - 1] == "." and place.ends_sentence(end)


def _after_day(place: Position) -> bool:
    """Whether the day before was short for one too: ma-vr, wo en do."""
    names = frozenset(place.lexicon.weekdays.values())
    day = any(isinstance(token, ReadAs) and token.words in names for token in place.tokens[-2:])
    return day and _JOINED.search(place.text, max(0, place.at - 10), place.at) is not None


@cache
def _day(lexicon: Lexicon) -> re.Pattern[str]:
    names = sorted(lexicon.weekdays, key=len, reverse=True)
    if lexicon.code in {"de", "en"}:
        names = [name.capitalize() for name in names]
        return re.compile(rf"({'|'.join(names)})\.?(?!\w)")
    return re.compile(rf"({'|'.join(names)})\.?(?!\w)", re.IGNORECASE)


@cache
def _beside(lexicon: Lexicon) -> re.Pattern[str]:
    """What may follow: a date, a time of day, another day, or, behind a dot, a word before a time."""
    no_so = "(?<!zo)" if lexicon.code == "nl" else ""
    joins = rf"{_JOINS}|op" if lexicon.code == "nl" else _JOINS
    following = (
        rf",? ?(?:le |the |den |dem )?\d{{1,2}}(?:[/.-]\d|(?:\.|st|nd|rd|th|er)? ?{_months(lexicon)})",
        rf"(?:{no_so}|:) ?\d{{1,2}}(?:[uh:](?!\w*[a-z]{{2}})|\.\d\d|-\d{{1,2}} ?[uh.]| ?Uhr|[ap]m)",
        rf"(?:[-–/+&]| [-–/+&] |, ?| (?:{joins}) )(?:{_day(lexicon).pattern})",
        rf"(?<=\.) (?:{_BEFORE_TIMES}) \d",
    )
    case = re.NOFLAG if lexicon.code in {"de", "en"} else re.IGNORECASE
    return re.compile("|".join(following), case)
