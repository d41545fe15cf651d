"""Where the database of these settings is: enough for commands that only look something up."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psycopg
from sqlalchemy.ext.asyncio import AsyncEngine

from buurtbel.errors import NotRunning
from buurtbel.settings.settings import Settings
from embedded.errors import StartError
from embedded.postgres import url_of_running
from storage.engine import make_engine

log = logging.getLogger(__name__)


@asynccontextmanager
async def database(settings: Settings) -> AsyncIterator[AsyncEngine]:
    """The database of these settings. Raises NotRunning when it cannot be reached."""
    engine = make_engine(await database_url(settings), connections=1)
    try:
        yield engine
    finally:
        await engine.dispose()


async def database_url(settings: Settings) -> str:
    """Where the database is, once it answers. Raises NotRunning when there is none."""
    try:
        url = settings.database.url or url_of_running(settings.data_dir)
    except StartError as closed:
        raise NotRunning(str(closed)) from closed
    if not url:
        raise NotRunning(
            f"Buurtbel does not run with the data folder {settings.data_dir.absolute()}; start it with "
            f"`buurtbel serve`, or name another folder with BUURTBEL_DATA_DIR."
        )
    try:
        connection = await psycopg.AsyncConnection.connect(plain(url), connect_timeout=5)
    except psycopg.Error as error:
        raise NotRunning(
            "The database does not answer; look whether it runs and whether BUURTBEL_DATABASE_URL is right."
        ) from error
    await connection.close()
    return plain(url)


async def wait_for_database(settings: Settings, *, seconds: float) -> str:
    """The database's URL, once it answers; waits that long from now for it, then raises NotRunning."""
    until = time.monotonic() + seconds
    while True:
        try:
            return await database_url(settings)
        except NotRunning:
            if time.monotonic() > until:
                raise
            log.info("Waiting for the database.")
            await asyncio.sleep(0.5)


def plain(url: str) -> str:
    """A URL as libpq reads it, without SQLAlchemy's driver name."""
    scheme, colon, rest = url.partition("://")
    return f"{scheme.partition('+')[0]}{colon}{rest}"
