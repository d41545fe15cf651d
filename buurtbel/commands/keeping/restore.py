"""`buurtbel restore` and `move-database`: everything comes into another database, while nobody serves."""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryFile
from typing import Annotated, BinaryIO

import pyrage
import typer

from buurtbel.backup.archive import replayed
from buurtbel.backup.dump import dump
from buurtbel.backup.erased import LONGEST, Erased, erased_here, read_erased
from buurtbel.backup.errors import BackupError
from buurtbel.backup.layout import Contents, Totals
from buurtbel.backup.restore import Keys, Restored, look_through
from buurtbel.backup.restore import restore as bring_back
from buurtbel.backup.scratch import verify
from buurtbel.backup.sealing import identities
from buurtbel.commands.common import Json, answer, run, settings, told
from buurtbel.database.address import database_url, plain
from buurtbel.serve.hold import Held, hold_database
from buurtbel.serve.installation import claimant
from buurtbel.settings.settings import Settings
from buurtbel.terminal.files import File, to_read
from buurtbel.terminal.names import who
from buurtbel.times import day_and_time
from directory.actor import Actor
from embedded import postgres
from storage.engine import make_engine

LONGEST_KEY = 65_536
Key = Annotated[
    File | None,
    typer.Option("--key", parser=to_read, help="File with the private key, of a backup that is encrypted."),
]
Replace = Annotated[
    bool, typer.Option("--replace", help="Put it in place of what the database holds, which is lost.")
]


BackedUp = Annotated[
    File | None, typer.Argument(metavar="FILE", parser=to_read, help="The backup; - for what is piped in.")
]
Archive = Annotated[
    Path | None,
    typer.Option(help="Instead of a backup, the folder with the archive of changes of a lost machine."),
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Restore it into a database that is thrown away, and compare.")
]
Resume = Annotated[
    bool,
    typer.Option(
        "--resume", help="Go on with alerts that ran then: whoever was called since is called again."
    ),
]
Head = Annotated[
    str | None,
    typer.Option("--head", help="Hash of the journal's last entry that it must have, as noted elsewhere."),
]
ErasedSince = Annotated[
    File | None,
    typer.Option(
        "--erased",
        parser=to_read,
        help="The list erased.jsonl of the lost data folder, so that who is in it is erased again.",
    ),
]


def restore(
    file: BackedUp = None,
    *,
    archive: Archive = None,
    key: Key = None,
    dry_run: DryRun = False,
    resume: Resume = False,
    replace: Replace = False,
    head: Head = None,
    erased: ErasedSince = None,
    as_json: Json = False,
) -> None:
    """Bring a backup back, on any machine and into any database. First stop `buurtbel serve`."""
    os.umask(0o077)
    actor = who(None)
    with told():
        if (file is None) == (archive is None):
            raise BackupError("Name one thing to restore: a backup, or an archive with --archive.")
        only_looks = dry_run and archive is None
        held = None if only_looks else hold_database(settings(stay_root=True))
    chosen = settings()
    backup = TemporaryFile() if file is None else file.seekable()  # noqa: SIM115 - closed below
    keys = _keys(key)
    with backup:
        if archive is not None:
            run(_replay(archive.absolute(), chosen, backup))
        if held is None or dry_run:
            with told():
                contents, end = look_through(backup, keys, noted=head)
            run(verify(backup, keys, chosen.scratch_folder))
            _tell_whole(contents, end, chosen, as_json=as_json)
            return
        with told():
            look_through(backup, keys, noted=head)
            gone = [*erased_here(chosen.data_dir)]
            gone += read_erased(erased.read(LONGEST)) if erased else []
        restored = run(
            _restore(chosen, held, actor, backup, keys, resume=resume, replace=replace, erased=gone)
        )
        _tell(restored, chosen, as_json=as_json)


def move_database(
    url: Annotated[str, typer.Argument(help="The shared database, empty, as postgresql://...")],
    as_json: Json = False,
) -> None:
    """Copy everything into a shared database, as it is; then set BUURTBEL_DATABASE_URL to it."""
    os.umask(0o077)
    actor = who(None)
    with told():
        stays = settings(stay_root=True)
        if stays.database.url:
            raise BackupError(
                "BUURTBEL_DATABASE_URL is set, so the embedded database is not used; take it away to move "
                "what is in that one."
            )
        held = hold_database(stays)
    moved = run(_move(settings(), held, actor, plain(url)))
    answer(
        {"members": moved.members, "journal": moved.end.journal_entries},
        as_json=as_json,
        text=lambda: (
            f"Moved {moved.members} members and {moved.end.tables['broadcast'].rows} alerts. Now set "
            f"BUURTBEL_DATABASE_URL to that database and start `buurtbel serve`."
        ),
    )


def _keys(key: File | None) -> Sequence[pyrage.x25519.Identity]:
    if key is None:
        return ()
    with told():
        return identities(key.read(LONGEST_KEY).decode("utf-8", "replace"))


async def _replay(archive: Path, chosen: Settings, to: BinaryIO) -> None:
    """Make a backup of what an archive of changes comes to."""
    async with replayed(archive, chosen.scratch_folder) as url:
        await dump(url, to)


async def _restore(
    chosen: Settings,
    held: Held,
    actor: Actor,
    backup: BinaryIO,
    keys: Keys,
    *,
    resume: bool,
    replace: bool,
    erased: Sequence[Erased],
) -> Restored:
    async with _alone_on(chosen, held) as url:
        engine = make_engine(url, connections=1)
        try:
            return await bring_back(
                engine, actor, backup, keys, resume=resume, replace=replace, erased=erased
            )
        finally:
            await engine.dispose()


async def _move(chosen: Settings, held: Held, actor: Actor, to: str) -> Restored:
    async with _alone_on(chosen, held) as url:
        chosen.scratch_folder.mkdir(parents=True, exist_ok=True, mode=0o711)
        with TemporaryFile(dir=chosen.scratch_folder) as between:
            await dump(url, between)
            engine = make_engine(to, connections=1)
            try:
                return await bring_back(engine, actor, between, (), resume=True, replace=False)
            finally:
                await engine.dispose()


@asynccontextmanager
async def _alone_on(chosen: Settings, held: Held) -> AsyncIterator[str]:
    """The URL of our database, started if it is embedded, while no line works on it from here."""
    with claimant(chosen.data_dir, chosen.node):
        if held.database is None:
            yield await database_url(chosen)
            return
        try:
            yield await asyncio.to_thread(postgres.start, chosen.data_dir, held.database)
        finally:
            await asyncio.to_thread(held.database.stop_program)
            held.database.release()


def _tell(restored: Restored, chosen: Settings, *, as_json: bool) -> None:
    contents, end = restored.contents, restored.end
    answer(
        {
            "taken_at": contents.taken_at,
            "members": restored.members,
            "journal": {"entries": end.journal_entries, "head": end.journal_head},
            "running": restored.running,
            "resumed": restored.is_resumed,
            "erased": restored.erased,
        },
        as_json=as_json,
        text=lambda: _says(restored, chosen),
    )


def _says(restored: Restored, chosen: Settings) -> str:
    taken_at = day_and_time(restored.contents.taken_at, chosen.clock)
    lines = [f"Restored {restored.members} members, as they were on {taken_at}. What was done since is lost."]
    which = ", ".join(map(str, restored.running))
    if restored.running and restored.is_resumed:
        lines.append(f"Going on with what ran then ({which}): who was called since may be called again.")
    elif restored.running:
        lines.append(
            f"What ran then ({which}) is closed, and nobody is called for it again; see `buurtbel results`."
        )
    if restored.erased:
        lines.append(f"Erased again who was erased since: {len(restored.erased)} members.")
    return "\n".join([*lines, "Now start `buurtbel serve`."])


def _tell_whole(contents: Contents, end: Totals, chosen: Settings, *, as_json: bool) -> None:
    rows = {name: one.rows for name, one in end.tables.items()}
    answer(
        {
            "whole": True,
            "taken_at": contents.taken_at,
            "release": contents.release,
            "step": contents.step,
            "rows": rows,
            "journal": {"entries": end.journal_entries, "head": end.journal_head},
        },
        as_json=as_json,
        text=lambda: (
            f"Whole: {rows['member']} members and {rows['broadcast']} alerts, as they were on "
            f"{day_and_time(contents.taken_at, chosen.clock)}. "
            f"The journal goes to entry {end.journal_entries}, {end.journal_head}."
        ),
    )
