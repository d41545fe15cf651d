"""The composition root: everything is made here, once, and handed over."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from procrastinate import App
from sqlalchemy.ext.asyncio import AsyncEngine

from broadcast.desk import Desk
from broadcast.jobs import make_app
from broadcast.ledger import Ledger
from broadcast.queue import AttemptQueue
from buurtbel.database import database_url
from buurtbel.embedded.asterisk_root import ensure_root
from buurtbel.embedded.pbx import ARI_APP, ari_password, load_secrets
from buurtbel.settings import Settings
from ivr.ari.client import AriClient
from prompts.voice import Voice, voice_for
from storage.engine import make_engine


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


def ari_client(settings: Settings) -> AriClient:
    """Who asks this node's Asterisk: the embedded one, or the one that is there already."""
    pbx = settings.pbx
    return AriClient(
        pbx.ari_url or f"http://{pbx.ari_bind}",
        pbx.ari_user,
        ari_password(pbx, load_secrets(settings.data_dir)),
        app=ARI_APP,
    )


async def asterisk_root(settings: Settings) -> Path:
    """The root file system that holds Asterisk, built when there is none yet."""
    chosen = settings.pbx.root
    return chosen if chosen is not None else await asyncio.to_thread(ensure_root)
