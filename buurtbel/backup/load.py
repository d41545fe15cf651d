"""Fills a database from a backup, in the transaction of its caller: all of it or nothing."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import psycopg
from alembic import command
from alembic.script import ScriptDirectory
from psycopg import AsyncConnection as Psycopg
from psycopg.sql import SQL, Identifier
from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from buurtbel.backup import catalog
from buurtbel.backup.errors import BackupError, Unusable
from buurtbel.backup.layout import BackupReader, Contents, SequenceForm, TableForm, Totals
from buurtbel.database.schema import LOCK, alembic_config
from directory.journal import book
from directory.journal.chain import judge
from storage.base import Base

_DAMAGED = "This backup holds rows that cannot be ({why}); take another one."
_OURS = """
SELECT format('DROP TABLE IF EXISTS public.%%I CASCADE', relname) FROM pg_class
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
    AND (relname = ANY(%(tables)s) OR starts_with(relname, 'procrastinate_'))
UNION ALL
SELECT format('DROP ROUTINE IF EXISTS %%s CASCADE', oid::regprocedure) FROM pg_proc
WHERE pronamespace = 'public'::regnamespace
    AND (starts_with(proname, 'procrastinate_') OR oid IN (
        SELECT tgfoid FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid
        WHERE relnamespace = 'public'::regnamespace AND relname = ANY(%(tables)s) AND NOT tgisinternal
    ))
UNION ALL
SELECT format('DROP TYPE IF EXISTS public.%%I CASCADE', typname) FROM pg_type
WHERE typnamespace = 'public'::regnamespace AND typtype IN ('e', 'c')
    AND starts_with(typname, 'procrastinate_')
    AND NOT EXISTS (SELECT FROM pg_class WHERE pg_class.oid = typrelid AND relkind <> 'c')
"""
_OF_ITS_OWN = frozenset({"journal", "node"})
"""What a database holds that was only started once: its first entry, and who asked to serve."""


Driver = Psycopg[Any]
Compare = Callable[[Driver, Contents, Totals], Awaitable[None]]


async def driver(connection: AsyncConnection) -> Driver:
    """The connection of psycopg that this one is on, for what only that can do."""
    raw = await connection.get_raw_connection()
    found = raw.driver_connection
    assert isinstance(found, Psycopg)
    return found


async def lock(connection: AsyncConnection) -> None:
    """Let nobody else make or change the tables until this transaction ends."""
    await (await driver(connection)).execute("SELECT pg_advisory_xact_lock(%s)", (LOCK,))


async def is_at_work(connection: AsyncConnection) -> bool:
    """Whether a node holds a lease on this database."""
    asking = await driver(connection)
    if not await _is_there(asking, "node"):
        return False
    found = await asking.execute("SELECT EXISTS (SELECT FROM node WHERE leased_until > clock_timestamp())")
    row = await found.fetchone()
    return bool(row and row[0])


async def holds_something(connection: AsyncConnection) -> bool:
    """Whether somebody has worked with this database."""
    asking = await driver(connection)
    if await catalog.step(asking) is None:
        return False
    for table in await catalog.tables(asking):
        if table.name not in _OF_ITS_OWN:
            found = await asking.execute(SQL("SELECT EXISTS (SELECT FROM {})").format(Identifier(table.name)))
            row = await found.fetchone()
            if row and row[0]:
                return True
    return False


def check_step(step: str) -> None:
    """Raise Unusable for a backup of a release that is newer than this one."""
    if step not in _steps():
        raise Unusable(
            f"This backup was made by a newer release of Buurtbel (step {step[:20]!r}); restore it with that."
        )


def _steps() -> set[str]:
    from alembic.config import Config  # noqa: PLC0415 - only who restores

    from buurtbel.database.schema import MIGRATIONS  # noqa: PLC0415 - as above

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return {one.revision for one in ScriptDirectory.from_config(config).walk_revisions()}


async def load(
    connection: AsyncConnection, reader: BackupReader, *, compare: Compare | None = None
) -> Totals:
    """Put what the backup holds in place of all that this database holds of ours.

    The tables come from our own migrations, up to the step that the backup had and then to this release's; a
    backup brings rows and nothing else. `compare` looks at them while they are as they were written.
    Raises Unusable, and BackupError where the database refuses.
    """
    contents = reader.contents
    check_step(contents.step)
    try:
        await _drop_ours(connection)
        await connection.run_sync(_bring_to, contents.step)
        writing = await driver(connection)
        _check_tables(contents.tables, await catalog.tables(writing))
        end = await _fill(writing, reader)
        if compare is not None:
            await compare(writing, contents, end)
        await connection.run_sync(_bring_to, "head")
    except psycopg.errors.InsufficientPrivilege as error:
        raise BackupError(
            "This role may not make or fill the tables there; use the role that owns the database."
        ) from error
    except (psycopg.DataError, psycopg.IntegrityError, psycopg.errors.RaiseException) as error:
        raise Unusable(_DAMAGED.format(why=type(error).__name__)) from error
    except (psycopg.Error, DBAPIError) as error:
        raise BackupError(
            f"The database did not take the backup ({type(error).__name__}); nothing was changed."
        ) from error
    await _check_journal(connection, end)
    return end


def _bring_to(connection: Connection, step: str) -> None:
    command.upgrade(alembic_config(connection), step)


async def _is_there(asking: Driver, table: str) -> bool:
    row = await (await asking.execute("SELECT to_regclass(%s)", (f"public.{table}",))).fetchone()
    return bool(row and row[0])


async def _drop_ours(connection: AsyncConnection) -> None:
    writing = await driver(connection)
    tables = [*Base.metadata.tables, *catalog.PASSED_OVER]
    for (words,) in await (await writing.execute(_OURS, {"tables": tables})).fetchall():
        await writing.execute(words)


def _check_tables(brought: Sequence[TableForm], there: Sequence[TableForm]) -> None:
    """A backup names every table of its step, with every column, and no other."""
    if _columns(brought) != _columns(there) or len(brought) != len(there):
        raise Unusable("This backup has other tables than the release that it names; take another one.")


def _columns(tables: Sequence[TableForm]) -> Mapping[str, set[str]]:
    return {table.name: set(table.columns) for table in tables}


async def _fill(writing: Driver, reader: BackupReader) -> Totals:
    for words in catalog.WORDS:
        await writing.execute(words)
    # Its triggers would chain anew what is chained already, and keep the first entry of the new tables.
    await writing.execute("ALTER TABLE journal DISABLE TRIGGER USER")
    await writing.execute("DELETE FROM journal")
    counted = {}
    for table in reader.contents.tables:
        async with writing.cursor() as cursor:
            async with cursor.copy(catalog.copy_in(table)) as copy:
                for part in reader.rows(table):
                    await copy.write(part)
            counted[table.name] = cursor.rowcount
    await writing.execute("ALTER TABLE journal ENABLE TRIGGER USER")
    await _go_on_counting(writing, reader.contents.sequences)
    end = reader.end()
    if counted != {name: table.rows for name, table in end.tables.items()}:
        raise Unusable("This backup holds another number of rows than it says; take another one.")
    return end


async def _go_on_counting(writing: Driver, sequences: Sequence[SequenceForm]) -> None:
    known = {
        (one.table, one.column) for one in await catalog.sequences(writing, await catalog.tables(writing))
    }
    for one in sequences:
        if (one.table, one.column) not in known:
            raise Unusable("This backup counts something that no release counts; take another one.")
        await writing.execute(
            "SELECT setval(pg_get_serial_sequence(format('public.%%I', %s::text), %s), %s, %s)",
            (one.table, one.column, one.last, one.is_called),
        )


async def _check_journal(connection: AsyncConnection, end: Totals) -> None:
    verdict = judge([one async for one in book.entries(connection)])
    if verdict.fault is not None:
        raise Unusable(f"The journal in this backup was changed after entry {verdict.head.entries}.")
    if (verdict.head.entries, verdict.head.hash) != (end.journal_entries, end.journal_head):
        raise Unusable("The journal in this backup does not go to the head that it names; take another one.")
