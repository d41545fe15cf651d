"""Installations: databases that our own migrations have made, as those of the field are."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import count
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from broadcast.engine.worker import make_app
from buurtbel.database.schema import upgrade
from embedded.cluster import ROLE
from storage.engine import make_engine
from tests.support.databases import superuser
from tests.support.office import NODE, Office

_NUMBERS = count(1)


class Installations:
    """Databases of one server, each dropped when the test is over."""

    def __init__(self, admin: psycopg.Connection, server: str, template: str) -> None:
        self._admin, self._server, self._template = admin, server, template
        self._made: list[str] = []

    def __call__(self, *, is_started: bool = True) -> str:
        """The URL of a new one: empty, or as `serve` leaves it after its first start."""
        name = f"installation_{next(_NUMBERS)}"
        template = self._template if is_started else "template0"
        self._admin.execute(f"CREATE DATABASE {name} TEMPLATE {template} OWNER {ROLE} STRATEGY file_copy")
        self._made.append(name)
        return make_url(self._server).set(database=name).render_as_string(hide_password=False)

    def drop(self) -> None:
        for name in self._made:
            self._admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def started_template(postgres_url: str) -> str:
    with psycopg.connect(superuser(postgres_url), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE started ENCODING 'UTF8' TEMPLATE template0 OWNER {ROLE}")
    upgrade(make_url(postgres_url).set(database="started").render_as_string(hide_password=False))
    return "started"


@pytest.fixture
def installation(postgres_url: str, started_template: str) -> Iterator[Installations]:
    with psycopg.connect(superuser(postgres_url), autocommit=True) as admin:
        made = Installations(admin, postgres_url, started_template)
        yield made
        made.drop()


@asynccontextmanager
async def office_on(url: str, folder: Path, *, serves: bool = True) -> AsyncIterator[Office]:
    """The police office on this installation, with a node at work unless it is said that there is none."""
    engine, app = make_engine(url, connections=2), make_app(url)
    async with app.open_async():
        office = Office(engine, app, folder)
        if serves:
            await office.lease_of(NODE)
        try:
            yield office
        finally:
            await engine.dispose()
