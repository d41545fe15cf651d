"""The words, abbreviations and habits of one language, read from the files in tables/."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

from prompts.languages import LANGUAGES

_FIRST_LETTERS = re.compile(r"[^\W\d_]+")
_MONTHS_IN_CAPITALS = frozenset({"en", "de"})
"""Where a month has a capital; elsewhere `may` and the like are words."""


@dataclass(frozen=True, slots=True)
class Abbreviation:
    """An abbreviation: what it looks like from its second sign on, when it counts, and what it means."""

    rest: re.Pattern[str]
    written: str
    words: str
    kind: str
    """The section of the lexicon: titles, before_number, ..."""


class Lexicon:
    """One language; `cues`, `words`, `units`, ... are the sections of its file."""

    def __init__(self, code: str, sections: Mapping[str, Any]) -> None:
        self.code = code
        self.locale: str = sections["locale"]
        self.numbers: str = sections["numbers"]
        """For num2words."""
        self.decimal: str = sections["decimal"]
        self.grouped_by_spaces: bool = sections["grouped_by_spaces"]
        self.words: Mapping[str, str] = sections["words"]
        self.units: Mapping[str, str] = sections["units"]
        self.currencies: Mapping[str, str] = sections["currencies"]
        self.currency_words: Mapping[str, str] = sections["currency_words"]
        self.scales: Mapping[str, str] = sections["scales"]
        self.minor: Mapping[str, str] = sections["minor"]
        self.letters: Mapping[str, str] = sections["letters"]
        self.short_numbers: Mapping[str, str] = sections["short_numbers"]
        self._cues = {name: frozenset(words.lower().split()) for name, words in sections["cues"].items()}
        self._lists = {name: frozenset(words.split()) for name, words in sections["lists"].items()}
        self.forms = _forms(sections)
        self.endings: Mapping[str, str] = sections["endings"]
        self.endings_before_number: Mapping[str, str] = sections["endings_before_number"]

    @cached_property
    def shortened(self) -> tuple[str, ...]:
        """How words end that are cut short: Kerkstr."""
        return (*self.endings, *self.endings_before_number)

    def cue(self, name: str) -> frozenset[str]:
        """Words that announce something, in lower case."""
        return self._cues.get(name, frozenset())

    def list_of(self, name: str) -> frozenset[str]:
        return self._lists.get(name, frozenset())

    @cached_property
    def unit(self) -> re.Pattern[str]:
        """A unit behind its number, glued to it or not."""
        return _after_number(self.units, self.list_of("glued_units"))

    @cached_property
    def currency_after(self) -> re.Pattern[str]:
        return _after_number(self.currency_words, self.list_of("glued_units"), no_more=r"['’](?!s\b)\w")

    @cached_property
    def currency_before(self) -> re.Pattern[str]:
        return re.compile(
            _any(word for word in self.currency_words if not word.islower() or not word.isalpha())
        )

    @cached_property
    def scale(self) -> re.Pattern[str]:
        return _after_number(self.scales, frozenset({"m", "k", "mn", "bn"}))

    @cached_property
    def months(self) -> Mapping[str, int]:
        """Names and short forms, in lower case and without a dot."""
        from babel.dates import get_month_names  # noqa: PLC0415 - it costs a tenth of a second

        found: dict[str, int] = {}
        for width in ("wide", "abbreviated"):
            for number, name in get_month_names(width, locale=self.locale).items():
                found[name.lower().rstrip(".")] = number
        for length in (4, 3):
            for number, name in get_month_names("wide", locale=self.locale).items():
                start = name.lower()[:length]
                if sum(other.startswith(start) for other in self.month_names.values()) == 1:
                    found.setdefault(start, number)
        return found

    @cached_property
    def month_names(self) -> Mapping[int, str]:
        from babel.dates import get_month_names  # noqa: PLC0415 - as above

        return {
            number: name.lower() for number, name in get_month_names("wide", locale=self.locale).items()
        } | ({0: ""})

    @cached_property
    def month(self) -> re.Pattern[str]:
        """A month by its name, in a group `name`; its dot is part of it where it is short."""
        names = sorted(self.months, key=len, reverse=True)
        if self.code in _MONTHS_IN_CAPITALS:
            names = [name.capitalize() for name in names] + [name.upper() for name in names]
        flags = re.NOFLAG if self.code in _MONTHS_IN_CAPITALS else re.IGNORECASE
        return re.compile(rf"(?P<name>{'|'.join(names)})(?!\w)", flags)

    @cached_property
    def weekdays(self) -> Mapping[str, str]:
        """Short names, in lower case and without a dot, and what they stand for."""
        from babel.dates import get_day_names  # noqa: PLC0415 - as above

        wide = get_day_names("wide", locale=self.locale)
        found: dict[str, str] = {}
        for width in ("abbreviated", "short"):
            for day, name in get_day_names(width, locale=self.locale).items():
                found[name.lower().rstrip(".")] = wide[day]
        if self.code == "nl":
            found |= {"dinsd": wide[1], "woensd": wide[2], "donderd": wide[3], "vrijd": wide[4]}
            found |= {"zaterd": wide[5], "zat": wide[5], "zond": wide[6]}
        if self.code == "en":
            found |= {"tues": wide[1], "thur": wide[3], "thurs": wide[3], "weds": wide[2]}
        return found

    def month_name(self, number: int) -> str:
        """With a capital where the language has one."""
        name = self.month_names[number]
        return name.capitalize() if self.code in _MONTHS_IN_CAPITALS else name


@cache
def lexicon_of(code: str) -> Lexicon:
    """Raises KeyError for another language than nl, fr, de and en."""
    if code not in LANGUAGES:
        raise KeyError(code)
    text = (files("prompts.normalise") / "tables" / f"{code}.toml").read_text(encoding="utf-8")
    return Lexicon(code, tomllib.loads(text))


def _any(words: Any) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


def _after_number(
    words: Mapping[str, str], glued: frozenset[str], *, no_more: str = r"/[^\W\d]|\.[^\W\d]|['’](?!s\b)\w"
) -> re.Pattern[str]:
    """These behind a number: with a space between or not, `glued` ones without; the word is group 1 or 2."""
    apart = _any(word for word in words if word not in glued)
    close = _any(glued & words.keys()) or "(?!)"
    return re.compile(rf"(?: ?({apart})|({close}))(?!\w|{no_more})")


_KINDS = (
    "after_name",
    "after_ordinal",
    "titles",
    "before_number",
    "before_street",
    "abbreviations",
    "closing",
)
"""In the order in which they are tried."""


def _forms(sections: Mapping[str, Any]) -> Mapping[str, tuple[Abbreviation, ...]]:
    """Abbreviations by their first letters, in lower case; longer ones first within a kind."""
    found: dict[str, list[Abbreviation]] = {}
    for kind in _KINDS:
        for written, words in sorted(sections.get(kind, {}).items(), key=_narrowness):
            first = _FIRST_LETTERS.match(written)
            assert first, written
            found.setdefault(first[0].lower(), []).append(Abbreviation(_rest(written), written, words, kind))
    return {first: tuple(forms) for first, forms in found.items()}


def _narrowness(entry: tuple[str, str]) -> tuple[bool, int]:
    """What must be in capitals goes first, then what is longer."""
    written = entry[0]
    return written == written.lower(), -len(written)


def _rest(written: str) -> re.Pattern[str]:
    """A pattern for the whole, in which small letters may be capitals; what is behind `~` only follows."""
    written, _, following = written.partition("~")
    parts: list[str] = []
    left = written[1:]
    parts.append(f"(?i:{written[0]})" if written[0].islower() else written[0])
    while left:
        if left.startswith("(.)"):
            parts.append(r"(?:\.(?!\d))?")
            left = left[3:]
        elif left.startswith(". ") or (left[0] == "." and left[1:2].isalpha()):
            parts.append(r"\. ?")
            left = left[2 if left[1:2] == " " else 1 :]
        elif left[0] == " ":
            parts.append("[ -]?" if written.isupper() else " ?")
            left = left[1:]
        else:
            parts.append(re.escape(left[0]))
            left = left[1:]
    if following:
        return re.compile("".join(parts) + f"(?={following})")
    boundary = r"(?!\w)" if written[-1].isalnum() or written.endswith("(.)") else ""
    any_case = re.NOFLAG if any(sign.isupper() for sign in written) else re.IGNORECASE
    return re.compile("".join(parts) + boundary, any_case)
