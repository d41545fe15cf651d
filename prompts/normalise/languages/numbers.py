"""Figures and letters in words, which all that is said is made of."""

from functools import lru_cache

from prompts.normalise.lexicon import Lexicon
from prompts.normalise.tokens import Figure

_LONGEST_NUMBER = 4
"""Figures beside letters, above which they are told one by one."""
_VOWELS = frozenset("AEIOUYaeiouy")


@lru_cache(maxsize=4096)
def _in_words(value: int, language: str, form: str) -> str:
    from num2words import num2words  # noqa: PLC0415 - it brings the words of fifty languages

    return str(num2words(value, lang=language, to=form))


class Numbers:
    """The numbers and the alphabet of one language."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self.words = lexicon.words

    def cardinal(self, figures: int | str) -> str:
        """A whole number; zeros before it are said one by one."""
        written = str(figures)
        value = written.lstrip("0")
        zeros = [self.zero] * (len(written) - len(value) - (not value))
        return " ".join([*zeros, self.in_words(int(value or 0))])

    def in_words(self, value: int) -> str:
        return _in_words(value, self.lexicon.numbers, "cardinal")

    def ordinal_words(self, value: int) -> str:
        return _in_words(value, self.lexicon.numbers, "ordinal")

    def year_words(self, value: int) -> str:
        return _in_words(value, self.lexicon.numbers, "year")

    @property
    def zero(self) -> str:
        return self.in_words(0)

    def digits(self, figures: str) -> str:
        """One by one."""
        return " ".join(self.in_words(int(figure)) for figure in figures)

    def pair(self, figures: str) -> str:
        """Two figures, or one, as one number; a zero before it is heard."""
        return self.digits(figures) if figures.startswith("0") else self.in_words(int(figures))

    def spelled(self, letters: str) -> str:
        return " ".join(self.lexicon.letters.get(letter, letter) for letter in letters.upper())

    def run(self, run: str) -> str:
        """Letters or figures of a mixed word: spelled when they are short, or nobody could say them."""
        if run.isdecimal():
            return self.cardinal(run) if len(run) <= _LONGEST_NUMBER else self.digits(run)
        short = len(run) <= (3 if run.isupper() else 2)
        return self.spelled(run) if short or not _VOWELS & set(run) else run

    def part(self, part: str) -> str:
        """Of an address: figures one by one."""
        return self.digits(part) if part.isdecimal() else part

    def signed(self, figure: Figure, whole: str) -> str:
        """With its minus and its decimals."""
        sign = {"-": f"{self.words['minus']} ", "+": f"{self.words['plus']} "}.get(figure.sign, "")
        if not figure.decimals:
            return sign + whole
        return f"{sign}{whole} {self.words['comma']} {self.decimals(figure.decimals)}"

    def decimals(self, figures: str) -> str:
        return self.pair(figures) if len(figures) <= 2 else self.digits(figures)
