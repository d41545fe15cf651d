"""How German is read aloud."""

from types import MappingProxyType

from num2words import num2words

from prompts.normalise.language import Language
from prompts.normalise.tables import ending


def _clock(hour: int, minute: int) -> str:
    hours = "ein" if hour == 1 else str(hour)
    return f"{hours} Uhr {minute}" if minute else f"{hours} Uhr"


def _date(day: int, month: str) -> str:
    # Police texts nearly always say when: "am 21. November".
    return f"{num2words(day, lang='de', to='ordinal')}n {month}"


GERMAN = Language(
    locale="de_BE",
    numbers="de",
    letters=MappingProxyType({"Y": "Ypsilon", "V": "Vau"}),
    abbreviations=(
        (r"nr\.?(?=\s?\d)", "Nummer "),
        (ending("str", glued=True), "straße"),
        (r"(?-i:Str\.)", "Straße"),
        (r"(?<=[a-zß])pl\.", "platz"),
        (r"St\.\s?(?-i:(?=[A-Z]))", "Sankt "),
        (r"ca\.?", "circa"),
        (r"z\.\s?B\.", "zum Beispiel"),
        (r"d\.\s?h\.", "das heißt"),
        (r"u\.\s?a\.", "unter anderem"),
        (ending("usw"), "und so weiter"),
        (r"bzw\.", "beziehungsweise"),
        (r"evtl\.", "eventuell"),
        (r"Hr\.", "Herr"),
        (r"Fr\.(?=\s(?-i:[A-Z]))", "Frau"),
        (r"Tel\.", "Telefon"),
        (r"max\.", "maximal"),
        (r"min\.(?=\s?\d)", "mindestens"),
        (r"(?-i:BE[- ]?ALERT)", "bi alert"),
    ),
    units=(
        (r"km\s?/\s?h|kmh", "Kilometer pro Stunde"),
        (r"km", "Kilometer"),
        (r"cm", "Zentimeter"),
        (r"m2", "Quadratmeter"),
        (r"m", "Meter"),
        (r"kg", "Kilo"),
        (r"Min\.?", "Minuten"),
        (r"Sek\.?", "Sekunden"),
        (r"°\s?C", "Grad"),
        (r"%", "Prozent"),
        (r"€|EUR", "Euro"),
    ),
    acronyms=frozenset({"SUV", "GPS", "DNA", "USB"}),
    plate_cues=r"Kennzeichen|Nummernschild",
    streets=r"straße|strasse|weg|platz|allee|Nummer|Nr\.?|str\.?",
    box=r"Briefkasten",
    ordinal_ending=r"te|ten|ter",
    to="bis",
    comma="Komma",
    thousands=".",
    plus="plus",
    at="ät",
    dot="Punkt",
    one="ein",
    metre="Meter",
    about="ungefähr",
    conjunction="und",
    clock=_clock,
    date=_date,
    year=lambda year: str(num2words(year, lang="de", to="year")),
)
