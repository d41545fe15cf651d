"""Money, measures, and so many times one of them."""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import cache

from prompts.normalise.figures import DASH, SIGN, amount_pattern, figure_of
from prompts.normalise.lexicon import Lexicon
from prompts.normalise.place import Position
from prompts.normalise.tokens import Amount, Figure, Measure, Multiple, Numeral, Range, Token

_DASH = re.compile(r"[-–—](?=[\d€£$])| [-–—] (?=[\d€£$])")
_NO_CENTS = r"(?:,-{1,2}|,–|,—|\.-{1,2})?"
_TIMES = re.compile(r"(\d+(?:[.,]\d+)?) ?[xX×](?=\W| ?\d)")
_PLAIN = re.compile(r"\d+(?:[.,]\d+)?(?!\w)")
_FOR_EACH = re.compile(
    r" ?/| (?:per|par|pro|le|la|l'|de|a|an|je|each) ?(?:l|kg|m|k|liter|litre|Liter|kilo|kWh)"
)


@cache
def _money(lexicon: Lexicon) -> re.Pattern[str]:
    before = lexicon.currency_before.pattern
    return re.compile(
        rf"(?P<s>{SIGN})(?P<c>{before}) ?(?P<t>{SIGN}){amount_pattern(lexicon, 'n')}{_NO_CENTS}"
        rf"(?:(?:[-–—]| [-–—] )(?:{before})? ?{amount_pattern(lexicon, 'm')})?(?!\w*\d)"
    )


@cache
def _quantity(lexicon: Lexicon) -> re.Pattern[str]:
    """A number, or two that make a range; what it counts follows."""
    return re.compile(
        rf"(?P<s>{SIGN}){amount_pattern(lexicon, 'n')}{_NO_CENTS}"
        rf"(?:(?:{DASH})(?P<t>{SIGN}){amount_pattern(lexicon, 'm')}{_NO_CENTS})?"
    )


def money(place: Position) -> tuple[Token, int] | None:
    return _to_another(place, _amount(place), _amount)


def _to_another(
    place: Position, first: tuple[Token, int] | None, read: Callable[[Position], tuple[Token, int] | None]
) -> tuple[Token, int] | None:
    """30°C-35°C, 10€-20€: from one to the other when both have their unit."""
    dash = _DASH.match(place.text, first[1]) if first else None
    if first is None or dash is None or isinstance(first[0], Range):
        return first
    last = read(replace(place, at=dash.end()))
    return (Range(first[0], last[0]), last[1]) if last and not isinstance(last[0], Range) else first


def _amount(place: Position) -> tuple[Token, int] | None:
    lexicon = place.lexicon
    if found := place.match(_money(lexicon)):
        currency = lexicon.currency_words[found["c"]]
        scale, end = _scale(place, found.end())
        return _span(found, lexicon, _maker(place, end, currency, scale)), end
    found = place.match(_quantity(lexicon))
    if found is None:
        return None
    scale, end = _scale(place, found.end())
    after = lexicon.currency_after.match(place.text, end)
    if after is None and place.text[end - 2 : end] in {",-", ",–", ",—"}:
        return _span(found, lexicon, lambda figure: Amount(figure, "EUR", scale)), end
    if after is None:
        return None
    currency = lexicon.currency_words[after[1] or after[2]]
    return _span(found, lexicon, _maker(place, after.end(), currency, scale)), after.end()


def _maker(place: Position, end: int, currency: str, scale: str) -> Callable[[Figure], Amount]:
    """Money has cents: three figures behind its mark are thousands, but of a price for each of something."""
    for_each = _FOR_EACH.match(place.text, end) is not None

    def made(figure: Figure) -> Amount:
        if len(figure.decimals) == 3 and figure.whole != "0" and not (scale or for_each):
            figure = Figure(figure.whole + figure.decimals, sign=figure.sign)
        return Amount(figure, currency, scale)

    return made


def _scale(place: Position, end: int) -> tuple[str, int]:
    found = place.lexicon.scale.match(place.text, end)
    return (place.lexicon.scales[found[1] or found[2]], found.end()) if found else ("", end)


def _span(found: re.Match[str], lexicon: Lexicon, made: Callable[[Figure], Amount | Measure]) -> Token:
    sign = found["s"] or (found["t"] if "c" in found.re.groupindex else "") or ""
    first = figure_of(found["n"], lexicon, sign)
    if found["m"] is None:
        return made(first)
    other = found["t"] if "c" not in found.re.groupindex else ""
    return Range(Numeral(first), made(figure_of(found["m"], lexicon, other or "")))


def measure(place: Position) -> tuple[Token, int] | None:
    """A number with its unit: kilometres, degrees, per cent, years of age, hours."""
    return _to_another(place, _measure(place), _measure)


def _measure(place: Position) -> tuple[Token, int] | None:
    lexicon = place.lexicon
    found = place.match(_quantity(lexicon))
    unit = lexicon.unit.match(place.text, found.end()) if found else None
    if found is None or unit is None:
        return None
    written = unit[1] or unit[2]
    if written == "s" and unit[0] == "s" and _is_model(place):
        return None
    end = unit.end()
    if written.endswith(".") and (place.ends_text(end) or place.ends_sentence(end)):
        end -= 1
    return _span(found, lexicon, lambda figure: Measure(figure, written)), end


def _is_model(place: Position) -> bool:
    """Whether a name stands before: iPhone 6s, HP 15s."""
    before = re.search(r"(\w+) $", place.text[: place.at])
    return before is not None and (any(map(str.isupper, before[1][1:])) or bool(place.name_before))


def multiple(place: Position) -> tuple[Token, int] | None:
    """2x; 3 x 4; 30x20x15 cm; 3 x 250 euro."""
    found = place.match(_TIMES)
    if found is None:
        return None
    number, end = figure_of(found[1], place.lexicon), found.end()
    following = replace(place, at=end + (place.text[end : end + 1] == " "))
    by = _size(following)
    return (Multiple(number, by[0]), by[1]) if by else (Multiple(number), end)


def _size(place: Position) -> tuple[Numeral | Measure | Amount | Multiple, int] | None:
    """What is behind the x."""
    for read in (_amount, multiple, _measure):
        found = read(place)
        if found and isinstance(found[0], Amount | Multiple | Measure):
            return found[0], found[1]
    plain = place.match(_PLAIN)
    return (Numeral(figure_of(plain[0], place.lexicon)), plain.end()) if plain else None
