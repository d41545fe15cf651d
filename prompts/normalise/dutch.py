"""How Dutch is read aloud in Flanders."""

from types import MappingProxyType

from num2words import num2words

from prompts.normalise.language import Language
from prompts.normalise.tables import ending

_CENTURIES = range(1100, 2000)


def _clock(hour: int, minute: int) -> str:
    return f"{hour} uur {minute}" if minute else f"{hour} uur"


def _year(year: int) -> str:
    if year in _CENTURIES and year % 100:
        return f"{num2words(year // 100, lang='nl')} {num2words(year % 100, lang='nl')}"
    return str(num2words(year, lang="nl"))


DUTCH = Language(
    locale="nl_BE",
    numbers="nl",
    letters=MappingProxyType({"Y": "i-grec"}),
    abbreviations=(
        (r"(?:nrs\.?|nummers)(?=\s?\d)", "nummers"),
        (r"(?:huisnr|nr)\.?(?=\s?\d)", "nummer "),
        (r"nrpl\.?", "nummerplaat"),
        (r"nr\.", "nummer"),
        (ending("stwg", glued=True), "steenweg"),
        (ending("stw", glued=True), "steenweg"),
        (ending("str", glued=True), "straat"),
        (r"(?<=[a-z])ln\.", "laan"),
        (r"(?<=[a-z])pl\.", "plein"),
        (r"(?-i:St(?:\.-?\s?|[- ])(?=[A-Z]))", "Sint-"),
        (r"t\.?h\.?v\.?", "ter hoogte van"),
        (r"m\.?b\.?t\.?", "met betrekking tot"),
        (r"i\.?v\.?m\.?", "in verband met"),
        (r"o\.l\.v\.", "onder leiding van"),
        (r"t\.?o\.?v\.?", "ten opzichte van"),
        (r"i\.?p\.?v\.?", "in plaats van"),
        (r"n\.?a\.?v\.?", "naar aanleiding van"),
        (r"t/m", "tot en met"),
        (r"o\.a\.", "onder andere"),
        (r"d\.w\.z\.", "dat wil zeggen"),
        (r"m\.a\.w\.", "met andere woorden"),
        (r"a\.u\.b\.|aub|a\.u\.b|svp|s\.v\.p\.", "alstublieft"),
        (r"(?:bijv|bvb|bv)\.", "bijvoorbeeld"),
        (r"ca\.?|ong\.", "ongeveer"),
        (ending("e.d"), "en dergelijke"),
        (ending("enz"), "enzovoort"),
        (ending("etc"), "enzovoort"),
        (r"dhr\.?", "de heer"),
        (r"(?:mevr|mw)\.?", "mevrouw"),
        (r"tel\.", "telefoon"),
        (r"gem\.", "gemeente"),
        (r"resp\.", "respectievelijk"),
        (r"max\.", "maximaal"),
        (r"min\.(?=\s?\d)", "minimaal"),
        (r"vb\.", "bijvoorbeeld"),
        (r"ma\.?(?=\s\d{1,2}[/ ])", "maandag"),
        (r"di\.?(?=\s\d{1,2}[/ ])", "dinsdag"),
        (r"wo\.?(?=\s\d{1,2}[/ ])", "woensdag"),
        (r"do\.?(?=\s\d{1,2}[/ ])", "donderdag"),
        (r"vr\.?(?=\s\d{1,2}[/ ])", "vrijdag"),
        (r"za\.?(?=\s\d{1,2}[/ ])", "zaterdag"),
        (r"zo\.?(?=\s\d{1,2}[/ ])", "zondag"),
        (r"BE[- ]?ALERT", "bie alert"),
        (r"BIN-Z", "bin zet"),
    ),
    units=(
        (r"km\s?/\s?u(?:ur)?|km\s?/\s?h|kmh", "kilometer per uur"),
        (r"km", "kilometer"),
        (r"cm", "centimeter"),
        (r"m²|m2", "vierkante meter"),
        (r"m", "meter"),
        (r"kg", "kilo"),
        (r"min\.?", "minuten"),
        (r"sec\.?", "seconden"),
        (r"°\s?C", "graden"),
        (r"%", "procent"),
        (r"€|EUR", "euro"),
        (r"j\.", "jaar"),
    ),
    acronyms=frozenset({"SUV", "APK", "AED", "GPS", "ID", "DNA", "EHBO", "USB"}),
    plate_cues=r"nummerplaat|kentekenplaat|kenteken|plaatnummer|plaat",
    streets=r"straat|laan|weg|plein|dreef|hof|steenweg|baan|lei|pad|markt|dijk|nummer|nr\.?|str\.?",
    box=r"bus|b\.?",
    ordinal_ending=r"e|de|ste",
    to="tot",
    comma="komma",
    thousands=".",
    plus="plus",
    at="apenstaartje",
    dot="punt",
    one="één",
    metre="meter",
    about="ongeveer",
    conjunction="en",
    clock=_clock,
    date=lambda day, month: f"{day} {month}",
    year=_year,
)
