"""Is a journal as it was written? Pure: entries in, a verdict out, wherever they come from."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from directory.journal.canonical import BEGINNING, Fields, canonical, hash_of

VERSION = 1
"""Of the form of an exported file."""


class Flaw(StrEnum):
    """What is wrong with a journal; the first one that is found is told."""

    NO_JOURNAL = "no_journal"
    """The file does not begin as an exported journal does."""
    UNREADABLE = "unreadable"
    """This is no entry."""
    CHANGED = "changed"
    """An entry does not say what it said when its hash was made."""
    OUT_OF_PLACE = "out_of_place"
    """Another entry belongs here: one was removed, inserted or moved."""
    NOT_CHAINED = "not_chained"
    """It was not made after the entry that stands before it."""
    CUT = "cut"
    """There are fewer or other entries than the head says."""
    UNKNOWN_HEAD = "unknown_head"
    """It does not contain the entry whose hash was noted elsewhere."""


@dataclass(frozen=True, slots=True)
class Head:
    """Up to where a journal goes."""

    entries: int = 0
    hash: str = BEGINNING


@dataclass(frozen=True, slots=True)
class Verification:
    head: Head
    """Up to where it is whole."""
    fault: Flaw | None = None
    """What is wrong with what comes then."""


def judge(entries: Iterable[Fields], *, noted: str | None = None) -> Verification:
    """Follow the chain from its beginning; `noted`: a hash that one of the entries must have."""
    head, is_noted = Head(), noted in (None, BEGINNING)
    for one in entries:
        if fault := _fault(one, after=head):
            return Verification(head, fault)
        head = Head(head.entries + 1, str(one["hash"]))
        is_noted = is_noted or head.hash == noted
    return Verification(head, None if is_noted else Flaw.UNKNOWN_HEAD)


def _fault(entry: Fields, *, after: Head) -> Flaw | None:
    if not entry.keys() >= {"position", "previous", "hash"}:
        return Flaw.UNREADABLE
    if entry["hash"] != hash_of(entry):
        return Flaw.CHANGED
    if entry["position"] != after.entries + 1:
        return Flaw.OUT_OF_PLACE
    return None if entry["previous"] == after.hash else Flaw.NOT_CHAINED


def written(entries: Iterable[Fields], head: Head) -> Iterator[str]:
    """The lines of an exported journal: up to where it goes, then an entry each."""
    yield canonical({"journal": VERSION, "entries": head.entries, "head": head.hash})
    for one in entries:
        yield canonical(one)


def judge_file(lines: Iterable[str], *, noted: str | None = None) -> Verification:
    """Whether these are the lines of an exported journal, whole up to the head that it names."""
    following = iter(lines)
    first = _read(next(following, ""))
    if first is None or first.keys() != {"journal", "entries", "head"} or first["journal"] != VERSION:
        return Verification(Head(), Flaw.NO_JOURNAL)
    verdict = judge((_read(line) or {} for line in following), noted=noted)
    if verdict.fault is None and (verdict.head.entries, verdict.head.hash) != (
        first["entries"],
        first["head"],
    ):
        return Verification(verdict.head, Flaw.CUT)
    return verdict


def _read(line: str) -> Fields | None:
    """What the line says; None unless it is written in the one form."""
    try:
        fields = json.loads(line)
        return fields if isinstance(fields, dict) and canonical(fields) == line.rstrip("\n") else None
    except (ValueError, RecursionError):
        return None
