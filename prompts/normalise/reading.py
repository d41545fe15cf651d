"""What is read aloud of a text as it was typed: one line of letters, figures and signs."""

import re
import unicodedata

_FRACTIONS = re.compile(r"(?<=\d)(?=[¼-¾⅐-⅞])")
_BULLET = re.compile(r"^[ \t]*(?:[*•·>]+[ \t]*|[-–—#]+[ \t]+)+")
_KEPT = frozenset("€£$%‰°±&+@/\\–—−<>≤≥-'.,;:?!()[]\"“”„«»#*_~≈×⁄|n°")
_TERMS = str.maketrans({"²": "2", "³": "3", "\u2019": "'", "\u2018": "'", "\u02bc": "'", "´": "'", "`": "'"})


def readable(text: str) -> str:
    """In composed Unicode, with plain figures; a line that goes on without a full stop gets one."""
    text = _composed(text)
    lines = [line for line in (_BULLET.sub("", line).strip() for line in text.splitlines()) if line]
    ended = [line if line[-1] in ".,;:?!" else f"{line}." for line in lines[:-1]]
    joined = " ".join([*ended, *lines[-1:]])
    return re.sub(r"\s+", " ", "".join(map(_sign, joined))).strip()


def left_out(text: str) -> list[str]:
    """The signs of a text, each once, that are seen and not heard: arrows, pictures, ..."""
    return [sign for sign in dict.fromkeys(_composed(text)) if not sign.isspace() and _sign(sign) == " "]


def _composed(text: str) -> str:
    """Without what nobody sees, which may stand within a word: soft hyphens, marks of direction."""
    seen = "".join(sign for sign in text if unicodedata.category(sign) != "Cf")
    return unicodedata.normalize("NFKC", _FRACTIONS.sub(" ", seen).translate(_TERMS)).translate(_TERMS)


def _sign(sign: str) -> str:
    """The sign itself, an Arabic figure for a figure of another script, or a space."""
    if sign.isdecimal():
        return str(unicodedata.decimal(sign))
    kept = sign.isalpha() or sign in _KEPT or unicodedata.combining(sign)
    return sign if kept else " "
