"""What is known of a person, checked: the one place that says what names and addresses are kept."""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, Self

from directory.errors import MemberRefused
from prompts.languages import DEFAULT_LANGUAGE, LANGUAGES

LONGEST_NAME: Final = 120
LONGEST_STREET: Final = 120
LONGEST_HOUSE_NUMBER: Final = 20
MOST_NUMBERS: Final = 10
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
"""Categories of Unicode: controls, marks that turn what is read around, halves, and what is no character."""
_BLANK: Final = frozenset("\u115f\u1160\u2800\u3164\uffa0")
"""Letters and signs that show nothing."""


@dataclass(frozen=True, slots=True)
class Details:
    """A person as the directory keeps one; `numbers` are E.164, best first."""

    name: str
    language: str
    street: str
    house_number: str
    numbers: tuple[str, ...]

    @classmethod
    def checked(
        cls, *, name: str, language: str, street: str, house_number: str, numbers: Sequence[str]
    ) -> Self:
        """From what people typed. Raises MemberRefused or NumberRefused for the first thing wrong."""
        from directory.numbers import normalise_number  # noqa: PLC0415 - it brings the numbers of the world

        return cls(
            name=FIELDS["name"](name),
            language=FIELDS["language"](language),
            street=FIELDS["street"](street),
            house_number=FIELDS["house_number"](house_number),
            numbers=distinct([normalise_number(number) for number in numbers]),
        )


def checked_name(typed: str, longest: int = LONGEST_NAME) -> str:
    """A name as it is kept: composed, single spaces. Raises MemberRefused."""
    name = checked_text(typed, "name", longest)
    if not any(character.isalpha() for character in name):
        raise MemberRefused("The name has no letters; give the person's name.")
    return name


def checked_language(typed: str) -> str:
    """One of `LANGUAGES`; nothing means Dutch. Raises MemberRefused."""
    language = typed.strip().casefold() or DEFAULT_LANGUAGE
    if language not in LANGUAGES:
        raise MemberRefused(f"The language is one of {', '.join(LANGUAGES)}; leave it empty for nl.")
    return language


def checked_text(typed: str, what: str, longest: int) -> str:
    """A line of text that is safe to show, speak and open in a spreadsheet. Raises MemberRefused."""
    if any(unicodedata.category(character) in _UNSEEN or character in _BLANK for character in typed):
        raise MemberRefused(f"The {what} has an invisible or control character; type it again.")
    text = " ".join(unicodedata.normalize("NFC", typed).split())
    if len(text) > longest:
        raise MemberRefused(f"The {what} is longer than {longest} characters; shorten it.")
    # A spreadsheet would run such a cell as a formula when the list is exported and opened.
    if unicodedata.normalize("NFKC", text)[:1] in {"=", "+", "-", "@"}:
        raise MemberRefused(f"The {what} begins like a spreadsheet formula; remove the first character.")
    return text


def distinct(numbers: Sequence[str]) -> tuple[str, ...]:
    """These E.164 numbers, when there is one, not too many and none twice. Raises MemberRefused."""
    if not numbers:
        raise MemberRefused("A member needs at least one number to be called at.")
    if len(numbers) > MOST_NUMBERS:
        raise MemberRefused(f"A person has at most {MOST_NUMBERS} numbers; keep the best.")
    if len(set(numbers)) < len(numbers):
        raise MemberRefused("The same number is given twice for this person; remove one.")
    return tuple(numbers)


FIELDS: Final[Mapping[str, Callable[[str], str]]] = {
    "name": checked_name,
    "language": checked_language,
    "street": partial(checked_text, what="street", longest=LONGEST_STREET),
    "house_number": partial(checked_text, what="house number", longest=LONGEST_HOUSE_NUMBER),
}
"""What is kept of each field that people type; each raises MemberRefused."""
