"""Turns what people write into words that any engine reads as people say them."""

import re
import unicodedata

from prompts.normalise.dutch import DUTCH
from prompts.normalise.english import ENGLISH
from prompts.normalise.french import FRENCH
from prompts.normalise.german import GERMAN
from prompts.normalise.rules import rules_for

_RULES = {
    code: tuple(rules_for(language))
    for code, language in {"nl": DUTCH, "fr": FRENCH, "de": GERMAN, "en": ENGLISH}.items()
}
_SPOKEN_SIGNS = frozenset("€%°²±&+@/–-'’.,;:?!()\"")


def normalise(text: str, language: str) -> str:
    """The text in plain words: number plates, telephone numbers, times, dates, addresses, roads, ...

    Whatever is no letter, figure or punctuation is left out, so nothing in it can steer an engine.
    Raises KeyError for another language than nl, fr, de and en.
    """
    words = _readable(text)
    for pattern, spoken in _RULES[language]:
        words = pattern.sub(spoken, words)
    return _tidy(words)


def _readable(text: str) -> str:
    """One line of letters, figures and punctuation; a line that goes on without a full stop gets one."""
    text = unicodedata.normalize("NFKC", re.sub("²", "2", text)).replace("\u2019", "'")
    lines = [line for line in (line.strip(" \t-*•·>#") for line in text.splitlines()) if line]
    ended = [line if line[-1] in ".,;:?!" else f"{line}." for line in lines[:-1]]
    joined = " ".join([*ended, *lines[-1:]])
    kept = (
        sign if sign.isalnum() or sign in _SPOKEN_SIGNS or unicodedata.combining(sign) else " "
        for sign in joined
    )
    return re.sub(r"\s+", " ", "".join(kept)).strip()


def _tidy(words: str) -> str:
    words = re.sub(r"[()/\"]|\s[–-]+\s", ", ", words)
    words = re.sub(r"\s*([,.;:?!])(?:\s*[,.;:?!])+", _strongest, words)
    return re.sub(r"\s+([,.;:?!])", r"\1", re.sub(r"\s+", " ", words)).strip(" ,;–-")


def _strongest(signs: re.Match[str]) -> str:
    """Of several signs in a row the first that ends a sentence, or else the first."""
    return next((sign for sign in signs[0] if sign in ".?!"), signs[1])
