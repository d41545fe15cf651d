"""`buurtbel journal`: what people did, listed, exported, and verified by whoever has a file of it."""

import pwd
from collections.abc import Mapping
from contextlib import suppress
from typing import Annotated

import msgspec
import typer

from buurtbel.commands.common import Json, answer, run, settings, table
from buurtbel.database.address import database
from buurtbel.terminal.files import File, to_read, to_write
from buurtbel.terminal.sentences import Failed, complain
from buurtbel.times import day_and_time
from directory.actor import Kind
from directory.journal import book
from directory.journal.book import Entry
from directory.journal.canonical import Fields
from directory.journal.chain import Flaw, Head, Verification, judge, judge_file, written
from directory.officers.officers import officers

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)
MOST_BYTES = 2**30
"""Of a file that is verified: some million entries."""
Noted = Annotated[
    str | None,
    typer.Option("--head", help="Hash of an entry that it must have, as it was noted elsewhere."),
]

FAULTS: Mapping[Flaw, str] = {
    Flaw.NO_JOURNAL: "This is no journal that `buurtbel journal export` wrote.",
    Flaw.UNREADABLE: "Entry {next} cannot be read; what stands there is none.",
    Flaw.CHANGED: "Entry {next} was changed: it does not say what it said when it was written.",
    Flaw.OUT_OF_PLACE: "Another entry stands where entry {next} belongs: one was removed, put in or moved.",
    Flaw.NOT_CHAINED: "Entry {next} does not follow the one before it: one of the two was put there later.",
    Flaw.CUT: "It does not go to the head that it names: what came after entry {entries} is missing or new.",
    Flaw.UNKNOWN_HEAD: "It has no entry with the hash given as --head: it was cut, or written anew.",
}


@app.command("list")
def list_entries(
    last: Annotated[int, typer.Option(min=1, max=100_000, help="How many to list.")] = 20,
    as_json: Json = False,
) -> None:
    """List who did what, newest first."""
    chosen = settings()

    async def work() -> tuple[list[Entry], Mapping[int, str]]:
        async with database(chosen) as engine, engine.connect() as connection:
            names = {one.id: one.name for one in await officers(connection)}
            return await book.newest(connection, last), names

    found, names = run(work())
    answer(
        msgspec.to_builtins(found),
        as_json=as_json,
        text=lambda: table(
            "entry",
            "at",
            "by",
            "role",
            "act",
            "on",
            rows=[
                (
                    str(one.position),
                    day_and_time(one.at, chosen.clock),
                    _who(one, names),
                    one.role.replace("_", " "),
                    one.act,
                    ", ".join(f"{what} {' '.join(map(str, ids))}" for what, ids in one.ids.items()),
                )
                for one in found
            ],
        ),
    )


@app.command("export")
def export(
    to: Annotated[str, typer.Argument(help="File to write.")],
    as_json: Json = False,
) -> None:
    """Write all of it into a file that can be verified anywhere; note the head elsewhere."""

    async def work() -> tuple[Head, list[Fields]]:
        async with database(settings()) as engine, book.whole(engine) as connection:
            return await book.head(connection), [one async for one in book.entries(connection)]

    with to_write(to) as file:
        head, entries = run(work())
        file.write("".join(f"{line}\n" for line in written(entries, head)).encode())
    answer(
        {"file": to, "entries": head.entries, "head": head.hash},
        as_json=as_json,
        text=lambda: f"Wrote {head.entries} entries up to {head.hash}.",
    )


@app.command("verify")
def verify(
    file: Annotated[
        File | None,
        typer.Argument(
            parser=to_read, help="An exported journal; - for what is piped in; none: the database."
        ),
    ] = None,
    noted: Noted = None,
    as_json: Json = False,
) -> None:
    """Look whether a journal is whole: that nothing of it was changed, removed, inserted or moved."""
    if file is None:
        verdict = run(_verdict_on_database(noted))
    else:
        lines = file.read(MOST_BYTES).decode("utf-8", "replace").removesuffix("\n").split("\n")
        verdict = judge_file(lines, noted=noted)
    head = verdict.head
    answer(
        {"whole": verdict.fault is None, "entries": head.entries, "head": head.hash, "fault": verdict.fault},
        as_json=as_json,
        text=lambda: _told(verdict, noted),
    )
    if verdict.fault is not None:
        complain(FAULTS[verdict.fault].format(entries=head.entries, next=head.entries + 1))
        raise Failed


async def _verdict_on_database(noted: str | None) -> Verification:
    async with database(settings()) as engine, book.whole(engine) as connection:
        return judge([one async for one in book.entries(connection)], noted=noted)


def _told(verdict: Verification, noted: str | None) -> str:
    head = verdict.head
    if verdict.fault is not None:
        return f"Whole up to entry {head.entries}."
    against = (
        "The noted head is in it." if noted else "Compare this head with the one that was noted elsewhere."
    )
    return f"Whole: {head.entries} entries, up to {head.hash}. {against}"


def _who(entry: Entry, officers_by_id: Mapping[int, str]) -> str:
    """With the name that they have today."""
    name = ""
    if entry.actor_id is None:
        return entry.actor
    if entry.actor == Kind.OFFICER:
        name = officers_by_id.get(entry.actor_id, "")
    elif entry.actor == Kind.ACCOUNT:
        with suppress(KeyError, OverflowError):
            name = pwd.getpwuid(entry.actor_id).pw_name
    return f"{entry.actor} {entry.actor_id}" + (f" ({name})" if name else "")
