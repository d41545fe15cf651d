"""How French is read aloud in Belgium: septante and nonante."""

from types import MappingProxyType

from num2words import num2words

from prompts.normalise.language import Language
from prompts.normalise.tables import ending


def _clock(hour: int, minute: int) -> str:
    words = str(num2words(hour, lang="fr_BE"))
    hours = f"{words}e" if hour in {1, 21} else words
    spoken = f"{hours} heure{'s' if hour > 1 else ''}"
    return f"{spoken} {minute}" if minute else spoken


def _date(day: int, month: str) -> str:
    return f"premier {month}" if day == 1 else f"{day} {month}"


FRENCH = Language(
    locale="fr_BE",
    numbers="fr_BE",
    letters=MappingProxyType({"Y": "i grec", "W": "double vé"}),
    abbreviations=(
        (r"n[°o]\.?(?=\s?\d)", "numéro "),
        (r"nr\.?(?=\s?\d)", "numéro "),
        (r"ch\.(?=\s?(?-i:[A-Zd]))", "chaussée"),
        (r"chée", "chaussée"),
        (r"av\.", "avenue"),
        (r"bd\.?|boul\.", "boulevard"),
        (r"pl\.", "place"),
        (r"r\.(?=\s?d)", "rue"),
        (r"(?-i:Ste[ -](?=[A-Z]))", "Sainte-"),
        (r"(?-i:St[ -](?=[A-Z]))", "Saint-"),
        (r"(?-i:MM\.)", "messieurs"),
        (r"(?-i:M\.(?=\s[A-Z]))", "monsieur"),
        (r"(?-i:Mme\.?)", "madame"),
        (r"(?-i:Mlle\.?)", "mademoiselle"),
        (r"svp|s\.v\.p\.", "s'il vous plaît"),
        (r"env\.", "environ"),
        (r"p\.\s?ex\.", "par exemple"),
        (r"c\.-à-d\.", "c'est-à-dire"),
        (ending("etc"), "et cetera"),
        (r"tél\.", "téléphone"),
        (r"max\.", "maximum"),
        (r"min\.(?=\s?\d)", "minimum"),
        (r"(?-i:BE[- ]?ALERT)", "bi alerte"),
        (r"(?-i:BIN-Z)", "bine zède"),
    ),
    units=(
        (r"km\s?/\s?h|kmh", "kilomètres à l'heure"),
        (r"km", "kilomètres"),
        (r"cm", "centimètres"),
        (r"m2", "mètres carrés"),
        (r"m", "mètres"),
        (r"kg", "kilos"),
        (r"min\.?", "minutes"),
        (r"sec\.?", "secondes"),
        (r"°\s?C", "degrés"),
        (r"%", "pour cent"),
        (r"€|EUR", "euros"),
    ),
    acronyms=frozenset({"SUV", "GPS", "ADN", "USB"}),
    plate_cues=r"plaque|immatriculée?|immatriculation",
    streets=r"rue(?:\s[\w'-]+){1,4}|avenue(?:\s[\w'-]+){1,4}|chaussée(?:\s[\w'-]+){1,4}|numéro|n°",
    box=r"boîte|bte\.?|bt\.?",
    ordinal_ending=r"ers?|ères?|res?|èmes?|mes?|es?",
    to="à",
    comma="virgule",
    thousands=".",
    plus="plus",
    at="arobase",
    dot="point",
    one="un",
    metre="mètre",
    about="environ",
    conjunction="et",
    clock=_clock,
    date=_date,
    year=lambda year: str(num2words(year, lang="fr_BE")),
)
