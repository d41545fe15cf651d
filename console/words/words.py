"""What the pages say in one language: sentences, moments and numbers as people read them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_datetime, format_time
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations

from prompts.languages import DEFAULT_LANGUAGE, LANGUAGES

CATALOGUE = Path(__file__).parent / "catalogue"
SOURCE = "en"
"""In which sentences stand in the code; the catalogues translate them."""
NAMES: Mapping[str, str] = {"nl": "Nederlands", "fr": "Français", "de": "Deutsch", "en": "English"}
"""Each language by its own name."""


@dataclass(frozen=True)
class Words:
    """One language of the screen."""

    language: str
    translations: NullTranslations

    def say(self, sentence: str, **facts: object) -> str:
        """A sentence with its facts in it."""
        said = str(self.translations.ugettext(sentence))
        return said.format(**facts) if facts else said

    def count(self, one: str, several: str, number: int, **facts: object) -> str:
        """The sentence for so many, which it names as `{n}`."""
        said = str(self.translations.ungettext(one, several, number))
        return said.format(n=self.number(number), **facts)

    def number(self, number: float) -> str:
        return str(format_decimal(number, locale=self.language))

    def clock_time(self, at: datetime, clock: ZoneInfo) -> str:
        """`03:04:05`."""
        return format_time(at.astimezone(clock), "HH:mm:ss", locale=self.language)

    def moment(self, at: datetime, clock: ZoneInfo) -> str:
        """The day and the time."""
        return format_datetime(at.astimezone(clock), "d MMM HH:mm", locale=self.language)

    def age(self, seconds: float) -> str:
        """How long ago, or how long it lasts: `40 s`, `3 min`, `2 u`."""
        whole = max(0, int(seconds))
        if whole < 120:
            return self.say("{n} s", n=whole)
        if whole < 7200:
            return self.say("{n} min", n=whole // 60)
        return self.say("{n} h", n=whole // 3600)


@cache
def words_for(language: str) -> Words:
    """Those of one of `LANGUAGES`; Dutch for any other."""
    chosen = language if language in LANGUAGES else DEFAULT_LANGUAGE
    return Words(chosen, NullTranslations() if chosen == SOURCE else _read(chosen))


def _read(language: str) -> Translations:
    with (CATALOGUE / f"{language}.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    compiled = BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Translations(compiled)


def best_of(accepted: str) -> str:
    """The first of our languages that a browser asks for; Dutch when it asks for none."""
    for one in accepted.split(","):
        language = one.split(";")[0].strip().split("-")[0].lower()
        if language in LANGUAGES:
            return language
    return DEFAULT_LANGUAGE
