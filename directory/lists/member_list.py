"""Reads a member list as people export them: what encoding, separator and columns it has, and its rows."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from directory.errors import ListRefused

MOST_ROWS: Final = 20_000
MOST_BYTES: Final = 8 * 1024 * 1024
MOST_LINES: Final = 100_000
"""Blank ones and those inside of quotes among them."""
LONGEST_ROW: Final = 10_000
"""Characters; many times what is known of anybody."""
SEPARATORS: Final = {",": "comma", ";": "semicolon", "\t": "tab"}
NUMBER_COLUMNS: Final = ("phone", "phone2", "phone3")
COLUMNS: Final = {
    "naam": "name",
    "name": "name",
    "taal": "language",
    "language": "language",
    "straat": "street",
    "street": "street",
    "nr": "house_number",
    "huisnummer": "house_number",
    "housenumber": "house_number",
    "telefoon": "phone",
    "phone": "phone",
    "telefoon2": "phone2",
    "phone2": "phone2",
    "telefoon3": "phone3",
    "phone3": "phone3",
}
"""Dutch and English headers, without capitals, spaces, dots, dashes and underscores."""


@dataclass(frozen=True, slots=True)
class Row:
    line: int
    """Where the row begins in the file, from 1."""
    cells: dict[str, str]
    """By column name as in the values of `COLUMNS`; empty when the row does not fit the header."""


@dataclass(frozen=True, slots=True)
class MemberList:
    rows: tuple[Row, ...]
    columns: frozenset[str]
    encoding: str
    """`utf-8`, or `windows-1252` when the file is not valid UTF-8."""
    separator: str
    """`comma`, `semicolon` or `tab`."""
    headers: Mapping[str, str]
    """What the file itself calls a column."""
    ignored: tuple[str, ...]
    """Headers that mean nothing to us."""


def read_member_list(data: bytes) -> MemberList:
    """The rows of a CSV file; raises ListRefused when it is none, or not a member list."""
    text, encoding = _decoded(data)
    separator, rows = _separated(text)
    _, header = next(rows)
    columns = [COLUMNS.get(_plain(cell)) for cell in header]
    known = [column for column in columns if column]
    headers = {c: cell.strip()[:40] for c, cell in zip(columns, header, strict=True) if c}
    if doubled := [column for column, times in Counter(known).items() if times > 1]:
        same = (cell.strip()[:40] for c, cell in zip(columns, header, strict=True) if c == doubled[0])
        names = list(dict.fromkeys(same))
        if len(names) == 1:
            raise ListRefused(f"The header names {names[0]} twice; keep one of them.")
        raise ListRefused(f"The columns {' and '.join(names)} mean the same; keep one of them.")
    read = []
    for line, cells in rows:
        fits = len(cells) == len(columns)
        read.append(Row(line, {c: cell for c, cell in zip(columns, cells, strict=True) if c} if fits else {}))
        if len(read) > MOST_ROWS:
            raise ListRefused(f"The file has more than {MOST_ROWS:,} rows; split it into smaller lists.")
    if not read:
        raise ListRefused("The file has a header and no members below it.")
    ignored = tuple(cell.strip()[:40] for cell, column in zip(header, columns, strict=True) if not column)
    return MemberList(tuple(read), frozenset(known), encoding, SEPARATORS[separator], headers, ignored)


def _decoded(data: bytes) -> tuple[str, str]:
    """The text and its encoding; Windows-1252 only when it cannot be UTF-8."""
    if not data.strip():
        raise ListRefused("The file is empty.")
    if len(data) > MOST_BYTES:
        raise ListRefused(
            f"The file is larger than {MOST_BYTES // 1024**2} MiB; split it into smaller lists."
        )
    if data.count(b"\n") + data.count(b"\r") > 2 * MOST_LINES:
        raise ListRefused(f"The file has more than {MOST_LINES:,} lines; split it into smaller lists.")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ListRefused("The file is in UTF-16; save it again as CSV UTF-8.")
    if data.startswith(b"PK\x03\x04"):
        raise ListRefused("The file is a workbook; save it as CSV UTF-8.")
    if b"\x00" in data:
        raise ListRefused("The file is not text, or is in UTF-16; save it again as CSV UTF-8.")
    try:
        return data.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("windows-1252"), "windows-1252"
    except UnicodeDecodeError as error:
        raise ListRefused("The file is neither UTF-8 nor Windows-1252 text; save it as CSV UTF-8.") from error


def _separated(text: str) -> tuple[str, Iterator[tuple[int, list[str]]]]:
    """The separator that makes most sense of the first row, and all rows read with it."""
    known = {separator: _known_headers(text, separator) for separator in SEPARATORS}
    separator = max(known, key=lambda candidate: len(known[candidate]))
    if missing := {"name", "phone"} - known[separator]:
        raise ListRefused(
            f"The first line has no column {' and no column '.join(sorted(missing))}; "
            "it must name the columns naam (name) and telefoon (phone)."
        )
    return separator, _rows(text, separator)


def _known_headers(text: str, separator: str) -> set[str]:
    try:
        _, header = next(_rows(text, separator), (0, []))
    except ListRefused:
        return set()
    return {COLUMNS[_plain(cell)] for cell in header if _plain(cell) in COLUMNS}


def _rows(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Every row that is not blank, with the line it begins on."""
    begins = 1
    length = 0

    def lines() -> Iterator[str]:
        nonlocal length
        for line in io.StringIO(text, newline=""):
            length += len(line)
            if length > LONGEST_ROW:
                raise ListRefused(
                    f"On line {begins} a row has more than {LONGEST_ROW:,} characters; "
                    "look for a quote that is not closed, or save the list as CSV again."
                )
            yield line

    reader = csv.reader(lines(), delimiter=separator, strict=True)
    try:
        for cells in reader:
            length = 0
            is_hint = begins == 1 and re.fullmatch(r"sep=.?", separator.join(cells))
            if not is_hint and any(cell.strip() for cell in cells):
                yield begins, cells
            begins = reader.line_num + 1
    except csv.Error as error:
        raise ListRefused(
            f"On line {begins} a quote is not closed or in the wrong place; save the list as CSV again."
        ) from error


def _plain(header: str) -> str:
    return re.sub(r"[\s._-]", "", header).casefold()
