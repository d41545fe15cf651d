"""How tokens are said: what all languages have in common, and what each decides for itself."""

import re
from abc import ABC, abstractmethod

from prompts.normalise.languages.places import Places, twos
from prompts.normalise.tokens import (
    Amount,
    BankAccount,
    Clock,
    Counted,
    Date,
    Decade,
    Digits,
    Figure,
    Fraction,
    Hashtag,
    Height,
    House,
    Measure,
    Mixed,
    Multiple,
    Numeral,
    Ordinal,
    OutOf,
    PhoneNumber,
    Plate,
    Postcode,
    Range,
    ReadAs,
    Regnal,
    Road,
    ShortNumber,
    Sign,
    Spelled,
    Token,
    WebAddress,
    Word,
    Year,
)

_HASHTAG_PARTS = re.compile(r"[^\W\d_a-zà-ÿ]?[a-zà-ÿ]+|[^\W\d_a-zà-ÿ]+(?![a-zà-ÿ])|\d+")


class Language(Places, ABC):
    """Says tokens; a subclass says what its language says in a way of its own."""

    def say(self, token: Token) -> str:  # noqa: C901, PLR0911 - one line for each kind there is
        match token:
            case Word(text) | Sign(text) | ReadAs(text):
                return text
            case Spelled(letters):
                return self.spelled(letters)
            case Mixed(runs):
                return " ".join(map(self.run, runs))
            case WebAddress(text):
                return self.address(text)
            case Hashtag(text):
                return " ".join([self.words["hashtag"], *map(self.part, _HASHTAG_PARTS.findall(text))])
            case Plate(groups):
                return ", ".join(map(self.plate_group, groups))
            case BankAccount(country, digits):
                return f"{self.spelled(country)}, {', '.join(map(self.pair, twos(digits)))}"
            case Range(first, last):
                return self.span(first, last)
            case Clock() | Date() | Year() | Decade():
                return self._time(token)
            case PhoneNumber() | ShortNumber() | Road() | House() | Postcode():
                return self.whereabouts(token)
        return self._count(token)

    def _time(self, token: Clock | Date | Year | Decade) -> str:
        match token:
            case Clock():
                return self.clock(token)
            case Date():
                return self.date(token)
            case Year(year):
                return self.year(year)
            case Decade(year):
                return self.decade(year)

    def _count(self, token: Counted) -> str:  # noqa: C901, PLR0911 - as above
        match token:
            case Numeral():
                return self.number(token)
            case Amount():
                return self.amount(token)
            case Measure():
                return self.measure(token)
            case Height():
                return self.height(token)
            case Ordinal():
                return self.ordinal(token)
            case Regnal(number):
                return self.regnal(number)
            case Fraction():
                return self.fraction(token) + self.of_unit(token)
            case Multiple():
                return self.multiple(token)
            case OutOf():
                return self.out_of(token)
            case Digits():
                return self.bare_digits(token)

    def bare_digits(self, token: Digits) -> str:
        if "." in token.figures:
            return f" {self.words['dot']} ".join(map(self.cardinal, token.figures.split(".")))
        said = self.cardinal(token.figures) if len(token.figures) <= 4 else self.digits(token.figures)
        between = {".": f"{self.words['dot']} ", ",": f"{self.words['comma']} "}
        return between.get(token.after, "") + said

    # What is counted and measured

    def number(self, token: Numeral) -> str:
        return self.signed(token.figure, self.cardinal(token.figure.whole))

    def one(self, feminine: bool) -> str:  # noqa: ARG002 - some languages have two forms
        """Before a unit or a currency."""
        return self.in_words(1)

    def counted(self, figure: Figure, forms: str, *, after: str = "") -> str:
        """A number and what it counts, by forms of the lexicon: `plural|singular|f`."""
        plural, singular, gender = (*forms.split("|"), "", "")[:3]
        alone = self.is_singular(figure)
        feminine = gender == "f" and not figure.decimals
        whole = self.one(feminine) if figure.is_one else self.before_noun(figure.whole, feminine)
        return f"{self.signed(figure, whole)}{after} {singular if alone and singular else plural}"

    def is_singular(self, figure: Figure) -> bool:
        return figure.is_one

    def before_noun(self, whole: str, feminine: bool) -> str:  # noqa: ARG002 - as above
        return self.cardinal(whole)

    def measure(self, token: Measure) -> str:
        return self.counted(token.figure, self.lexicon.units[token.unit])

    def amount(self, token: Amount) -> str:
        figure, forms = token.figure, self.lexicon.currencies[token.currency]
        if token.scale:
            return self.scaled(figure, token.scale, forms.split("|")[0])
        cents = figure.decimals
        if len(cents) != 2:
            return self.counted(figure, forms)
        whole = Figure(figure.whole, sign=figure.sign)
        if cents == "00":
            return self.counted(whole, forms)
        if int(figure.whole) == 0:
            minor = self.lexicon.minor[token.currency]
            return self.counted(Figure(cents.lstrip("0"), sign=figure.sign), minor)
        return f"{self.counted(whole, forms)} {self.pair(cents)}"

    def scaled(self, figure: Figure, scale: str, currency: str) -> str:
        return f"{self.signed(figure, self.before_noun(figure.whole, False))} {scale} {currency}"

    def height(self, token: Height) -> str:
        metres = self.counted(Figure(token.whole), self.lexicon.units["m"])
        return metres if token.part in {"", "00"} else f"{metres} {self.pair(token.part)}"

    def multiple(self, token: Multiple) -> str:
        times = self.signed(token.number, self.before_noun(token.number.whole, False))
        if token.by is None:
            return f"{times} {self.words['times']}"
        by = self.words["times" if isinstance(token.by, Amount) else "by"]
        return f"{times} {by} {self.say(token.by)}"

    def of_unit(self, token: Fraction) -> str:
        """What a fraction is a part of; empty where a word says so."""
        plural, *singular = self.lexicon.units[token.unit].split("|") if token.unit else ("",)
        named = singular[0] if singular and not token.whole else plural
        return f" {named}" if named else ""

    def out_of(self, token: OutOf) -> str:
        if (token.some, token.total) == ("50", "50"):
            return f"{self.cardinal(50)} {self.cardinal(50)}"
        unit = {"j": "j", "d": "j", "h": "h", "u": "u"}.get(token.unit, "")
        some = self.cardinal(token.some)
        if unit and (forms := self.out_of_units.get(unit)):
            some = self.counted(Figure(token.some), forms)
        return f"{some} {self.words['out_of']} {self.cardinal(token.total)}"

    out_of_units: dict[str, str] = {}  # noqa: RUF012 - a table, replaced whole
    """What j and h mean in 7j/7 and 24h/24."""

    # Times and dates

    @abstractmethod
    def clock(self, token: Clock) -> str: ...

    def date(self, token: Date) -> str:
        day = self.day(token)
        month = self.lexicon.month_name(token.month)
        year = self.year(token.year) if token.year else ""
        return " ".join(part for part in (day, month, year) if part)

    def day(self, token: Date) -> str:
        return self.cardinal(token.day)

    def year(self, year: str) -> str:
        return self.pair(year) if len(year) < 4 else self.year_words(int(year))

    def decade(self, year: str) -> str:
        return self.cardinal(year)

    def span(self, first: Token, last: Token) -> str:
        """From one to the other."""
        return f"{self.say(first)} {self.words['to']} {self.say(last)}"

    # What each language has rules of its own for

    def ordinal(self, token: Ordinal) -> str:
        return self.ordinal_words(token.number)

    @abstractmethod
    def regnal(self, number: int) -> str: ...

    @abstractmethod
    def fraction(self, token: Fraction) -> str: ...
