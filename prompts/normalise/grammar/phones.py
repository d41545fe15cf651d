"""Telephone numbers, in the writer's own groups; short ones that everybody knows; bank accounts."""

import re

from prompts.normalise.place import Position
from prompts.normalise.tokens import BankAccount, Digits, Numeral, PhoneNumber, Plate, ShortNumber, Token

_PHONE = re.compile(
    r"(?:(?P<plus>\+|00)(?P<country>[1-9]\d{0,2})(?:[ ./-]?\((?P<trunk>0)\))?"
    r"|(?P<area>0[1-9]\d{0,4}|\(0[1-9]\d{0,3}\)))"
    r"(?P<rest>(?:(?:[ ./-]| [/-] )?\d){5,12})(?![\w]|[.,/]\d)"
)
_FEWEST, _MOST = 7, 14
_FEWEST_SERIAL = 15
_WHOLE = 9
"""Figures after which a group that begins with 0 begins another number."""
_SHORT = re.compile(r"(?:116 ?\d{3}|\d{3,4})(?![\w]|[.,:/-]\d| ?[%€])")
_ACCOUNT = re.compile(r"([A-Z]{2})((?: ?\d{2})(?: ?\d{4}){3,6}(?: ?\d{1,3})?)(?!\w)")
_AMID_FIGURES = re.compile(r"\d ?$")
_SERIAL = re.compile(r"[1-9]\d{2,3}(?: \d{3,4}){3,}(?!\w| ?[€%]| (?:euro|EUR)|[.,]\d)")
"""What is printed on a card or told by a chip: groups of three or four figures that no amount has."""
_COMPANY = re.compile(r"(BE) ?(0\d{3}\.\d{3}\.\d{3})(?!\w)")
_CONNECTIVE = frozenset({"of", "ou", "oder", "or", "en", "et", "und", "and"})


def phone(place: Position) -> tuple[Token, int] | None:
    if (
        place.tokens
        and isinstance(place.tokens[-1], Numeral | Digits)
        and _AMID_FIGURES.search(place.text, max(0, place.at - 2), place.at)
    ):
        return None
    found = _one_number(place)
    if found is None or not _FEWEST <= len(re.sub(r"\D", "", found[0])) <= _MOST:
        return None
    groups = re.findall(r"\d+", found[0])
    plus = found["plus"] == "+"
    if plus or found["plus"]:
        groups = _international(found["country"], found["trunk"], found["rest"], plus=plus)
    elif len(groups) == 1:
        groups = _grouped(groups[0])
    elif len(groups) == 2 and len(groups[1]) > 5:
        groups = [groups[0], *_pairs(groups[1])]
    return PhoneNumber(tuple(groups), plus), found.end()


def serial(place: Position) -> tuple[Token, int] | None:
    """The number of a card or a chip, figure by figure."""
    found = place.match(_SERIAL)
    if found is None or len(re.sub(r"\D", "", found[0])) < _FEWEST_SERIAL:
        return None
    return Plate(tuple(found[0].split())), found.end()


def _one_number(place: Position) -> re.Match[str] | None:
    """Without the next number, where two stand in a row."""
    found = place.match(_PHONE)
    if found is None or not found["area"]:
        return found
    figures = 0
    for group in re.finditer(r"\d+", found[0]):
        if figures >= _WHOLE and group[0].startswith("0"):
            end = place.at + len(found[0][: group.start()].rstrip(" ./-"))
            return _PHONE.match(place.text, place.at, end)
        figures += len(group[0])
    return found


def _international(country: str, trunk: str | None, rest: str, *, plus: bool) -> list[str]:
    groups = re.findall(r"\d+", rest)
    if rest[:1].isdigit() and not trunk:
        # Without a space the country's own length is what a library knows.
        country, national = _national(country + re.sub(r"\D", "", rest))
        groups = re.findall(r"\d+", national)
    elif len(groups) == 1 and len(groups[0]) > 4:
        groups = re.findall(r"\d+", _national(country + groups[0])[1])
    if trunk:
        groups[0] = trunk + groups[0]
    return [*([] if plus else ["00"]), country, *groups]


def _national(e164: str) -> tuple[str, str]:
    """The country's code, and the rest in groups, without the trunk's 0."""
    import phonenumbers  # noqa: PLC0415 - it costs a tenth of a second, and few texts need it

    try:
        number = phonenumbers.parse(f"+{e164}")
    except phonenumbers.NumberParseException:
        return e164[:2], " ".join(_pairs(e164[2:]))
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
    country, _, national = written.partition(" ")
    if re.sub(r"\D", "", written) != e164:
        return e164[:2], " ".join(_pairs(e164[2:]))
    return country.removeprefix("+"), national


def _grouped(figures: str) -> list[str]:
    """A Belgian number in the groups in which it is printed there; any other in pairs."""
    _, national = _national(f"32{figures[1:]}")
    groups = re.findall(r"\d+", national)
    if "".join(groups) != figures[1:] or len(groups) < 2:
        return _pairs(figures)
    return ["0" + groups[0], *groups[1:]]


def _pairs(figures: str) -> list[str]:
    odd = len(figures) % 2
    head = [figures[: 2 + odd]] if figures else []
    return head + [figures[at : at + 2] for at in range(2 + odd, len(figures), 2)]


def short_number(place: Position) -> tuple[Token, int] | None:
    """101, 112, 1722, where it is dialled and does not count anything."""
    found = place.match(_SHORT)
    if found is None:
        return None
    digits = found[0].replace(" ", "")
    known = digits in place.lexicon.short_numbers or digits in place.lexicon.list_of("pairs")
    cued = place.announced_by("phone") or (
        place.before in _CONNECTIVE and any(isinstance(token, ShortNumber) for token in place.tokens[-4:])
    )
    counts = place.word_after(found.end()).lower()
    # Nobody counts 1722 of anything that one of these words, or a bracket, could follow.
    alone = not counts or (
        len(digits) == 4
        and (counts in place.lexicon.cue("after_short_number") or place.text[found.end() :].startswith(" ("))
    )
    if place.text[: place.at].rstrip().endswith(("<", ">")):
        return None
    if (known and (cued or alone)) or (len(digits) == 4 and cued and digits[0] != "0" and _is_dialled(place)):
        return ShortNumber(digits), found.end()
    return None


def _is_dialled(place: Position) -> bool:
    """Whether the word before can only be about a telephone."""
    return place.before[:3] in {"bel", "tel", "app", "cal", "ruf", "tél", "dia", "gsm"}


def account(place: Position) -> tuple[Token, int] | None:
    found = place.match(_ACCOUNT) or place.match(_COMPANY)
    if found is None:
        return None
    return BankAccount(found[1], re.sub(r"\D", "", found[2])), found.end()
