"""A table for people, in plain text: rich draws finer ones, and takes longer than the question itself."""

import unicodedata
from collections.abc import Iterable

from buurtbel.terminal.sentences import shown

GAP = "  "


def table(*columns: str, rows: Iterable[Iterable[str]]) -> str:
    """Columns as wide as what stands in them, below their names."""
    shown_rows = [[one_line(cell) for cell in row] for row in (columns, *rows)]
    widths = [max(map(width, column)) for column in zip(*shown_rows, strict=True)]
    return "\n".join(
        GAP.join(cell + " " * (wide - width(cell)) for cell, wide in zip(row, widths, strict=True)).rstrip()
        for row in shown_rows
    )


def one_line(text: str) -> str:
    """Without anything that moves the cursor or hides in it: a name may come from outside."""
    return shown(text).replace("\n", "\\n")


def width(text: str) -> int:
    """How many places of a terminal it takes."""
    return sum(
        0 if unicodedata.combining(one) else 2 if unicodedata.east_asian_width(one) in {"W", "F"} else 1
        for one in text
    )
