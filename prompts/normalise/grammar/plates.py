"""Number plates of Belgium and its neighbours, whole or as far as somebody saw them."""

import re
from functools import cache

from prompts.normalise.lexicon import Lexicon
from prompts.normalise.place import Position
from prompts.normalise.tokens import Plate, Token

_WHOLE = re.compile(
    # Belgium since 2010, in any writing; with O, T, M, ... for old-timers, taxis, motorcycles.
    r"\d[-. ]?(?:[A-Z]{3}|(?<=-)[a-z]{3})[-. ]?\d{3}(?![\w-])"
    r"|[OTMQGSZ]-[A-Z]{3}-\d{3}(?![\w-])"
    # Belgium until 2010, and what is usually seen of a newer one.
    r"|[A-Z]{3}-\d{3}(?![\w-])|\d{3}-[A-Z]{3}(?![\w-])|\d-[A-Z]{3}(?:-\d{1,2})?(?![\w?*-]|\.\.)"
    # The Netherlands, France: three groups.
    r"|(?!\d-[A-Z]{3}-\d{0,2}(?:[?*]|\.\.))(?=[\d-]*[A-Z])(?=[A-Z-]*\d)(?:[A-Z]{1,3}|\d{1,3})-(?:[A-Z]{1,3}|\d{1,3})-(?:[A-Z]{1,3}|\d{1,3})(?![\w-])"
    r"|[A-Z]{2} \d{3} [A-Z]{2}(?![\w-])"
    # Germany: the place, then letters and figures.
    r"|(?!BIN-)[A-ZÄÖÜ]{1,3}-[A-Z]{1,2}[ -]?\d{1,4}[EH]?(?![\w-]|[?*]+[.,;)])"
    # The United Kingdom.
    r"|[A-Z]{2}\d{2} ?[A-Z]{3}(?![\w-])"
)
_PARTIAL = re.compile(
    # With signs for what nobody saw: 1-X..-.47, 1-ABC-..., ??-AB-12.
    r"(?=[\w-]*[.?*_])(?=[.?*_-]*[A-Z0-9])[A-Z0-9.?*_]{1,4}(?:-[A-Z0-9.?*_]{1,4}){1,3}(?![\w-])"
    r"|\d-[A-Z]{3}-[xX]{3}(?![\w-])"
)
_SEEN = re.compile(
    r"(?=[A-Za-z0-9 .?*_-]*\d)(?=[\d .?*_-]*[A-Za-zÄÖÜ])"
    r"(?:[A-ZÄÖÜ]{1,3}[ -]?[A-Z]{0,2}[ -]?[\d?*]{1,5}(?:[ -]?[A-Z]{1,3})?"
    r"|[\d?*]{1,4}[ -]?[A-Z?*]{1,3}(?:[ -]?[\d?*]{1,4}(?:\.\.(?!\.))?|[ -]\.{1,3})?"
    r"|\d[a-z]{3}\d{3})(?![\w-])"
)
_RUNS = re.compile(r"[A-Za-zÄÖÜ]+|\d+")
_GROUPS = re.compile(r"[A-Za-zÄÖÜ]+|\d+|[.?*_]+")
_CUED = r"(?:^|[^\w])(?:{cues})\.?[^\w.!?]{{0,3}}(?:[^\W\d_]+[^\w.!?]{{1,3}}){{0,4}}$"


def plate(place: Position) -> tuple[Token, int] | None:
    if whole := place.match(_WHOLE):
        return Plate(tuple(one.upper() for one in _RUNS.findall(whole[0]))), whole.end()
    found = _partial(place) or _announced(place)
    return (Plate(_groups(found[0])), found.end()) if found else None


def _partial(place: Position) -> re.Match[str] | None:
    found = place.match(_PARTIAL)
    if found is None:
        return None
    has_both = re.search(r"[A-Z]", found[0]) and re.search(r"\d", found[0])
    if not has_both and not _is_announced(place):
        return None
    if found[0].endswith(".") and not found[0].endswith("..") and place.ends_sentence(found.end()):
        # One dot at the end of a sentence is its full stop.
        found = _PARTIAL.match(place.text, place.at, found.end() - 1)
    return found


def _announced(place: Position) -> re.Match[str] | None:
    """Any writing of a plate behind a word that announces one."""
    return place.match(_SEEN) if _is_announced(place) else None


def _is_announced(place: Position) -> bool:
    return _cue(place.lexicon).search(place.text, max(0, place.at - 60), place.at) is not None


@cache
def _cue(lexicon: Lexicon) -> re.Pattern[str]:
    cues = "|".join(re.escape(cue) for cue in sorted(lexicon.cue("plate") - {"numéro"}))
    return re.compile(_CUED.format(cues=cues), re.IGNORECASE)


def _groups(written: str) -> tuple[str, ...]:
    groups = _GROUPS.findall(written)
    if len(groups) == 3 and groups[0].isdigit() and groups[2].lower() == "xxx":
        groups[2] = "???"
    return tuple("?" * len(one) if one[0] in ".?*_" else one.upper() for one in groups)
