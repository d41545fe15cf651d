"""Which telephone numbers a text names: those it was read as, and figures that people would dial."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from prompts.languages import LANGUAGES
from prompts.normalise.heard import HeardText
from prompts.normalise.lexicon import lexicon_of
from prompts.normalise.scanner import Piece
from prompts.normalise.tokens import Digits, Mixed, Numeral, PhoneNumber, ShortNumber, Sign

_SEPARATORS = re.compile(r"(?!\. )[ ./()-]{0,3}")
_ANNOUNCED = re.compile(
    r"\b(?:bel|tel|app|cal|ruf|tél|dia|gsm|num|nr|phon|contact|whatsapp|info|tip|sms|fax|ring|text|line|lijn|lign)"
    r"[\w'’.:-]*(?:\W+[^\W\d]+){0,3}\W*$",
    re.IGNORECASE,
)
"""A word that is about a telephone, up to three words before."""
_FEWEST = 6
"""Figures that somebody would dial, where nothing but the word before says that they are a number."""
_LONGEST = 60


@dataclass(frozen=True, slots=True)
class Telephone:
    """A telephone number in a text."""

    written: str
    said: str
    digits: str
    """What would be dialled, with the plus in front."""


def telephones(heard: HeardText) -> Iterator[Telephone]:
    """In their order; those that everybody knows by their own name (101, 112, 1207) are none of them."""
    known, run = _known_by_name(), list[Piece]()
    heard_words = [piece for piece in heard.pieces if not isinstance(piece.token, Sign)]
    for piece in [*heard_words, None]:
        if piece is not None and _has_figures(piece) and (not run or _goes_on(heard, run[-1], piece)):
            run.append(piece)
            continue
        if run and (found := _telephone(heard, run)) and found.digits not in known:
            yield found
        run = [piece] if piece is not None and _has_figures(piece) else []


def _has_figures(piece: Piece) -> bool:
    return isinstance(piece.token, PhoneNumber | ShortNumber | Numeral | Digits | Mixed)


def _goes_on(heard: HeardText, before: Piece, piece: Piece) -> bool:
    whole = isinstance(before.token, PhoneNumber | ShortNumber) or isinstance(
        piece.token, PhoneNumber | ShortNumber
    )
    return not whole and _SEPARATORS.fullmatch(heard.line, before.end, piece.start) is not None


def _telephone(heard: HeardText, run: Sequence[Piece]) -> Telephone | None:
    written = heard.line[run[0].start : run[-1].end]
    digits = re.sub(r"[^\d+]", "", written)
    read_as_one = isinstance(run[0].token, PhoneNumber | ShortNumber)
    announced = _ANNOUNCED.search(heard.line[max(0, run[0].start - _LONGEST) : run[0].start])
    if not read_as_one and (len(digits) < _FEWEST or announced is None):
        return None
    return Telephone(written, " ".join(heard.said(piece.token) for piece in run), digits)


@cache
def _known_by_name() -> frozenset[str]:
    lexicons = [lexicon_of(code) for code in LANGUAGES]
    return frozenset().union(*(one.short_numbers.keys() | one.list_of("pairs") for one in lexicons))
