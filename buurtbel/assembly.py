"""The composition root: everything is made here, once, and handed over."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from buurtbel.database.address import database_url
from buurtbel.settings.settings import Settings

if TYPE_CHECKING:  # each is waited for by those alone who use it
    from procrastinate import App
    from sqlalchemy.ext.asyncio import AsyncEngine

    from broadcast.alert.desk import Desk
    from broadcast.ledger.ledger import Ledger
    from ivr.ari.client import AriClient
    from prompts.voice import LastingVoice


@dataclass(frozen=True, slots=True)
class Assembly:
    """What commands and the line work with; needs a database and nothing else."""

    settings: Settings
    url: str
    engine: "AsyncEngine"
    app: "App"
    ledger: "Ledger"
    voice: "LastingVoice"
    desk: "Desk"


@asynccontextmanager
async def assemble(settings: Settings, *, connections: int = 4) -> AsyncIterator[Assembly]:
    """Everything on the database of these settings. Raises NotRunning when it cannot be reached."""
    from broadcast.alert.desk import Desk  # noqa: PLC0415 - see above
    from broadcast.engine.worker import make_app  # noqa: PLC0415 - see above
    from broadcast.ledger.ledger import Ledger  # noqa: PLC0415 - see above
    from broadcast.ledger.queue import AttemptQueue  # noqa: PLC0415 - see above
    from prompts.engines import voice_for  # noqa: PLC0415 - see above
    from storage.engine import make_engine  # noqa: PLC0415 - see above

    url = await database_url(settings)
    engine = make_engine(url, connections=connections)
    app = make_app(url)
    ledger = Ledger(
        engine,
        AttemptQueue(app),
        settings.retry,
        settings.time_zone,
        simulated=settings.trunk.is_simulated,
    )
    voice = voice_for(settings.speech.engine)
    desk = Desk(engine, ledger, voice, settings.broadcast, zones=settings.speech.zones, clock=settings.clock)
    try:
        yield Assembly(settings, url, engine, app, ledger, voice, desk)
    finally:
        await engine.dispose()


def ari_client(settings: Settings, *, timeout: float = 5.0) -> "AriClient":
    """Who asks this node's Asterisk: the embedded one, or the one that is there already."""
    from buurtbel.pbx import ARI_APP, ari_password, load_secrets  # noqa: PLC0415 - see above
    from ivr.ari.client import AriClient  # noqa: PLC0415 - see above

    pbx = settings.pbx
    return AriClient(
        pbx.ari_url or f"http://{pbx.ari_bind}",
        pbx.ari_user,
        ari_password(pbx, load_secrets(settings.data_dir)),
        app=ARI_APP,
        timeout=timeout,
    )


async def asterisk_root(settings: Settings) -> Path:
    """The root file system that holds Asterisk, built when there is none yet."""
    from embedded.asterisk_root import ensure_root  # noqa: PLC0415 - see above

    chosen = settings.pbx.root
    return chosen if chosen is not None else await asyncio.to_thread(ensure_root)
