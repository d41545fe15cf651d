"""A real PostgreSQL for every test that wants one: a server per worker, a fresh database per test."""

import importlib
from collections.abc import AsyncIterator, Iterator
from itertools import count
from pathlib import Path

import psycopg
import pytest
from hypothesis import settings
from procrastinate import App, PsycopgConnector
from psycopg import sql
from sqlalchemy import create_engine, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from embedded import postgres
from embedded.account import DATABASE, SERVES, account_for
from embedded.cluster import ROLE
from storage.base import Base
from storage.engine import make_engine
from tests.support.accounts import open_folder

pytest_plugins = ["tests.pbx_fixtures"]

TABLES = (
    "directory.tables",
    "directory.journal.table",
    "broadcast.tables",
    "broadcast.duty_tables",
    "broadcast.leave_tables",
    "broadcast.trial_tables",
    "broadcast.pending_alert_tables",
)
TEMPLATE = "buurtbel_template"
DATABASE_NUMBERS = count(1)

# A busy machine is no property of the code: an example may take as long as it takes.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever may take longest begins first, so that no worker is left alone with it at the end."""
    items.sort(key=_longest, reverse=True)


def _longest(item: pytest.Item) -> float:
    marker = item.get_closest_marker("timeout")
    return float(marker.args[0]) if marker else 0.0


@pytest.fixture
def around() -> Iterator[Path]:
    """A folder of ours that every account can enter, unlike those of pytest."""
    with open_folder() as folder:
        yield folder


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """The address of this worker's own server, which dies and leaves nothing behind."""
    with open_folder() as folder:
        # Servers that share it run as the account that serves, whoever runs the tests.
        keeper = postgres.keeper_of(folder, account_for(SERVES), account_for(DATABASE))
        try:
            yield postgres.start(folder, keeper)
        finally:
            keeper.stop_program()
            keeper.let_go()


@pytest.fixture(scope="session")
def template_database(postgres_url: str) -> str:
    """The name of a database that has every room's tables and the job engine's, and no rows."""
    for module in TABLES:
        importlib.import_module(module)
    with psycopg.connect(superuser(postgres_url), autocommit=True) as admin:
        # Nobody needs these rows after a power cut, and waiting for the disk would be most of the run.
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            admin.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
        admin.execute("SELECT pg_reload_conf()")
        create = sql.SQL("CREATE DATABASE {} OWNER {}")
        admin.execute(create.format(sql.Identifier(TEMPLATE), sql.Identifier(ROLE)))
    url = _url_of(postgres_url, TEMPLATE)
    with psycopg.connect(url) as connection:
        connection.execute(App(connector=PsycopgConnector()).schema_manager.get_schema().encode())
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    Base.metadata.create_all(engine)
    engine.dispose()
    return TEMPLATE


@pytest.fixture
def database_url(postgres_url: str, template_database: str) -> Iterator[str]:
    """A fresh database with all tables and no rows, as a URL; gone after the test."""
    name = f"buurtbel_{next(DATABASE_NUMBERS)}"
    with psycopg.connect(superuser(postgres_url), autocommit=True) as admin:
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {}")
        names = [sql.Identifier(one) for one in (name, template_database, ROLE)]
        admin.execute(create.format(*names))
        yield _url_of(postgres_url, name)
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[AsyncEngine]:
    """The same fresh database, as an engine."""
    engine = make_engine(database_url)
    yield engine
    await engine.dispose()


@pytest.fixture
async def session(database: AsyncEngine) -> AsyncIterator[AsyncSession]:
    """One session on the fresh database; the test commits, if it wants to."""
    async with AsyncSession(database, expire_on_commit=False) as session:
        yield session


def superuser(server_url: str) -> str:
    """The same server as who may make databases there; what is tested comes in as the role of our tables."""
    return make_url(server_url).set(username="postgres").render_as_string(hide_password=False)


def _url_of(server_url: str, database: str) -> str:
    return make_url(server_url).set(database=database).render_as_string(hide_password=False)
