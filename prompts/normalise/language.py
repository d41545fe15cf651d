"""What the rules of reading aloud need to know of one language, and its numbers and letters as words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from babel.dates import get_month_names
from num2words import num2words


@dataclass(frozen=True)
class Language:
    """Tables and habits of one language; patterns are regular expressions, matched as whole words."""

    locale: str
    """For Babel."""
    numbers: str
    """For num2words."""
    letters: Mapping[str, str]
    """Names of the letters that an engine would read wrong; the others are left as capitals."""
    abbreviations: Sequence[tuple[str, str]]
    """In the order in which they are tried."""
    units: Sequence[tuple[str, str]]
    """What may follow a number."""
    acronyms: frozenset[str]
    """Capitals to be spelled although they have a vowel."""
    plate_cues: str
    """What announces a number plate, so that any form of it is spelled."""
    streets: str
    """How street names end or begin, so that `12/3` behind one is a house number."""
    box: str
    """What stands before the number of a letter box."""
    ordinal_ending: str
    """What makes an ordinal of a number."""
    to: str
    comma: str
    thousands: str
    plus: str
    at: str
    dot: str
    one: str
    """Before a noun."""
    metre: str
    about: str
    conjunction: str
    clock: Callable[[int, int], str]
    """Hour and minute; figures in it become words afterwards, as in the next two."""
    date: Callable[[int, str], str]
    """Day and name of the month."""
    year: Callable[[int], str]

    def number(self, value: int | str) -> str:
        return str(num2words(int(value), lang=self.numbers))

    def ordinal(self, value: int | str) -> str:
        return str(num2words(int(value), lang=self.numbers, to="ordinal"))

    def digits(self, figures: str) -> str:
        """One by one."""
        return " ".join(self.number(figure) for figure in figures)

    def pair(self, figures: str) -> str:
        """As one number, with its leading zeros."""
        rest = figures.lstrip("0")
        zeros = [self.number(0)] * (len(figures) - len(rest))
        return " ".join([*zeros, self.number(rest)] if rest else zeros)

    def spelled(self, text: str) -> str:
        """Letter by letter, with a breath between them."""
        return ", ".join(self.letters.get(letter, letter) for letter in text.upper())

    @property
    def months(self) -> Mapping[int, str]:
        return {number: str(name) for number, name in get_month_names("wide", locale=self.locale).items()}
