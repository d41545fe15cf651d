"""A screen on a fresh database, for every test that wants one."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from broadcast.engine.worker import make_app
from console.state import Running
from tests.console.desk_of_tests import Screen, screen_of
from tests.support.office import NODE, Office


@pytest.fixture
async def office(database: AsyncEngine, database_url: str, tmp_path: Path) -> AsyncIterator[Office]:
    app = make_app(database_url, idle=0)
    async with app.open_async():
        made = Office(database, app, tmp_path)
        await made.lease_of(NODE)
        yield made


@pytest.fixture
async def screen(office: Office) -> AsyncIterator[Screen]:
    """Alerts that are confirmed on it begin at once."""
    made = screen_of(office.engine, office.desk)
    running: Running = made.app.state.running
    starting = asyncio.create_task(running.starter.run())
    yield made
    starting.cancel()
    await asyncio.wait({starting})
