"""How a command says that it could not do what was asked, and how anything is shown on a terminal."""

import sys
from unicodedata import category

import typer

LONGEST = 1_000
"""Characters of a complaint; of a longer one the middle is left out, which is what somebody typed."""
UNTIL_MENDED = "The alert is kept, and rings when this is mended: {}"
"""Of an alert whose calls something hinders."""


class Failed(typer.Exit):
    """The command could not do what was asked, and has said so."""

    def __init__(self) -> None:
        super().__init__(code=1)


def complain(sentence: str) -> None:
    """One sentence on standard error, on one line; what would steer a terminal is spelled out."""
    line = shown(" ".join(sentence.split()))
    if len(line) > LONGEST:
        line = f"{line[: LONGEST // 2]} ... {line[-LONGEST // 2 :]}"
    sys.stderr.write(line + "\n")


def shown(text: str) -> str:
    """The text with what a terminal obeys or hides spelled out (as \\x1b); spaces and ends of lines stay."""
    if text.isprintable():
        return text
    return "".join(
        sign if sign.isprintable() or sign == "\n" or category(sign) == "Zs" else _spelled(sign)
        for sign in text
    )


def _spelled(sign: str) -> str:
    return sign.encode("ascii", "backslashreplace").decode() if ord(sign) > 0x7F else f"\\x{ord(sign):02x}"
