"""A real PostgreSQL for every test that wants one: a server per worker, an empty database per test."""

import asyncio
import gc
from collections.abc import AsyncIterator, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from argon2.profiles import CHEAPEST
from hypothesis import settings
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from directory.officers.pins import hash_at
from embedded import postgres
from embedded.account import DATABASE, SERVES, account_for
from tests.support.accounts import open_folder
from tests.support.databases import Databases
from tests.support.shared_engine import SharedEngine

pytest_plugins = ["tests.pbx_fixtures"]

# A busy machine is no property of the code: an example may take as long as it takes.
settings.register_profile("patient", deadline=None)
settings.register_profile("quick", deadline=None, max_examples=10)
settings.load_profile("patient")


def pytest_collection_finish() -> None:
    """What is there by now stays to the end: nobody need look through it again for what is not needed."""
    gc.collect()
    gc.freeze()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whoever may take longest begins first, so that no worker is left alone with it at the end."""
    items.sort(key=_longest, reverse=True)


def _longest(item: pytest.Item) -> float:
    marker = item.get_closest_marker("timeout")
    return float(marker.args[0]) if marker else 0.0


@pytest.fixture(scope="session", autouse=True)
def cheap_pins() -> None:
    """Thousands of PINs are hashed; what one costs in truth is for the tests of PINs."""
    hash_at(CHEAPEST)


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
            keeper.release()


@pytest.fixture(scope="session")
def databases(postgres_url: str) -> Iterator[Databases]:
    with closing(Databases(postgres_url)) as databases:
        yield databases


@pytest.fixture
def database_url(databases: Databases) -> Iterator[str]:
    """A database with all tables and no rows, as a URL."""
    with databases.fresh() as url:
        yield url


@pytest.fixture(scope="session")
def shared_engine(postgres_url: str) -> Iterator[SharedEngine]:
    shared = SharedEngine(postgres_url)
    yield shared
    asyncio.run(shared.close())


@pytest.fixture
async def database(database_url: str, shared_engine: SharedEngine) -> AsyncIterator[AsyncEngine]:
    """The same database, as an engine."""
    async with shared_engine.on(database_url) as engine:
        yield engine


@pytest.fixture
async def session(database: AsyncEngine) -> AsyncIterator[AsyncSession]:
    """One session on the fresh database; the test commits, if it wants to."""
    async with AsyncSession(database, expire_on_commit=False) as session:
        yield session
