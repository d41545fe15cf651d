"""Makes a backup: one moment of a database, whatever is done meanwhile."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any, BinaryIO

import psycopg
from psycopg import AsyncConnection, IsolationLevel
from psycopg.conninfo import make_conninfo

from buurtbel.backup import catalog
from buurtbel.backup.errors import BackupError
from buurtbel.backup.layout import BackupWriter, Contents, TableForm, Totals
from storage.engine import CONNECTION

_HEAD = "SELECT position, hash FROM journal WHERE position IS NOT NULL ORDER BY position DESC LIMIT 1"
NOTHING = "0" * 64
"""The head of a journal without entries."""


async def dump(database_url: str, to: BinaryIO) -> tuple[Contents, Totals]:
    """Write a backup of this database into a stream; blocks on the stream, not on the database.

    Nobody waits for it: it reads a snapshot and locks no row. Raises BackupError.
    """
    try:
        async with _snapshot(database_url) as connection:
            contents = await _contents(connection)
            writer = BackupWriter(to, contents)
            for table in contents.tables:
                await _write(connection, writer, table)
            row = await (await connection.execute(_HEAD)).fetchone()
            entries, head = row or (0, NOTHING)
            return contents, writer.end(journal_entries=entries, journal_head=head)
    except psycopg.Error as error:
        raise BackupError(
            f"The database could not be read ({type(error).__name__}); see whether it runs, and try again."
        ) from error
    except OSError as error:
        raise BackupError(f"The backup could not be written ({error.strerror}); make room.") from error


@asynccontextmanager
async def _snapshot(database_url: str) -> AsyncIterator[AsyncConnection[Any]]:
    connection = await AsyncConnection.connect(make_conninfo(database_url, **CONNECTION))
    try:
        await connection.set_isolation_level(IsolationLevel.REPEATABLE_READ)
        await connection.set_read_only(True)
        for words in catalog.WORDS:
            await connection.execute(words)
        yield connection
    finally:
        await connection.close()


async def _contents(connection: AsyncConnection[Any]) -> Contents:
    step = await catalog.step(connection)
    if step is None:
        raise BackupError("This database holds nothing of Buurtbel yet; start `buurtbel serve` first.")
    tables = await catalog.tables(connection)
    return Contents(
        release=version("buurtbel"),
        step=step,
        taken_at=datetime.now(UTC),
        postgres=connection.info.parameter_status("server_version") or "",
        tables=tables,
        sequences=await catalog.sequences(connection, tables),
    )


async def _write(connection: AsyncConnection[Any], writer: BackupWriter, table: TableForm) -> None:
    with writer.table(table.name) as rows:
        async with connection.cursor() as cursor, cursor.copy(catalog.copy_out(table)) as copy:
            async for chunk in copy:
                rows.add(bytes(chunk))
