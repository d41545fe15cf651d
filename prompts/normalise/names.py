"""What a network knows better than any rule: how its names are said, and the names of its streets."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

_WORD = re.compile(r"[^\W\d_]+(?![\w.])")
_NEVER = re.compile("(?!)")


@dataclass(frozen=True, slots=True)
class Reading:
    """An entry of the pronunciation list."""

    written: str
    said: str
    """Plain words, as the voice of that language says them right."""
    language: str = ""
    """Empty for every language."""


@dataclass(frozen=True)
class Names:
    """The pronunciation list and the streets of a network, in all languages."""

    readings: tuple[Reading, ...] = ()
    """Of two for the same name the later one counts, and one for a language before one for all."""
    streets: frozenset[str] = frozenset()

    def in_language(self, language: str) -> "SpokenNames":
        return _in_language(self, language)


@dataclass(frozen=True)
class SpokenNames:
    """Names as one language reads them aloud; capitals or not, it is the same name."""

    read_as: Mapping[str, str] = field(default_factory=dict)
    streets: frozenset[str] = frozenset()
    """Their words are no abbreviations, acronyms or numerals, and figures behind them are house numbers."""

    @cached_property
    def listed(self) -> re.Pattern[str]:
        """An entry of the list, as a whole word or several."""
        known = _any(self.read_as)
        return re.compile(rf"(?:{known})(?!\w)", re.IGNORECASE) if known else _NEVER

    @cached_property
    def street(self) -> re.Pattern[str]:
        """The name of a street, at the end of what it is searched in."""
        known = _any(self.streets)
        return re.compile(rf"(?<!\w)(?:{known})[\s,]*$", re.IGNORECASE) if known else _NEVER

    @cached_property
    def street_words(self) -> frozenset[str]:
        """As they are written in a street's name; a word of one letter stays what it is."""
        return frozenset(word for street in self.streets for word in _WORD.findall(street) if len(word) > 1)

    def read(self, text: str) -> str:
        """The text with every name of the list as it is said."""
        return re.sub(rf"(?<!\w){self.listed.pattern}", self._said, text, flags=re.IGNORECASE)

    def said(self, written: str) -> str:
        return self._by_spelling[_folded(written)]

    def _said(self, found: re.Match[str]) -> str:
        return self.said(found[0])

    @cached_property
    def _by_spelling(self) -> Mapping[str, str]:
        return {_folded(written): said for written, said in self.read_as.items()}


NO_NAMES = Names()


@lru_cache(maxsize=256)
def _in_language(names: Names, language: str) -> SpokenNames:
    read_as: dict[str, tuple[str, str]] = {}
    for wanted in ("", language):
        for one in names.readings:
            if one.language == wanted:
                read_as[_folded(one.written)] = one.written, one.said
    return SpokenNames(dict(read_as.values()), names.streets)


def _folded(written: str) -> str:
    return " ".join(written.casefold().split())


def _any(names: Iterable[str]) -> str:
    longest_first = sorted((name for name in names if name), key=len, reverse=True)
    return "|".join(r"\s+".join(map(re.escape, name.split())) for name in longest_first)
