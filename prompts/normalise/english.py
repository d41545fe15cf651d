"""How English is read aloud."""

from types import MappingProxyType

from num2words import num2words

from prompts.normalise.language import Language
from prompts.normalise.tables import ending


def _clock(hour: int, minute: int) -> str:
    hours = num2words((hour - 1) % 12 + 1, lang="en")
    minutes = num2words(minute, lang="en")
    half = "a m" if hour % 24 < 12 else "p m"
    if not minute:
        return f"{hours} {half}"
    return f"{hours} oh {minutes} {half}" if minute < 10 else f"{hours} {minutes} {half}"


def _date(day: int, month: str) -> str:
    return f"the {num2words(day, lang='en', to='ordinal')} of {month}"


ENGLISH = Language(
    locale="en_GB",
    numbers="en_GB",
    letters=MappingProxyType({}),
    abbreviations=(
        (r"(?:no|nr)\.(?=\s?\d)", "number "),
        (r"nr(?=\s?\d)", "number "),
        (r"(?-i:St\.?\s(?=[A-Z]))", "Saint "),
        (ending("St"), "Street"),
        (ending("Rd"), "Road"),
        (ending("Ave"), "Avenue"),
        (r"(?-i:Mr\.?)", "mister"),
        (r"(?-i:Mrs\.?)", "missus"),
        (r"approx\.", "approximately"),
        (r"ca\.?", "about"),
        (r"e\.g\.", "for example"),
        (r"i\.e\.", "that is"),
        (ending("etc"), "et cetera"),
        (r"tel\.", "telephone"),
        (r"max\.", "at most"),
        (r"min\.(?=\s?\d)", "at least"),
        (r"(?-i:BE[- ]?ALERT)", "bee alert"),
    ),
    units=(
        (r"km\s?/\s?h|kmh|kph", "kilometres an hour"),
        (r"mph", "miles an hour"),
        (r"km", "kilometres"),
        (r"cm", "centimetres"),
        (r"m2", "square metres"),
        (r"m", "metres"),
        (r"kg", "kilos"),
        (r"mins?\.?", "minutes"),
        (r"secs?\.?", "seconds"),
        (r"°\s?C", "degrees"),
        (r"%", "per cent"),
        (r"€|EUR", "euros"),
    ),
    acronyms=frozenset({"SUV", "GPS", "DNA", "USB", "ID"}),
    plate_cues=r"number plate|licence plate|license plate|registration|plate",
    streets=r"street|road|lane|avenue|number|no\.|straat|laan|weg",
    box=r"box|bus",
    ordinal_ending=r"st|nd|rd|th",
    to="to",
    comma="point",
    thousands=",",
    plus="plus",
    at="at",
    dot="dot",
    one="one",
    metre="metre",
    about="about",
    conjunction="and",
    clock=_clock,
    date=_date,
    year=lambda year: str(num2words(year, lang="en", to="year")),
)
