"""An office on a fresh database for every test that wants one."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from broadcast.engine.worker import make_app
from tests.support.office import NODE, Office


@pytest.fixture
async def office(database: AsyncEngine, database_url: str, tmp_path: Path) -> AsyncIterator[Office]:
    app = make_app(database_url, idle=0)
    async with app.open_async():
        made = Office(database, app, tmp_path)
        await made.lease_of(NODE)
        yield made
