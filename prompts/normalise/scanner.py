"""Reads a text once, from its first sign to its last, into tokens.

What begins at a place is tried in one order, the narrower first; whatever was read is never looked at again.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from prompts.normalise.figures import BEGINS_SIGNED
from prompts.normalise.grammar import (
    addresses,
    dates,
    internet,
    measures,
    parts,
    phones,
    plates,
    quantities,
    times,
    words,
)
from prompts.normalise.lexicon import Lexicon
from prompts.normalise.names import SpokenNames
from prompts.normalise.place import Position
from prompts.normalise.tokens import Amount, Digits, Multiple, Range, ReadAs, Sign, Token, Word

Grammar = Callable[[Position], tuple[Token, int] | None]

LETTERS: Sequence[Grammar] = (
    internet.address,
    dates.weekday,
    plates.plate,
    phones.account,
    addresses.postcode_with_country,
    addresses.road,
    dates.month_first,
    dates.month_of_year,
    measures.money,
    words.word,
)
FIGURES: Sequence[Grammar] = (
    internet.address,
    dates.whole_date,
    times.clock_range,
    addresses.house_range,
    dates.date_range,
    plates.plate,
    phones.serial,
    phones.phone,
    addresses.house,
    dates.named_date,
    dates.dotted_date,
    measures.money,
    quantities.height,
    times.clock,
    times.duration_or_hour,
    parts.fraction,
    dates.slash_date,
    quantities.decade,
    measures.measure,
    measures.multiple,
    quantities.ordinal,
    addresses.postcode,
    phones.short_number,
    dates.year,
    quantities.number,
    addresses.lettered,
    words.mixed,
)
SIGNED: Sequence[Grammar] = (
    plates.plate,
    phones.phone,
    dates.year,
    measures.money,
    measures.measure,
    quantities.number,
)
"""A minus, a plus, a currency, an apostrophe, or a sign for what nobody saw, before figures."""

_SIGNED = re.compile(rf"{BEGINS_SIGNED}|[€£$](?= ?[-–−+]? ?\d)|['(?*.…_](?=\S*[\dA-Z])")
_ABOUT = re.compile(r"(?:\+/-|±|~|≈|\+-)(?= ?[\d€£$])")
_CLIPPED = re.compile(r"'(?:[sStTnNkKmMrR]|em|ne)(?!\w)")
"""A word without its beginning: 's nachts, 't is."""
_SMALL_LETTERS = re.compile(r"[a-zà-öø-ÿ]+(?=[ ,;!?]|:(?!/)|\.?(?:\s|$))")
_PER = re.compile(r" ?/ ?([^\W\d_]{1,8}\d?)(?!\w)(\.?)")
_OPTIONAL_ENDING = re.compile(r"\((?:s|n|en|e|nen|in|ne|innen|es|x|ren)\)(?!\w)")
_SUSPENDED = re.compile(r"[-–] (?:en|of|et|ou|und|oder|bis|and|or|t/m|tot) ")
"""A hyphen that waits for the rest of its word: voor- en achterdeur."""
_COMPARED = re.compile(r"(?:>=|<=|[<>≤≥]) ?(?=[-–−+]?\d|[€£$])")
_COMPARISONS = {
    ">": "more_than",
    "<": "less_than",
    "≥": "at_least",
    ">=": "at_least",
    "≤": "at_most",
    "<=": "at_most",
}
_DIGITS = re.compile(r"\d+")
_SENTENCE_SIGNS = frozenset(".,;:?!")
_PAUSES = frozenset('()[]/"“”„«»…|\\')
_BEFORE_MINUS = frozenset(" (:=,€£$")
_APOSTROPHES = frozenset("'’")
_DASHES = frozenset("-–—−")


@dataclass(frozen=True, slots=True)
class Piece:
    """A token, and what joins it to the one before: a space, nothing, a hyphen or an apostrophe."""

    token: Token
    joint: str
    start: int
    end: int
    """Where it stands in what was scanned."""


def scan(text: str, lexicon: Lexicon, pronunciation: SpokenNames) -> list[Piece]:
    """The text as tokens, in its order. It must be one line, in composed Unicode."""
    pieces: list[Piece] = []
    tokens: list[Token] = []
    at, joint = 0, " "
    while at < len(text):
        place = Position(text, at, lexicon, pronunciation, tokens)
        found = _token(place)
        if found is None:
            joint = _joint(text, at)
            at += 1
            continue
        token, end = found
        pieces.append(Piece(token, joint, at, end))
        tokens.append(token)
        at, joint = end, ""
    return pieces


def _token(place: Position) -> tuple[Token, int] | None:
    """What begins here; None where nothing is heard."""
    sign = place.text[place.at]
    behind_word = place.at > 0 and place.text[place.at - 1].isalnum()
    if sign.isspace():
        return None
    if found := _optional_ending(place) if behind_word else words.listed(place):
        return found
    if sign.isalpha():
        return _plain_word(place) or _first(LETTERS, place)
    if sign.isdecimal():
        return _first(FIGURES, place) or _digits(place)
    if not behind_word and (found := _signed(place)):
        return found
    return _per(place) or _sign(place, behind_word=behind_word)


def _optional_ending(place: Position) -> tuple[Token, int] | None:
    """Not heard: dader(s)."""
    found = place.match(_OPTIONAL_ENDING)
    return (ReadAs(""), found.end()) if found else None


def _plain_word(place: Position) -> tuple[Token, int] | None:
    """What most of a text is: small letters that are short for nothing."""
    found = place.match(_SMALL_LETTERS)
    if found is None:
        return None
    word, lexicon = found[0], place.lexicon
    if word in lexicon.forms or word in lexicon.weekdays or word in lexicon.months:
        return None
    if word.endswith(lexicon.shortened):
        return None
    return Word(word), found.end()


def _first(order: Sequence[Grammar], place: Position) -> tuple[Token, int] | None:
    return next((found for grammar in order if (found := grammar(place)) is not None), None)


def _signed(place: Position) -> tuple[Token, int] | None:
    if about := place.match(_ABOUT):
        return ReadAs(place.lexicon.words["about"]), about.end()
    if compared := place.match(_COMPARED):
        return ReadAs(place.lexicon.words[_COMPARISONS[compared[0].strip()]]), compared.end()
    if place.text[place.at] in _DASHES and place.at and place.text[place.at - 1] not in _BEFORE_MINUS:
        return None
    if not place.match(_SIGNED):
        return None
    return _first(SIGNED, place) or _sign_alone(place)


def _sign_alone(place: Position) -> tuple[Token, int] | None:
    """A minus before figures that are no number: it is heard all the same."""
    if place.text[place.at] not in _DASHES:
        return None
    return ReadAs(place.lexicon.words["minus"]), place.at + 1


def _digits(place: Position) -> tuple[Token, int] | None:
    found = place.match(_DIGITS)
    assert found is not None
    before = place.text[place.at - 2 : place.at] if place.at > 1 else ""
    return Digits(found[0], before[1:] if before[:1].isdecimal() else ""), found.end()


def _per(place: Position) -> tuple[Token, int] | None:
    """Behind an amount: 5 euro/kg, 1x/dag."""
    found = place.match(_PER)
    if found is None or not place.tokens or not isinstance(place.tokens[-1], Amount | Multiple | Range):
        return None
    unit, units = found[1], place.lexicon.units
    forms = units.get(unit) or units.get(f"{unit}.")
    single = (forms or unit).split("|")[1:2] or [(forms or unit).split("|")[0]]
    end = found.end() - (bool(found[2]) and place.ends_sentence(found.end()))
    return ReadAs(f"{place.lexicon.words['per']} {single[0]}"), end


def _sign(place: Position, *, behind_word: bool) -> tuple[Token, int] | None:
    text, at = place.text, place.at
    if not behind_word and (clipped := place.match(_CLIPPED)):
        return Word(clipped[0]), clipped.end()
    if text[at] == "#" and (tag := internet.hashtag(place)):
        return tag
    if words := _sign_in_words(place):
        return ReadAs(words), at + 1
    sign, after = text[at], text[at + 1 : at + 2]
    if sign in ".," and behind_word and after.isalnum() and text[at - 1].isdecimal():
        return None  # between figures that are nothing we know: told with the next of them
    if sign in _SENTENCE_SIGNS:
        return Sign(sign), at + 1
    waits = behind_word and place.match(_SUSPENDED)
    pauses = sign in _PAUSES or (sign in _DASHES and not waits and not _joins(text, at))
    return (Sign(","), at + 1) if pauses else None


def _sign_in_words(place: Position) -> str:
    """What a sign that stands for a word is called; a plus is one only behind something."""
    sign, lexicon = place.text[place.at], place.lexicon
    named = {"&": "and", "@": "at", "+": "plus" if place.tokens else "", "#": "number"}.get(sign)
    before, after = place.text[place.at - 1 : place.at], place.text[place.at + 1 : place.at + 2]
    if sign == "#" and not after.isdecimal():
        return ""
    if sign == "." and after.isdecimal() and before.isspace():
        return lexicon.words["dot"]
    if named:
        return lexicon.words[named]
    if sign in lexicon.currency_words:
        return lexicon.currencies[lexicon.currency_words[sign]].split("|")[0]
    return lexicon.units.get(sign, "").split("|")[0] if sign in "%‰" else ""


def _joint(text: str, at: int) -> str:
    """What the sign here, which is not heard, makes of the joint to the next token."""
    sign = text[at]
    if sign in _APOSTROPHES and _joins(text, at) and text[at - 1].isalnum():
        return "'"
    return "-" if sign in _DASHES and _joins(text, at) else " "


def _joins(text: str, at: int) -> bool:
    """Whether the sign here stands close between what it joins."""
    return 0 < at < len(text) - 1 and not text[at - 1].isspace() and text[at + 1].isalnum()
