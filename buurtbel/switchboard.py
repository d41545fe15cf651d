"""The composition root: everything is made here, once, and handed over."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from procrastinate import App
from sqlalchemy.ext.asyncio import AsyncEngine

from broadcast.desk import Desk
from broadcast.jobs import make_app
from broadcast.ledger import Ledger
from broadcast.queue import AttemptQueue
from buurtbel.embedded.asterisk_root import ensure_root
from buurtbel.embedded.postgres import url_of_running
from buurtbel.errors import NotRunning
from buurtbel.settings import Settings
from prompts.voice import Voice, voice_for
from storage.engine import make_engine

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Switchboard:
    """What commands, line and console work with; needs a database and nothing else."""

    settings: Settings
    url: str
    engine: AsyncEngine
    app: App
    ledger: Ledger
    voice: Voice
    desk: Desk


@asynccontextmanager
async def switchboard(settings: Settings, *, connections: int = 4) -> AsyncIterator[Switchboard]:
    """Everything on the database of these settings. Raises NotRunning when it cannot be reached."""
    url = await database_url(settings)
    engine = make_engine(url, connections=connections)
    app = make_app(url)
    ledger = Ledger(engine, AttemptQueue(app), settings.retry)
    voice = voice_for(settings.speech.engine)
    desk = Desk(engine, ledger, voice, settings.broadcast, zone=settings.speech.zone)
    try:
        yield Switchboard(settings, url, engine, app, ledger, voice, desk)
    finally:
        await engine.dispose()


async def database_url(settings: Settings) -> str:
    """Where the database is, once it answers. Raises NotRunning when there is none."""
    url = settings.database.url or url_of_running(settings.data_dir)
    if not url:
        raise NotRunning("Buurtbel is not running here; start it with `buurtbel serve`.")
    try:
        connection = await psycopg.AsyncConnection.connect(plain(url), connect_timeout=5)
    except psycopg.OperationalError as error:
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


def sounds_folder(settings: Settings) -> Path:
    """Where sounds lie for the PBX to play."""
    return (settings.pbx.sounds or settings.data_dir / "sounds").absolute()


async def asterisk_root(settings: Settings) -> Path:
    """The root file system that holds Asterisk, built when there is none yet."""
    chosen = settings.pbx.root
    return chosen if chosen is not None else await asyncio.to_thread(ensure_root)
