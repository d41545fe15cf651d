"""Brings a member list into a network, all or nothing, and says for every row what became of it."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from directory.actor import Actor
from directory.acts import Act
from directory.dead_numbers import revive
from directory.details import FIELDS, Details, distinct
from directory.errors import DirectoryError, MemberRefused
from directory.journal.book import note
from directory.lists.member_list import NUMBER_COLUMNS, MemberList, Row, read_member_list
from directory.numbers import normalise_number
from directory.registry import enrol, network
from directory.tables import Member, Membership, Network, Number

MOST_NAMED = 10
"""Columns that were not read."""


class RowState(StrEnum):
    ADDED = "added"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    """Something in this row is wrong, so nothing of the file was written."""
    NOT_WRITTEN = "not_written"
    """Nothing is wrong with this row, but another row was refused."""


@dataclass(frozen=True, slots=True)
class RowSummary:
    line: int
    result: RowState
    sentence: str = ""
    """What was wrong, what changed, or why nothing did; never shows a number."""


@dataclass(frozen=True, slots=True)
class ImportSummary:
    encoding: str
    separator: str
    revived: int
    """Dead numbers that the list names, and that are called again."""
    notes: tuple[str, ...]
    """What to look at although nothing was refused."""
    rows: tuple[RowSummary, ...]

    @property
    def accepted(self) -> bool:
        """Whether the file was written."""
        return not self.count(RowState.REFUSED)

    def count(self, result: RowState) -> int:
        return sum(row.result is result for row in self.rows)


@dataclass(slots=True)
class _Entry:
    """One row on its way in: checked, then matched, then written."""

    line: int
    details: Details | None = None
    problem: str = ""
    member: Member | None = None


async def import_members(session: AsyncSession, actor: Actor, slug: str, data: bytes) -> ImportSummary:
    """Add and update the members of a network from a CSV file; one bad row and nothing is written.

    A row is the member of this network who has the same name (capitals and spacing aside) and a number in
    common: the one who has the row's first number, else its second, else its third. Nobody is recognised by
    name alone, and members the file does not name stay as they are, so the same file twice changes nothing.
    A row replaces what is stored, except in columns the file does not have; a file with only one column for
    numbers keeps a member's other numbers, after the one it gives. Who has left stays out. A dead number that
    the list names is called again, whoever has it.
    Raises UnknownNetwork, NotTheirNetwork, and ListRefused when the file is no member list at all. The caller
    commits.
    """
    actor.require(Act.IMPORT, [slug])
    of = await network(session, slug)
    read = await asyncio.to_thread(read_member_list, data)
    entries = await asyncio.to_thread(lambda: [_checked(row, read.headers) for row in read.rows])
    # Two imports into one network at the same moment would both add whom neither found.
    await session.refresh(of, with_for_update=True)
    _match(entries, await _everyone(session, of))
    if any(entry.problem for entry in entries):
        return _report(read, [_refused(entry) for entry in entries])
    added = await enrol(session, of, [e.details for e in entries if e.details and not e.member])
    revived = await revive(session, [number for entry in entries for number in _called(entry)])
    reports = [_written(entry, read.columns, revived) for entry in entries]
    await session.flush()
    changed = [
        entry.member
        for entry, row in zip(entries, reports, strict=True)
        if entry.member and row.result is RowState.UPDATED
    ]
    await note(session, actor, Act.IMPORT, network=of.id, member=[one.id for one in [*added, *changed]])
    return _report(read, reports, revived=len(revived))


def _checked(row: Row, headers: Mapping[str, str]) -> _Entry:
    """The row as details of a person, or with all that is wrong with it."""
    if not row.cells:
        return _Entry(
            row.line, problem="This row has more or fewer cells than the header; check its separators."
        )
    problems: list[str] = []

    def kept(column: str, checked: Callable[[str], str]) -> str:
        try:
            return checked(row.cells.get(column, ""))
        except DirectoryError as error:
            problems.append(f"{headers.get(column, column)}: {error}")
            return ""

    fields = {column: kept(column, checked) for column, checked in FIELDS.items()}
    typed = [column for column in NUMBER_COLUMNS if row.cells.get(column, "").strip()]
    numbers = [kept(column, normalise_number) for column in typed]
    if all(numbers):
        try:
            distinct(numbers)
        except MemberRefused as error:
            problems.append(f"{headers['phone']}: {error}")
    return _Entry(row.line, Details(**fields, numbers=tuple(numbers)), " ".join(problems))


async def _everyone(session: AsyncSession, of: Network) -> Sequence[Member]:
    """Everybody of the network, those who have not left first."""
    asked = (
        select(Member)
        .join(Membership, Membership.member_id == Member.id)
        .where(Membership.network_id == of.id)
        .options(selectinload(Member.numbers))
        .order_by(Member.left_on.is_not(None), Member.id)
    )
    return (await session.scalars(asked.execution_options(populate_existing=True))).all()


def _match(entries: Iterable[_Entry], members: Iterable[Member]) -> None:
    """Give every entry the member it is, or the problem that an earlier line is the same person."""
    known: dict[tuple[str, str], Member] = {}
    for member in members:
        for number in member.numbers:
            known.setdefault((_folded(member.name), number.e164), member)
    lines: dict[object, int] = {}
    for entry in entries:
        if entry.problem or not entry.details:
            continue
        keys = [(_folded(entry.details.name), number) for number in entry.details.numbers]
        entry.member = next((known[key] for key in keys if key in known), None)
        claims = [*keys, *([entry.member] if entry.member else [])]
        if earlier := next((lines[claim] for claim in claims if claim in lines), None):
            entry.problem = f"This is the same person as on line {earlier}; keep one of the two."
        else:
            lines.update(dict.fromkeys(claims, entry.line))


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())


def _refused(entry: _Entry) -> RowSummary:
    if entry.problem:
        return RowSummary(entry.line, RowState.REFUSED, entry.problem)
    return RowSummary(entry.line, RowState.NOT_WRITTEN)


def _written(entry: _Entry, columns: Set[str], revived: Set[str]) -> RowSummary:
    """Bring the member up to date with the row, and say what that changed."""
    told = [] if revived.isdisjoint(_called(entry)) else ["A dead number is called again."]
    if entry.member is None or entry.details is None:
        return RowSummary(entry.line, RowState.ADDED, *told)
    if entry.member.left_on:
        left = entry.member.left_on.isoformat()
        return RowSummary(entry.line, RowState.UNCHANGED, f"Left on {left}, and stays out.")
    changed = [field for field in FIELDS if field in columns and _set(entry.member, field, entry.details)]
    if _set_numbers(
        entry.member, entry.details.numbers, replace_all="phone2" in columns or "phone3" in columns
    ):
        changed.append("numbers")
    if changed:
        told.insert(0, f"Changed: {', '.join(changed).replace('_', ' ')}.")
    return RowSummary(entry.line, RowState.UPDATED if told else RowState.UNCHANGED, " ".join(told))


def _called(entry: _Entry) -> Sequence[str]:
    """The numbers with which the list names somebody who is called."""
    has_left = entry.member is not None and entry.member.left_on is not None
    return entry.details.numbers if entry.details and not has_left else ()


def _set(member: Member, field: str, details: Details) -> bool:
    if getattr(member, field) == getattr(details, field):
        return False
    setattr(member, field, getattr(details, field))
    return True


def _set_numbers(member: Member, e164s: Sequence[str], *, replace_all: bool) -> bool:
    """Put these numbers first; a number that stays keeps its row, and with it what is known of it."""
    stored = {number.e164: number for number in member.numbers}
    wanted = [*e164s] if replace_all else [*dict.fromkeys([*e164s, *stored])]
    if wanted == [*stored]:
        return False
    member.numbers = [stored.get(e164) or Number(e164=e164) for e164 in wanted]
    for position, number in enumerate(member.numbers):
        number.position = position
    return True


def _report(read: MemberList, rows: Iterable[RowSummary], *, revived: int = 0) -> ImportSummary:
    notes = []
    if read.encoding != "utf-8":
        notes.append("The file is not UTF-8 and was read as Windows-1252; check letters such as é and ë.")
    if read.ignored:
        named = [name or "(no name)" for name in read.ignored[:MOST_NAMED]]
        more = f" and {len(read.ignored) - MOST_NAMED} more" if len(read.ignored) > MOST_NAMED else ""
        notes.append(f"Columns that were not read: {', '.join(named)}{more}.")
    return ImportSummary(read.encoding, read.separator, revived, tuple(notes), tuple(rows))
