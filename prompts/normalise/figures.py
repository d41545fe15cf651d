"""How numbers are written: thousands, decimals and signs, as each language groups them."""

import re
from functools import cache

from prompts.normalise.lexicon import Lexicon
from prompts.normalise.tokens import Figure

DASH = r" ?[-–—] ?"
"""Between the two ends of a range."""
_GLUED = r"[-–−+](?=[\d€£$])"
_BEFORE_DEGREES = r"[-–−](?: (?=\d+(?:[.,]\d+)? ?(?:°|graden|degr|Grad\b)))"
BEGINS_SIGNED = f"{_GLUED}|{_BEFORE_DEGREES}"
SIGN = f"(?:{BEGINS_SIGNED})?"
"""Glued to what it is the sign of, but before degrees: elsewhere a dash between spaces is a pause."""
MOST_GROUPED = 15
"""Figures; longer numbers have no name that anybody knows."""


@cache
def number_pattern(lexicon: Lexicon, name: str = "") -> str:
    """A number, with its decimals, that no further figure follows; the group `name` holds it."""
    mark = re.escape(lexicon.decimal)
    other = re.escape("." if lexicon.decimal == "," else ",")
    forms = [
        # The rarer mark of two is the decimal one, whatever the language.
        rf"\d{{1,3}}(?:{other}\d{{3}})+(?:{mark}\d+)?",
        rf"\d{{1,3}}(?:{mark}\d{{3}})+{other}\d+",
        rf"\d{{1,3}}(?:{mark}\d{{3}}){{2,}}",
        rf"\d{{1,3}}(?: \d{{3}})+(?:{mark}\d+)?" if lexicon.grouped_by_spaces else "(?!)",
        rf"\d+{mark}\d+",
        rf"\d+{other}\d{{1,2}}(?!\d)",
        r"\d+",
    ]
    whole = "|".join(f"(?:{form})(?!\\d|[.,]\\d)" for form in forms)
    return rf"(?P<{name}>{whole})" if name else f"(?:{whole})"


@cache
def amount_pattern(lexicon: Lexicon, name: str) -> str:
    """As `number_pattern`, where money or a unit follows: then spaces group thousands in every language."""
    spaced = rf"[1-9]\d{{0,2}}(?: \d{{3}})+(?:{re.escape(lexicon.decimal)}\d+)?(?!\d|[.,]\d)"
    return rf"(?P<{name}>{spaced}|{number_pattern(lexicon)})"


def figure_of(written: str, lexicon: Lexicon, sign: str = "") -> Figure:
    """What a match of these patterns says."""
    written = written.replace(" ", "")
    groups = re.split(r"[.,]", written)
    marks = re.findall(r"[.,]", written)
    sign = "-" if sign.strip() in {"-", "–", "−"} else sign.strip()
    if not marks:
        return Figure(written, sign=sign)
    decimal = _decimal_mark(marks, groups, lexicon)
    if decimal is None:
        return Figure("".join(groups), sign=sign)
    return Figure("".join(groups[:-1]), groups[-1], sign)


def _decimal_mark(marks: list[str], groups: list[str], lexicon: Lexicon) -> str | None:
    """The mark before the decimals; None when all of them group thousands."""
    last = marks[-1]
    if len(set(marks)) > 1:
        return last
    grouped = len(groups[0]) <= 3 and groups[0] != "0" and all(len(group) == 3 for group in groups[1:])
    if len(marks) > 1:
        return None
    return None if grouped and last != lexicon.decimal else last
