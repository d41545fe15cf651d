"""Who was erased after a backup was made is erased again when it is brought back.

A list beside the database, of ids and moments alone: what was erased since a backup stands in no backup.
"""

import os
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from buurtbel.backup.errors import Unusable

LIST = "erased.jsonl"
"""In the data folder."""
LONGEST = 64 << 20
"""Bytes of such a list."""


class Erased(msgspec.Struct, frozen=True):
    """A line of the list."""

    member: int
    at: datetime


def note_erased(data_dir: Path, member: int, at: datetime) -> None:
    """Add to the list that this member was erased then; safe on the disk once it returns."""
    how = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    with os.fdopen(os.open(data_dir / LIST, how, 0o600), "ab") as file:
        file.write(msgspec.json.encode(Erased(member, at)) + b"\n")
        file.flush()
        os.fsync(file.fileno())


def read_erased(content: bytes) -> Sequence[Erased]:
    """The list. Raises Unusable."""
    try:
        return [msgspec.json.decode(line, type=Erased) for line in content.splitlines() if line.strip()]
    except msgspec.MsgspecError as error:
        raise Unusable(
            "The list of who was erased cannot be read; name the one of the lost machine."
        ) from error


def erased_here(data_dir: Path) -> Sequence[Erased]:
    """The list of this data folder; nobody where there is none."""
    try:
        return read_erased((data_dir / LIST).read_bytes())
    except FileNotFoundError:
        return ()


def erased_since(erased: Iterable[Erased], taken_at: datetime) -> Sequence[int]:
    """Whom a backup of that moment would bring back."""
    return sorted({one.member for one in erased if one.at > taken_at})
