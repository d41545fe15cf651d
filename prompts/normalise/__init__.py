"""Turns what people write into words that any engine reads as people say them.

A scanner reads the text once into typed tokens; then the text's language says each of them. Nothing that was
put into words is read again.
"""

from collections.abc import Callable, Mapping
from functools import cache

from prompts.normalise.heard import HeardText
from prompts.normalise.languages.dutch import Dutch
from prompts.normalise.languages.english import English
from prompts.normalise.languages.french import French
from prompts.normalise.languages.german import German
from prompts.normalise.languages.language import Language
from prompts.normalise.lexicon import Lexicon, lexicon_of
from prompts.normalise.names import NO_NAMES, Names
from prompts.normalise.reading import readable
from prompts.normalise.scanner import scan

__all__ = ["normalise", "read"]

_LANGUAGES: Mapping[str, Callable[[Lexicon], Language]] = {
    "nl": Dutch,
    "fr": French,
    "de": German,
    "en": English,
}


def normalise(text: str, language: str, names: Names = NO_NAMES) -> str:
    """The text in plain words: number plates, telephone numbers, times, dates, addresses, roads, ...

    `names` are said as the pronunciation list has them, and streets are known as such.
    Whatever is no letter, figure or punctuation is left out, so nothing in it can steer an engine.
    Raises KeyError for another language than nl, fr, de and en.
    """
    return read(text, language, names).words


def read(text: str, language: str, names: Names = NO_NAMES) -> HeardText:
    """As `normalise`, with what is written beside what is said."""
    speaker, line = _speaker(language), readable(text)
    return HeardText(line, scan(line, speaker.lexicon, names.in_language(language)), speaker)


@cache
def _speaker(language: str) -> Language:
    return _LANGUAGES[language](lexicon_of(language))
