"""`buurtbel backup`: the whole database in one file."""

import os
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from buurtbel.backup.errors import BackupError
from buurtbel.backup.folder import backups_in
from buurtbel.backup.make import Made, make, make_by_clock, make_in_folder
from buurtbel.backup.sealing import new_key
from buurtbel.commands.common import Json, answer, run, settings, table, told
from buurtbel.settings.settings import Settings
from buurtbel.terminal.files import STDIN, to_write_new
from buurtbel.terminal.sentences import complain
from buurtbel.times import day_and_time

NICENESS = 19
"""The nice value of who makes a backup by the clock: calls go before it."""


def backup(
    to: Annotated[
        str | None,
        typer.Argument(
            metavar="FILE", help="A new file for it, or - to write it on; none: one in the folder of backups."
        ),
    ] = None,
    *,
    verify: Annotated[
        bool, typer.Option("--verify", help="Restore it into a database of its own, and compare both.")
    ] = False,
    listed: Annotated[
        bool, typer.Option("--list", help="List those in the folder of backups instead.")
    ] = False,
    key: Annotated[
        str | None,
        typer.Option("--new-key", metavar="FILE", help="Make a pair of keys to encrypt with instead."),
    ] = None,
    by_clock: Annotated[
        bool, typer.Option("--by-clock", help="As `serve` does each night: compared, kept, taken elsewhere.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Save the whole database into one file, whatever is done meanwhile; nobody waits for it."""
    os.umask(0o077)
    if key is not None:
        _make_key(key, as_json=as_json)
    elif listed:
        _list(settings(), as_json=as_json)
    elif by_clock:
        _go_last()
        run(make_by_clock(settings()))
    elif to is None:
        path, made = run(make_in_folder(settings(), is_verified=verify))
        _tell(str(path), made, as_json=as_json)
    else:
        with to_write_new(to) as file:
            made = run(make(settings(), file, is_verified=verify))
        if to == STDIN:
            complain(_says("the standard output", made))
        else:
            _tell(to, made, as_json=as_json)


def _tell(file: str, made: Made, *, as_json: bool) -> None:
    contents, end = made.contents, made.end
    answer(
        {
            "file": file,
            "taken_at": contents.taken_at,
            "step": contents.step,
            "rows": {name: one.rows for name, one in end.tables.items()},
            "journal": {"entries": end.journal_entries, "head": end.journal_head},
            "verified": made.is_verified,
        },
        as_json=as_json,
        text=lambda: _says(file, made),
    )


def _says(file: str, made: Made) -> str:
    end = made.end
    verified = "Restored elsewhere and compared: it is whole. " if made.is_verified else ""
    return (
        f"Saved {end.tables['member'].rows} members and {end.tables['broadcast'].rows} alerts in {file}. "
        f"{verified}The journal goes to entry {end.journal_entries}, {end.journal_head}."
    )


def _list(chosen: Settings, *, as_json: bool) -> None:
    with told():
        try:
            found = [(one, one.stat()) for one in backups_in(chosen.backup_folder)]
        except OSError as error:
            raise BackupError(
                f"{chosen.backup_folder} cannot be read ({error.strerror}); look as its owner."
            ) from error
    answer(
        [{"file": str(one), "bytes": about.st_size} for one, about in found],
        as_json=as_json,
        text=lambda: table(
            "made",
            "MB",
            "file",
            rows=[(_made_at(one, chosen), f"{about.st_size / 2**20:.1f}", str(one)) for one, about in found],
        ),
    )


def _made_at(path: Path, chosen: Settings) -> str:
    from datetime import UTC, datetime  # noqa: PLC0415 - only who lists

    with suppress(ValueError):
        at = datetime.strptime(path.name[9:25], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        return day_and_time(at, chosen.clock)
    return "?"


def _make_key(name: str, *, as_json: bool) -> None:
    private, public = new_key()
    with to_write_new(name) as file:
        file.write(f"# public key: {public}\n{private}\n".encode())
    answer(
        {"file": name, "recipient": public},
        as_json=as_json,
        text=lambda: (
            f"The private key is in {name}: take it off this machine, and print it too, for without it no "
            f"backup can be read. Set BUURTBEL_BACKUP_RECIPIENTS={public}"
        ),
    )


def _go_last() -> None:
    os.nice(NICENESS)
