"""No figure of a text is ever lost: drawn texts, in which every figure and every sign of one is heard.

A figure is heard when another in its place is heard as something else. So each figure of a text is changed,
each minus and each currency taken away, and what is said must change too.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from prompts.normalise import normalise
from prompts.normalise.lexicon import lexicon_of
from tests.texts.table import LANGUAGES

WORDS = {
    "nl": "politie straat gezien man wagen om op tot van rond bel de het Kerkstraat Dorp nummer plaat euro",
    "fr": "police rue homme vers le de jusqu'à appelez plaque la place numéro Moulin voiture euros à",
    "de": "Polizei Straße Mann gegen am bis von rufen Kennzeichen der im Nummer Hauptstraße Euro um",
    "en": "police street man at on until from call plate the in number Mill Road pounds about",
}
SHAPES: Sequence[str] = Path(__file__).with_name("shapes.txt").read_text(encoding="utf-8").splitlines()
"""How figures are written; each `#` is one, and `·` is a hash sign."""
CURRENCIES = "€£$"
_FIGURE = re.compile(r"\d")
_MINUS = re.compile(r"(?:(?<=\s)|^)[-−](?=\d)|(?<=[€£$])-(?=\d)|(?<=\s)-(?=[€£$])")


_BESIDE_FIGURES = re.compile(r"[^\W\d_]+(?=\d)|(?<=\d)[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Lost:
    language: str
    text: str
    other: str
    said: str

    def __str__(self) -> str:
        return f"{self.language}: {self.text!r} and {self.other!r} are both said {self.said!r}"


def drawn_texts(count: int, seed: int = 1) -> Iterator[tuple[str, str]]:
    """Texts with figures in every shape that we know, among words, each with its language."""
    draw = Random(seed)
    for _ in range(count):
        language = draw.choice(LANGUAGES)
        words = WORDS[language].split()
        parts: list[str] = []
        for _ in range(draw.randint(1, 3)):
            parts += draw.choices(words, k=draw.randint(0, 3))
            shape = draw.choice(SHAPES)
            parts.append(
                re.sub("#", lambda _: str(draw.randint(0, 9)), shape).replace("·", "#")
                + draw.choice(["", "", ".", ",", ":"])
            )
        yield (
            language,
            " ".join([*parts, *draw.choices(words, k=draw.randint(0, 2))]) + draw.choice(["", "."]),
        )


def glued_letters(language: str, text: str) -> Iterator[str]:
    """Words of what is said in which letters of this text stick to the word for a figure."""
    numbers = {normalise(str(number), language) for number in range(21)}
    # Endings make a word of their own of a number: tweede, twenties, une.
    endings = lexicon_of(language).list_of("ordinal") | {"e", "er", "s"}
    letters = {run.lower() for run in _BESIDE_FIGURES.findall(text)} - endings
    for word in re.findall(r"\w+", normalise(text, language).lower()):
        for run in letters:
            if word.removeprefix(run) in numbers - {word} or word.removesuffix(run) in numbers - {word}:
                yield word


def lost_figures(language: str, text: str, draw: Random) -> Iterator[Lost]:
    """What is not heard of this text."""
    said = normalise(text, language)
    if found := _FIGURE.search(said):
        yield Lost(language, text, found[0], said)
    for other in _others(text, draw):
        if normalise(other, language) == said:
            yield Lost(language, text, other, said)


def _others(text: str, draw: Random) -> Iterator[str]:
    for figure in _FIGURE.finditer(text):
        other = draw.choice([digit for digit in "0123456789" if digit != figure[0]])
        yield text[: figure.start()] + other + text[figure.end() :]
    for minus in _MINUS.finditer(text):
        yield text[: minus.start()] + text[minus.end() :]
    for at, sign in enumerate(text):
        if sign in CURRENCIES:
            yield text[:at] + text[at + 1 :]
