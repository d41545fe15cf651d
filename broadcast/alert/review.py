"""What an officer should look at before a neighbourhood hears an alert; none of it forbids the alert."""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from broadcast.alert.own_numbers import OwnNumbers
from broadcast.draft import Draft
from prompts.languages import LANGUAGES
from prompts.normalise import read
from prompts.normalise.heard import HeardText
from prompts.normalise.names import NO_NAMES
from prompts.normalise.reading import left_out
from prompts.normalise.telephones import telephones
from prompts.normalise.tokens import WebAddress

MOST_SENTENCES = 5
_LONGEST = 4_000
"""Characters; a longer text is not looked at, for it is refused when it is to be spoken."""
_LATIN_WITHOUT_BASE = frozenset("ßẞæÆœŒøØłŁđĐðÐþÞ")
"""Letters of European names that are no letter with an accent."""
_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class OtherLetters:
    """Words with letters of another script, perhaps only one that looks like ours: nobody would hear them."""

    language: str
    words: tuple[str, ...]
    scripts: tuple[str, ...]

    def __str__(self) -> str:
        named = ", ".join(f"{word!r}" for word in self.words[:_MOST_NAMED])
        return (
            f"The text in {self.language} has letters that this language does not have "
            f"({', '.join(self.scripts)}), in {named}: type these words again."
        )


@dataclass(frozen=True, slots=True)
class HiddenSigns:
    """Signs that nobody sees, as come along when a text is pasted."""

    language: str
    signs: tuple[str, ...]
    """By their numbers in Unicode: U+200B."""

    def __str__(self) -> str:
        return (
            f"The text in {self.language} has signs that nobody sees ({', '.join(self.signs)}); they are not "
            "spoken, but may have changed what is read here: type these places again."
        )


@dataclass(frozen=True, slots=True)
class UnspokenSigns:
    """Signs that are seen and not heard, as arrows and pictures are."""

    language: str
    signs: tuple[str, ...]

    def __str__(self) -> str:
        return f"Nothing is heard of {' '.join(self.signs)} in the text in {self.language}: say it in words."


@dataclass(frozen=True, slots=True)
class SpokenAddress:
    """An e-mail address, or that of a page: nobody can write it down from a telephone."""

    language: str
    written: str
    said: str

    def __str__(self) -> str:
        return (
            f"The text in {self.language} has the address {self.written}, which is said: {self.said}. "
            "Nobody writes that down from a telephone: leave it out, or say where it is found."
        )


@dataclass(frozen=True, slots=True)
class TelephoneInText:
    """A telephone number that everybody who hears it may ring."""

    language: str
    written: str
    said: str
    is_own: bool
    """It is the zone's own, or known to all."""

    def __str__(self) -> str:
        whose = "one of ours" if self.is_own else "none that is known to be ours"
        return (
            f"The text in {self.language} has the telephone number {self.written}, {whose}. "
            f"It is said: {self.said}."
        )


@dataclass(frozen=True, slots=True)
class ManySentences:
    language: str
    sentences: int

    def __str__(self) -> str:
        return (
            f"The text in {self.language} has {self.sentences} sentences; of more than {MOST_SENTENCES} "
            "people remember the last: say less."
        )


@dataclass(frozen=True, slots=True)
class LongPass:
    language: str
    seconds: float
    limit: float

    def __str__(self) -> str:
        return (
            f"The message lasts {self.seconds:.0f} s in {self.language}; of more than {self.limit:.0f} s "
            "much is forgotten, and an answering machine may cut it: say less."
        )


Remark = (
    OtherLetters | HiddenSigns | UnspokenSigns | SpokenAddress | TelephoneInText | ManySentences | LongPass
)


def review_texts(texts: Mapping[str, str], own: OwnNumbers) -> list[Remark]:
    """What is seen of texts, by language, before they are spoken; what cannot be spoken is passed by."""
    return [
        remark
        for language, text in texts.items()
        if language in LANGUAGES and len(text) <= _LONGEST
        for remark in _of_text(text, language, own)
    ]


def review(draft: Draft, seconds: Mapping[str, float], *, own: OwnNumbers, long_pass: float) -> list[Remark]:
    """All that is to be said of an alert; `seconds` is how long a pass lasts, by the listener's language."""
    long = [
        LongPass(language, length, long_pass) for language, length in seconds.items() if length > long_pass
    ]
    return [*review_texts(draft.texts, own), *long]


def unconfirmed(remarks: Iterable[Remark]) -> list[TelephoneInText]:
    """The telephone numbers that somebody must say are right: a wrong one would be rung by a whole town."""
    return [one for one in remarks if isinstance(one, TelephoneInText) and not one.is_own]


def _of_text(text: str, language: str, own: OwnNumbers) -> Iterator[Remark]:
    heard = read(text, language, NO_NAMES)
    yield from _letters(text, language)
    yield from _hidden(text, language)
    if unspoken := left_out(text):
        yield UnspokenSigns(language, tuple(unspoken))
    yield from _addresses(heard, language)
    for one in telephones(heard):
        yield TelephoneInText(language, one.written, one.said, one.digits in own)
    if heard.sentences > MOST_SENTENCES:
        yield ManySentences(language, heard.sentences)


def _letters(text: str, language: str) -> Iterator[OtherLetters]:
    found: dict[str, str] = {}
    for word in unicodedata.normalize("NFKC", text).split():
        if scripts := [script for letter in word if (script := _other_script(letter))]:
            found.setdefault(word.strip(".,;:?!()\"'"), scripts[0])
    if found:
        yield OtherLetters(language, tuple(found), tuple(dict.fromkeys(found.values())))


def _other_script(letter: str) -> str:
    """The script of a letter that none of our languages has, with a capital; empty for all that is ours."""
    if letter.isascii() or letter in _LATIN_WITHOUT_BASE:
        return ""
    if not (letter.isalpha() or unicodedata.category(letter) == "Mn"):
        return ""
    if unicodedata.normalize("NFD", letter)[0].isascii():
        return ""
    script, _, rest = unicodedata.name(letter, "unknown").partition(" ")
    return "phonetic" if script == "LATIN" and rest else script.capitalize()


def _hidden(text: str, language: str) -> Iterator[HiddenSigns]:
    signs = dict.fromkeys(sign for sign in text if unicodedata.category(sign) in {"Cf", "Co", "Cn"})
    if signs:
        yield HiddenSigns(language, tuple(f"U+{ord(sign):04X}" for sign in signs))


def _addresses(heard: HeardText, language: str) -> Iterator[SpokenAddress]:
    for piece in heard.pieces:
        if isinstance(piece.token, WebAddress):
            yield SpokenAddress(language, heard.written(piece), heard.said(piece.token))
