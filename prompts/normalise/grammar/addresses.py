"""House numbers with their letter and letter box, postcodes and roads."""

import re
from functools import cache

from prompts.normalise.figures import DASH
from prompts.normalise.lexicon import Lexicon
from prompts.normalise.place import Position
from prompts.normalise.tokens import House, Postcode, Range, Road, Token

_NUMBER = r"(?P<n>\d{1,4})(?: ?(?P<l>[A-Z])(?![a-z])|(?P<s>[a-gi-tv-z](?![a-z])))?"
_BOX = r"(?P<b>[A-Z]?\d{1,4}(?:\.\d{1,4})*[A-Z]?|[A-Z](?:\d{1,2})?)(?![\w/]|[.,]\d)"
_SLASH = re.compile(rf"{_NUMBER} ?/ ?{_BOX}")
_GLUED = re.compile(r"(?P<n>\d{1,4})(?P<l>)(?P<s>)b(?P<b>\d{1,4})(?!\w)")
_APART = re.compile(r"(?P<n>\d{1,4})(?P<l>[A-Z])?(?P<s>) b\.? ?(?P<b>\d{1,4})(?!\w)")
_HOUSES = re.compile(
    rf"(\d{{1,4}})([A-Za-z]?){DASH}(\d{{1,4}})([A-Za-z]?)(?: ?/ ?([1-9]\d{{0,3}}))?(?!\w|[.,/-]\d)"
)
_LETTER = re.compile(r"(\d{1,4})(?: ?([A-Z])|([a-z]))(?![\w'’]|\.\w|-\w)")
_LONGEST_STREET = 130
"""Characters."""
_PRONOUNS = {"nl": "U", "en": "I", "fr": "ÀYA", "de": ""}
_BEFORE_NAME = re.compile(r"([^\W\d_]+)[ .]+(?:[^\W\d_]+[ ])?$")


@cache
def _boxed(lexicon: Lexicon) -> re.Pattern[str]:
    words = "|".join(sorted(lexicon.cue("box") - {"b"}, key=len, reverse=True))
    return re.compile(rf"{_NUMBER},? ?(?i:{words})\.? ?(?P<b>[A-Z]?\d{{1,4}}(?:\.\d{{1,4}})*|[A-Z])(?!\w)")


@cache
def _street_before(lexicon: Lexicon) -> re.Pattern[str]:
    words = "|".join(sorted(lexicon.cue("street_before"), key=len, reverse=True))
    return re.compile(rf"\b(?:{words})\.? [^.,;:!?\d]{{2,40}},? ?$", re.IGNORECASE)


def house_range(place: Position) -> tuple[Token, int] | None:
    """12-14/3 behind a street, which looks like days of a month."""
    found = place.match(_HOUSES)
    return _houses(place) if found and found[5] and behind_street(place) else None


def house(place: Position) -> tuple[Token, int] | None:
    """12 bus 3 and 12b3 anywhere; 12/3, 12a and 12-14 behind a street."""
    line = place.announced_by("not_street")
    found = (None if line else place.match(_boxed(place.lexicon))) or place.match(_GLUED)
    if found is None and (slash := place.match(_SLASH)) and _is_address(place, slash):
        found = slash
    street = found is None and behind_street(place)
    if found := found or (place.match(_APART) if street else None):
        return House(found["n"], found["l"] or found["s"] or "", found["b"]), found.end()
    return (_houses(place) or lettered(place)) if street else None


def _houses(place: Position) -> tuple[Token, int] | None:
    found = place.match(_HOUSES)
    if found is None or not (int(found[3]) > int(found[1]) or found[2] or found[4]):
        return None
    last = House(found[3], found[4], found[5] or "")
    return Range(House(found[1], found[2]), last), found.end()


def lettered(place: Position) -> tuple[Token, int] | None:
    """12 A, also where no street is seen before it."""
    houses = place.match(_HOUSES)
    if houses and houses[2] and houses[4]:
        return _houses(place)
    found = place.match(_LETTER)
    if found is None or (found[2] and found[2] in _PRONOUNS[place.lexicon.code]):
        return None
    return House(found[1], found[2] or found[3]), found.end()


def _is_address(place: Position, slash: re.Match[str]) -> bool:
    """Whether 12/3 is a house and its box, and no date."""
    comma = place.text[: place.at].rstrip().endswith(",")
    if behind_street(place) and not (comma and _is_date(slash)):
        return True
    name = "" if comma else place.name_before
    if not name or name.lower() in place.lexicon.cue("not_street") or place.announced_by("date"):
        return False
    earlier = _BEFORE_NAME.search(place.text[max(0, place.at - 60) : place.at - len(name) - 1] + " ")
    town = earlier is not None and earlier[1].lower() in place.lexicon.cue("place")
    return not (town and _is_date(slash))


def _is_date(slash: re.Match[str]) -> bool:
    return slash["b"].isdigit() and 1 <= int(slash["b"]) <= 12 and 1 <= int(slash["n"]) <= 31


def behind_street(place: Position) -> bool:
    """Whether the name of a street, or a word such as `number`, stands right before."""
    lexicon, word = place.lexicon, place.before
    if word in lexicon.cue("house") or place.pronunciation.street.search(
        place.text, max(0, place.at - _LONGEST_STREET), place.at
    ):
        return True
    last = re.search(r"([^\W\d_][\w'’-]*)\.?,? ?$", place.text[max(0, place.at - 40) : place.at])
    if last is None:
        return False
    if any(word.endswith(end) for end in lexicon.cue("street_after")) and (
        last[1][0].isupper() or word in {"straat", "laan", "weg", "street", "road"}
    ):
        return True
    return _street_before(lexicon).search(place.text, max(0, place.at - 60), place.at) is not None


_POSTCODE = re.compile(r"([1-9]\d{3})(?: ?([A-Z]{2}))?(?= +[A-ZÀ-Þ][a-zà-ÿ'’-])")
_LONG_POSTCODE = re.compile(r"(\d{5})(?= +[A-ZÀ-Þ][a-zà-ÿ'’-])")
_WITH_COUNTRY = re.compile(r"(B|BE|L|D|F|NL|A|CH)-([1-9]\d{3,4})(?= +[A-ZÀ-Þ])")
_TOWNS_OF_2000 = re.compile(r" +(?:Antwerpen|Antwerp|Anvers|Zwijndrecht|Burcht)")


def postcode(place: Position) -> tuple[Token, int] | None:
    """2260 before the name of a town."""
    if long := place.match(_LONG_POSTCODE):
        return (Postcode(long[1]), long.end()) if _in_address(place) else None
    found = place.match(_POSTCODE)
    if found is None:
        return None
    recent = found[1][:2] == "20"
    if recent and place.announced_by("year") and not _TOWNS_OF_2000.match(place.text, found.end()):
        return None
    if place.lexicon.code == "de" and not _in_address(place):
        return None
    return Postcode(found[1], found[2] or ""), found.end()


def _in_address(place: Position) -> bool:
    """Where nouns have capitals, or figures count people, only a place announces a postcode."""
    after = re.match(r" +([\w-]+)", place.text[place.at + 4 :].lstrip("0123456789"))
    town = bool(after) and after is not None and after[1].lower() in place.lexicon.cue("towns")
    behind_house = re.search(r"\d[A-Za-z]?, ?$", place.text[: place.at]) is not None
    return town or behind_house or (place.lexicon.code != "de" and place.announced_by("place"))


def postcode_with_country(place: Position) -> tuple[Token, int] | None:
    found = place.match(_WITH_COUNTRY)
    return (Postcode(found[2], f"<{found[1]}"), found.end()) if found else None


_ROAD = re.compile(
    r"(?:(?P<road>[ENR])[- ]?|(?P<other>[AB]))(?P<number>\d{1,3})(?P<branch>[a-z]?)(?![\w-]|[.,]\d)"
)
_BRITISH = re.compile(r"(?P<road>[AMB])(?P<other>)(?P<number>\d{1,4})(?P<branch>\(M\))?(?![\w-]|[.,]\d)")


def road(place: Position) -> tuple[Token, int] | None:
    found = (place.match(_BRITISH) if place.lexicon.code == "en" else None) or place.match(_ROAD)
    if found is None:
        return None
    branch = (found["branch"] or "").strip("()")
    return Road(found["road"] or found["other"], found["number"], branch), found.end()
