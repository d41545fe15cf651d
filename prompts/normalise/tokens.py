"""What a text is made of, once it is read: each token says what was written, none how it is spoken."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Word:
    """Said as it is written."""

    text: str


@dataclass(frozen=True, slots=True)
class Sign:
    """Punctuation that is heard as a pause, or ends a sentence."""

    text: str


@dataclass(frozen=True, slots=True)
class ReadAs:
    """Words that stand for what was written: an abbreviation, a unit by itself, an entry of a list."""

    words: str


@dataclass(frozen=True, slots=True)
class Spelled:
    """Letter by letter."""

    letters: str


@dataclass(frozen=True, slots=True)
class Mixed:
    """Letters and figures in one: X5, CO2, 4G; runs of either, in their order."""

    runs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as it was written, without what groups its thousands."""

    whole: str
    decimals: str = ""
    sign: str = ""
    """`-` or `+`."""

    @property
    def value(self) -> int:
        return int(self.whole)

    @property
    def is_one(self) -> bool:
        return self.whole == "1" and not self.decimals


@dataclass(frozen=True, slots=True)
class Numeral:
    figure: Figure
    noun: str = ""
    """The words that follow, which may decide its gender."""
    before: str = ""
    """The word before it, in lower case."""


@dataclass(frozen=True, slots=True)
class Amount:
    """Money."""

    figure: Figure
    currency: str
    """ISO 4217, or `p` for pence."""
    scale: str = ""
    """A multiplier in words: miljoen."""


@dataclass(frozen=True, slots=True)
class Measure:
    figure: Figure
    unit: str
    """As in the lexicon's units."""


@dataclass(frozen=True, slots=True)
class Height:
    """1m80: metres and centimetres; or feet and inches."""

    whole: str
    part: str
    feet: bool = False


@dataclass(frozen=True, slots=True)
class Clock:
    hour: int
    minute: int = 0
    second: int | None = None
    half: str = ""
    """`a` or `p`, where the writer said which."""
    bare: bool = False
    """Without its unit: another time that has it follows."""
    leading: bool = False
    """Written on a clock of 24 hours: 07:05."""


@dataclass(frozen=True, slots=True)
class Date:
    day: int
    month: int
    """0 when it follows with the end of a range."""
    year: str = ""
    before: str = ""
    """The word before it, in lower case, which may decide its ending."""
    month_first: bool = False


@dataclass(frozen=True, slots=True)
class Year:
    year: str


@dataclass(frozen=True, slots=True)
class Decade:
    """The twenties, the nineteen nineties."""

    year: str


@dataclass(frozen=True, slots=True)
class PhoneNumber:
    """A telephone number in the groups in which it is said."""

    groups: tuple[str, ...]
    plus: bool = False


@dataclass(frozen=True, slots=True)
class ShortNumber:
    """101, 112, 1722: a number that everybody knows by its own name."""

    digits: str


@dataclass(frozen=True, slots=True)
class Plate:
    """A number plate, or what somebody saw of it: `?` is a sign that nobody knows."""

    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BankAccount:
    """A bank account: country, then pairs."""

    country: str
    digits: str


@dataclass(frozen=True, slots=True)
class Road:
    letter: str
    number: str
    branch: str = ""


@dataclass(frozen=True, slots=True)
class House:
    """A house number, with its letter and its letter box."""

    number: str
    letter: str = ""
    box: str = ""


@dataclass(frozen=True, slots=True)
class Postcode:
    digits: str
    letters: str = ""


@dataclass(frozen=True, slots=True)
class Ordinal:
    number: int
    ending: str = ""
    """As written: de, ère, th; `.` in German."""
    before: tuple[str, str] = ("", "")
    """The two words before it, in lower case, the nearest last."""
    noun: str = ""


@dataclass(frozen=True, slots=True)
class Regnal:
    """The number of a king, queen or pope."""

    number: int


@dataclass(frozen=True, slots=True)
class Fraction:
    upper: int
    lower: int
    whole: str = ""
    noun: str = ""
    """The words that follow, which may decide its gender."""
    unit: str = ""
    """As in the lexicon's units, if it is a part of one."""


@dataclass(frozen=True, slots=True)
class Multiple:
    """2x: twice; with `by`, one size by another, or so many times an amount."""

    number: Figure
    by: "Numeral | Measure | Amount | Multiple | None" = None


@dataclass(frozen=True, slots=True)
class OutOf:
    """7/7, 24/24, 24/7."""

    some: str
    total: str
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Range:
    """From one to the other; the first may lack the unit of the last."""

    first: "Token"
    last: "Token"


@dataclass(frozen=True, slots=True)
class WebAddress:
    """An e-mail address or the address of a page."""

    text: str


@dataclass(frozen=True, slots=True)
class Hashtag:
    text: str


@dataclass(frozen=True, slots=True)
class Digits:
    """Figures that are nothing we know; what stood before them says how they follow on."""

    figures: str
    after: str = ""


Counted = Numeral | Amount | Measure | Height | Ordinal | Regnal | Fraction | Multiple | OutOf | Digits
Token = (
    Word
    | Sign
    | ReadAs
    | Spelled
    | Mixed
    | Numeral
    | Amount
    | Measure
    | Height
    | Clock
    | Date
    | Year
    | Decade
    | PhoneNumber
    | ShortNumber
    | Plate
    | BankAccount
    | Road
    | House
    | Postcode
    | Ordinal
    | Regnal
    | Fraction
    | Multiple
    | OutOf
    | Range
    | WebAddress
    | Hashtag
    | Digits
)
