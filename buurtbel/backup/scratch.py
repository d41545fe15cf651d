"""Restores a backup into a database server of its own, compares both, and throws the server away."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import BinaryIO

from buurtbel.backup import catalog
from buurtbel.backup import load as loading
from buurtbel.backup.errors import Unusable
from buurtbel.backup.layout import BackupReader, Contents, Rows, TableForm, TableSum, Totals
from buurtbel.backup.restore import Keys
from buurtbel.backup.sealing import opened
from embedded import postgres
from embedded.account import DATABASE, Account, account_for
from storage.engine import make_engine

_OF_ALL = Path("/var/tmp")  # noqa: S108 - a folder of a name that nobody can guess is made in it


async def verify(file: BinaryIO, keys: Keys, folder: Path) -> tuple[Contents, Totals]:
    """Restore a backup below `folder`, and compare each row and the journal's head with what it says.

    Nothing of it stays there. Raises Unusable, Locked, StartError.
    """
    async with _server(folder) as url:
        engine = make_engine(url, connections=1)
        try:
            with opened(file, keys) as stream:
                reader = BackupReader(stream)
                async with engine.connect() as connection:  # and nothing is committed
                    end = await loading.load(connection, reader, compare=_compare)
        finally:
            await engine.dispose()
    return reader.contents, end


async def _compare(writing: "loading.Driver", contents: Contents, end: Totals) -> None:
    for table in contents.tables:
        if await _sum_of(writing, table) != end.tables[table.name]:
            raise Unusable(
                f"Restored, the table {table.name} is not what it was in this backup; take another one."
            )


async def _sum_of(writing: "loading.Driver", table: TableForm) -> TableSum:
    rows = Rows(table.name, lambda _name, _part: None)
    async with writing.cursor() as cursor, cursor.copy(catalog.copy_out(table)) as copy:
        async for chunk in copy:
            rows.add(bytes(chunk))
    return rows.end()


@asynccontextmanager
async def _server(folder: Path) -> AsyncIterator[str]:
    """The URL of a server that only we reach, with nothing in it."""
    theirs = account_for(DATABASE)
    place = await asyncio.to_thread(_place, folder, theirs)
    keeper = postgres.keeper_of(place, Account.ours(), theirs)
    try:
        yield await asyncio.to_thread(postgres.start, place, keeper)
    finally:
        await asyncio.to_thread(keeper.stop_program)
        keeper.release()
        await asyncio.to_thread(shutil.rmtree, place)


def _place(folder: Path, theirs: Account) -> Path:
    """A new folder in which that account can have its data: `folder` may be closed to others than root."""
    if theirs.is_ours:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return Path(tempfile.mkdtemp(prefix="server-", dir=folder))
    place = Path(tempfile.mkdtemp(prefix="buurtbel-", dir=_OF_ALL))
    place.chmod(0o711)
    return place
