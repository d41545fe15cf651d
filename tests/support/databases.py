"""Databases of a server that tests have to themselves: each has every table, and no rows.

To make one costs as much as a short test does, and so does a connection. So what a test leaves is emptied
through a connection that stays, and given to the next test. A database is dropped when a test has changed the
tables themselves, which an event trigger tells, or has grown it.

On each new connection PostgreSQL learns the tables anew, for 20 ms. So those that are named `STAYS`, and do
nothing when a test is over, stay for the next.
"""

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import psycopg
from procrastinate import App, PsycopgConnector
from psycopg import sql
from sqlalchemy import create_engine, make_url

from embedded.cluster import ROLE
from storage.base import Base

TABLES = (
    "directory.tables",
    "directory.journal.table",
    "directory.users.tables",
    "broadcast.drafting.tables",
    "broadcast.tables",
    "broadcast.duty_tables",
    "broadcast.leave_tables",
    "broadcast.trial_tables",
    "broadcast.pending_alert_tables",
    "broadcast.watching.triggers",
)
TEMPLATE = "buurtbel_template"
LARGEST = 2_000_000
"""Bytes of tables, with what is dead in them, above which a database is not used again."""
WITHOUT_CARE = ("fsync", "full_page_writes", "synchronous_commit", "autovacuum")
"""Nobody needs these rows after a power cut or for long, and waiting for the disk would take longest."""
EMPTIES = """
CREATE SCHEMA seen;
CREATE TABLE seen.change ();
CREATE FUNCTION seen.note() RETURNS event_trigger LANGUAGE plpgsql SECURITY DEFINER AS
    'BEGIN INSERT INTO seen.change DEFAULT VALUES; END';
CREATE FUNCTION seen.empty(largest bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    name regclass;
BEGIN
    IF EXISTS (SELECT FROM seen.change) OR largest < (
        SELECT sum(pg_relation_size(oid)) FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
    ) THEN
        RETURN false;
    END IF;
    SET LOCAL session_replication_role = replica;  -- the journal is only added to, and rows refer to others
    FOR name IN
        SELECT oid FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND pg_relation_size(oid) > 0
    LOOP
        EXECUTE format('DELETE FROM %s', name);
    END LOOP;
    PERFORM setval(seqrelid, seqstart, false) FROM pg_sequence;
    RETURN true;
END
$$;
CREATE EVENT TRIGGER note ON ddl_command_end EXECUTE FUNCTION seen.note();
"""
"""`seen.empty` deletes all rows and says so, unless a test has changed the tables or they are too large."""
STAYS = "stays with the database"
"""The application's name on a connection that the next test may use."""
OTHERS = """
SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
WHERE datname = %s AND pid <> %s AND NOT (application_name = %s AND state = 'idle')
"""


def superuser(server_url: str) -> str:
    """The same server as who may make databases there; what is tested comes in as the role of our tables."""
    return make_url(server_url).set(username="postgres").render_as_string(hide_password=False)


@contextmanager
def new_database(server_url: str, name: str) -> Iterator[str]:
    """An empty database without tables, that servers share."""
    with psycopg.connect(superuser(server_url), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} OWNER {ROLE}")
        yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


class Databases:
    """All those of one server."""

    def __init__(self, server_url: str) -> None:
        self._server = make_url(server_url)
        self._numbers = count(1)
        self._idle: list[str] = []
        self._inside: dict[str, psycopg.Connection] = {}
        """Our connections to the databases that there are."""
        self._admin = psycopg.connect(superuser(server_url), autocommit=True)
        for setting in WITHOUT_CARE:
            self._do("ALTER SYSTEM SET {} = off", setting)
        self._do("SELECT pg_reload_conf()")
        self._make_template()

    def close(self) -> None:
        for connection in (self._admin, *self._inside.values()):
            connection.close()

    @contextmanager
    def fresh(self) -> Iterator[str]:
        """The URL of one without rows; others may have it after."""
        name = self._idle.pop() if self._idle else self._made()
        yield self._url_of(name)
        if self._is_emptied(name):
            self._idle.append(name)
        else:
            self._inside.pop(name).close()
            self._do("DROP DATABASE {} WITH (FORCE)", name)

    def _made(self) -> str:
        name = f"buurtbel_{next(self._numbers)}"
        self._do("CREATE DATABASE {} TEMPLATE {} OWNER {} STRATEGY file_copy", name, TEMPLATE, ROLE)
        return name

    def _is_emptied(self, name: str) -> bool:
        if name not in self._inside:
            self._inside[name] = psycopg.connect(superuser(self._url_of(name)), autocommit=True)
        inside = self._inside[name]
        inside.execute(OTHERS, (name, inside.info.backend_pid, STAYS))
        [is_empty] = inside.execute("SELECT seen.empty(%s)", (LARGEST,)).fetchone() or [False]
        return bool(is_empty)

    def _make_template(self) -> None:
        for module in TABLES:
            importlib.import_module(module)
        self._do("CREATE DATABASE {} OWNER {}", TEMPLATE, ROLE)
        url = self._url_of(TEMPLATE)
        with psycopg.connect(url) as connection:
            connection.execute(App(connector=PsycopgConnector()).schema_manager.get_schema().encode())
        engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
        Base.metadata.create_all(engine)
        engine.dispose()
        with psycopg.connect(superuser(url)) as connection:
            connection.execute(EMPTIES)

    def _url_of(self, name: str) -> str:
        return self._server.set(database=name).render_as_string(hide_password=False)

    def _do(self, statement: str, *names: str) -> None:
        self._admin.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))
