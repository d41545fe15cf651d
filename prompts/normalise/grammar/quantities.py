"""Heights, ordinals, decades, and numbers of whatever is counted."""

import re
from functools import cache

from prompts.normalise.figures import DASH, MOST_GROUPED, SIGN, figure_of, number_pattern
from prompts.normalise.lexicon import Lexicon
from prompts.normalise.place import Position
from prompts.normalise.tokens import (
    Decade,
    Digits,
    Figure,
    Height,
    Numeral,
    Ordinal,
    Range,
    Token,
)

_UNIT_OF_LENGTH = r" ?(?:m|M|meter|mètres?|metres?|Meter|metres?|meters?)(?!\w)"
_HEIGHT = re.compile(
    rf"(?:(\d) ?[mM] ?(\d\d)(?!\w)(?:{DASH}(?:(\d) ?[mM] ?(\d\d)|(\d\d))(?!\w))?"
    rf"|(\d)[.,](\d\d){_UNIT_OF_LENGTH}|(\d)[.,](\d\d){DASH}(\d)[.,](\d\d){_UNIT_OF_LENGTH})"
)
_HEIGHT_TO_ANOTHER = re.compile(
    rf"(\d)[.,](\d\d)(?= (?:à|tot|of|en|ou|et|bis|oder|und|to|or|and) \d[.,]\d\d{_UNIT_OF_LENGTH})"
)
_FEET = re.compile(
    r"(\d) ?(?:ft\.?|feet|foot|') ?(\d{1,2})(?: ?(?:ins?\.?(?!\w)|inches|\"|''|”))?(?!\w)"
    r"|(\d) ?(?:ft|')(?![\w'])"
)
_FEET_RANGE = re.compile(rf"(?:{_FEET.pattern}){DASH}(?:{_FEET.pattern})")
_VERSION = re.compile(r"\d+(?:\.\d+)+(?!\w)")
_DECADE = re.compile(r"(?:((?:1[89]|20)?\d0)(?:'?s|er)|(\d{1,4})'?s)(?!\w)")


def height(place: Position) -> tuple[Token, int] | None:
    """1m80, 1,80 m; 5ft 10in, 5'6"; also from one to another."""
    if place.lexicon.code == "en" and (feet := place.match(_FEET_RANGE)):
        return Range(_feet(*feet.groups()[:3]), _feet(*feet.groups()[3:])), feet.end()
    if place.lexicon.code == "en" and (feet := place.match(_FEET)):
        return _feet(*feet.groups()), feet.end()
    found = place.match(_HEIGHT)
    if found is None:
        alone = place.match(_HEIGHT_TO_ANOTHER)
        return (Height(alone[1], alone[2]), alone.end()) if alone else None
    parts = [part for part in found.groups() if part is not None]
    first = Height(parts[0], parts[1])
    if len(parts) == 3:
        return Range(first, Numeral(Figure(parts[2]))), found.end()
    return (Range(first, Height(parts[2], parts[3])) if len(parts) == 4 else first), found.end()


def _feet(feet: str | None, inches: str | None, alone: str | None) -> Height:
    return Height(feet or alone or "0", inches or "", feet=True)


@cache
def _ordinal(lexicon: Lexicon) -> re.Pattern[str]:
    endings = "|".join(sorted(lexicon.list_of("ordinal"), key=len, reverse=True))
    return re.compile(rf"(\d{{1,4}})({endings})(?![\w'’])", re.IGNORECASE)


_GERMAN = re.compile(
    r"(\d{1,3})\.(?= ?[^\W\d_]| (?:bis|und|u\.|oder|auf) \d|, ?(?:(?:der|die|das|den|dem) )?\d{1,3}\.)"
)


def ordinal(place: Position) -> tuple[Token, int] | None:
    lexicon = place.lexicon
    if found := place.match(_ordinal(lexicon)):
        return _made_ordinal(place, found[1], found[2].lower(), found.end())
    if lexicon.code != "de":
        return None
    found = place.match(_GERMAN)
    if found is None or place.announced_by("house"):
        return None
    noun = place.word_after(found.end())
    cued = place.before in lexicon.list_of("article_words")
    opening = not place.text[: place.at].strip() or place.text[: place.at].rstrip()[-1] in ",(.!?:"
    opens = opening and noun[:1].isupper()
    if not cued and not opens and noun[:1].isupper():
        return None
    if not cued and noun in lexicon.list_of("sentence_words"):
        return None
    return _made_ordinal(place, found[1], ".", found.end())


def _made_ordinal(place: Position, number: str, ending: str, end: int) -> tuple[Token, int] | None:
    if int(number) == 0:
        return None
    return Ordinal(int(number), ending, place.two_before, place.words_after(end)), end


def decade(place: Position) -> tuple[Token, int] | None:
    """The 20s, the 1990s."""
    found = place.match(_DECADE) if place.lexicon.code in {"en", "de"} else None
    if found is None or (found[2] and place.lexicon.code != "en"):
        return None
    return Decade(found[1] or found[2]), found.end()


@cache
def _numbers(lexicon: Lexicon) -> re.Pattern[str]:
    return re.compile(
        rf"(?P<s>{SIGN}){number_pattern(lexicon, 'n')}"
        rf"(?:{DASH}{number_pattern(lexicon, 'm')}(?!-\d))?(?![^\W\d_])"
    )


def number(place: Position) -> tuple[Token, int] | None:
    if place.announced_by("versions") and (dotted := place.match(_VERSION)):
        return Digits(dotted[0]), dotted.end()
    found = place.match(_numbers(place.lexicon))
    if found is None or _is_long(found["n"]) or _is_long(found["m"] or ""):
        return None
    end = found.end()
    first = figure_of(found["n"], place.lexicon, found["s"])
    if len(first.whole) > MOST_GROUPED:
        return None
    if found["m"] is None:
        return Numeral(first, place.words_after(end), place.before), end
    last = figure_of(found["m"], place.lexicon)
    in_a_row = re.search(r"\d[-–]$", place.text[max(0, place.at - 2) : place.at])
    if _rises(first, last) and not in_a_row:
        return Range(Numeral(first), Numeral(last, place.words_after(end))), end
    end = found.end("n")
    return Numeral(first, "", place.before), end


def _rises(first: Figure, last: Figure) -> bool:
    return float(f"{first.whole}.{first.decimals or 0}") < float(f"{last.whole}.{last.decimals or 0}")


def _is_long(written: str) -> bool:
    """Figures by the dozen, with nothing that groups them, are told one by one."""
    return re.fullmatch(r"\d{7,}", written) is not None
