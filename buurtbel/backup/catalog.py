"""What a database of ours consists of, as PostgreSQL itself tells: tables, keys, and where ids go on."""

from collections.abc import Sequence
from graphlib import TopologicalSorter
from typing import Any

from psycopg import AsyncConnection
from psycopg.sql import SQL, Composed, Identifier

from buurtbel.backup.layout import SequenceForm, TableForm

PASSED_OVER = frozenset({"alembic_version"})
JOBS = "procrastinate_"
"""How names of the job engine's tables begin: rows are the truth, and attempts get their jobs anew."""
WORDS = (
    "SET TIME ZONE 'UTC'",
    "SET DateStyle = 'ISO, YMD'",
    "SET IntervalStyle = 'postgres'",
    "SET bytea_output = 'hex'",
    "SET extra_float_digits = 3",
)
"""How values are written, wherever a server has been told otherwise."""
_TABLES = """
SELECT pg_class.relname,
    array_agg(attname ORDER BY attnum),
    (SELECT array_agg(a.attname ORDER BY array_position(i.indkey::int2[], a.attnum))
     FROM pg_index AS i JOIN pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)
     WHERE i.indrelid = pg_class.oid AND i.indisprimary)
FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attgenerated = ''
GROUP BY pg_class.oid, pg_class.relname
ORDER BY pg_class.relname
"""
_REFERENCES = """
SELECT conrelid::regclass::text, confrelid::regclass::text FROM pg_constraint
WHERE contype = 'f' AND conrelid <> confrelid AND connamespace = 'public'::regnamespace
"""
_SEQUENCES = """
SELECT pg_class.relname, attname, pg_get_serial_sequence(format('public.%I', pg_class.relname), attname)
FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0 AND attidentity <> ''
WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' ORDER BY pg_class.relname, attname
"""
_STEP = "SELECT version_num FROM alembic_version"


async def tables(connection: AsyncConnection[Any]) -> Sequence[TableForm]:
    """Those whose rows are kept, in an order in which they can be filled: first what others refer to."""
    found = await (await connection.execute(_TABLES)).fetchall()
    forms = {
        name: TableForm(name, columns, key or columns)
        for name, columns, key in found
        if name not in PASSED_OVER and not name.startswith(JOBS)
    }
    graph: dict[str, set[str]] = {name: set() for name in forms}
    for name, refers_to in await (await connection.execute(_REFERENCES)).fetchall():
        if name in forms and refers_to in forms:
            graph[name].add(refers_to)
    return [forms[name] for name in TopologicalSorter(graph).static_order()]


async def sequences(connection: AsyncConnection[Any], of: Sequence[TableForm]) -> Sequence[SequenceForm]:
    """Where the ids of these tables go on."""
    names = {table.name for table in of}
    found = []
    for table, column, sequence in await (await connection.execute(_SEQUENCES)).fetchall():
        if table in names:
            schema, _, name = sequence.partition(".")
            asked = SQL("SELECT last_value, is_called FROM {}").format(Identifier(schema, name.strip('"')))
            row = await (await connection.execute(asked)).fetchone()
            assert row is not None
            found.append(SequenceForm(table, column, row[0], row[1]))
    return found


async def step(connection: AsyncConnection[Any]) -> str | None:
    """The step of the migrations that this database is at; None for one that is not ours, or empty."""
    is_there = await (await connection.execute("SELECT to_regclass('public.alembic_version')")).fetchone()
    if is_there is None or is_there[0] is None:
        return None
    row = await (await connection.execute(_STEP)).fetchone()
    return None if row is None else str(row[0])


def copy_out(table: TableForm) -> Composed:
    """Writes its rows in their order."""
    columns, key = (SQL(", ").join(map(Identifier, names)) for names in (table.columns, table.key))
    asked = SQL("SELECT {} FROM {} ORDER BY {}").format(columns, Identifier(table.name), key)
    return SQL("COPY ({}) TO STDOUT").format(asked)


def copy_in(table: TableForm) -> Composed:
    """Takes rows as `copy_out` wrote them."""
    columns = SQL(", ").join(map(Identifier, table.columns))
    return SQL("COPY {} ({}) FROM STDIN").format(Identifier(table.name), columns)
