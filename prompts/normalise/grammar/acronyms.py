"""Which capitals are spelled, and which are said as a word: a list, and a rule for what is on none."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from prompts.normalise.lexicon import Lexicon
from prompts.normalise.place import Position

_VOWELS = "AEIOUYÄÖÜÉÈÊËÀÂÎÏÔÛÙ"
_CONSONANTS = re.compile(rf"[^{_VOWELS}]+")


@cache
def _lists() -> Mapping[str, frozenset[str]]:
    text = (files("prompts.normalise") / "tables" / "acronyms.toml").read_text(encoding="utf-8")
    return {name: frozenset(words.split()) for name, words in tomllib.loads(text).items()}


def is_spelled(place: Position, capitals: str) -> bool:
    """Whether nobody says these capitals as a word."""
    lexicon = place.lexicon
    if capitals in lexicon.list_of("said") or capitals in _lists()["said"]:
        return False
    if not any(sign in _VOWELS for sign in capitals):
        return len(capitals) <= 6
    if len(capitals) > 5 or _is_shouted(place, len(capitals)):
        return capitals in lexicon.list_of("spelled") or (
            capitals in _lists()["spelled"] and len(capitals) > 2
        )
    return (
        capitals in lexicon.list_of("spelled")
        or capitals in _lists()["spelled"]
        or not _can_be_said(capitals)
    )


def _can_be_said(capitals: str) -> bool:
    """Whether the consonants at its beginning and at its end are those that words begin and end with."""
    runs = _CONSONANTS.findall(capitals)
    first = runs[0] if runs and capitals.startswith(runs[0]) else ""
    last = runs[-1] if runs and capitals.endswith(runs[-1]) else ""
    inside_too_long = any(len(run) > 4 for run in runs)
    return (
        not inside_too_long
        and (len(first) < 2 or first in _lists()["beginnings"])
        and (len(last) < 2 or last in _lists()["endings"])
    )


def _is_shouted(place: Position, length: int) -> bool:
    """Whether a word beside it is in capitals too, and is no acronym itself."""
    before = re.search(r"([^\W\d_]{2,})[^\w]{1,3}$", place.text[max(0, place.at - 30) : place.at])
    after = re.match(r"[^\w]{1,3}([^\W\d_]{2,})", place.text[place.at + length : place.at + length + 30])
    return any(
        found is not None and found[1].isupper() and _is_plain_word(found[1], place.lexicon)
        for found in (before, after)
    )


@cache
def _is_plain_word(capitals: str, lexicon: Lexicon) -> bool:
    return (
        capitals not in _lists()["spelled"]
        and capitals not in lexicon.list_of("spelled")
        and any(sign in _VOWELS for sign in capitals)
        and (len(capitals) > 5 or _can_be_said(capitals))
    )
