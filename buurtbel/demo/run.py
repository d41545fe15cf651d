"""Runs the demo: a neighbourhood, the product as it ships with shorter waits, one alert, and the verdict."""

import asyncio
import shutil
import sys
import time
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from broadcast.draft import Draft
from broadcast.report import report
from buurtbel.database import database, wait_for_database
from buurtbel.demo.judge import Verdict, judge, passes_sent
from buurtbel.doctor import hindrance
from buurtbel.embedded import postgres
from buurtbel.embedded.asterisk import Asterisk
from buurtbel.embedded.program import Program
from buurtbel.errors import DemoFailed
from buurtbel.follow import follow
from buurtbel.schema import upgrade
from buurtbel.settings import Settings
from buurtbel.stage import set_stage
from buurtbel.supervisor import LINE_NOTE
from buurtbel.switchboard import asterisk_root, switchboard
from directory.seeds import DEMO_NETWORK, seed
from prompts.voice import voice_for

TEXTS = {
    "nl": "Inbraak bezig, Beukenlaan nr. 12. Let op een grijze bestelwagen, 1-ABC-123. Blijf binnen.",
    "fr": "Cambriolage en cours, Beukenlaan 12. Camionnette grise, 1-ABC-123. Restez chez vous.",
}
SHORTER = {
    "BUURTBEL_ALERT_RING": "8",
    "BUURTBEL_RETRY_BUSY": "3",
    "BUURTBEL_RETRY_NO_ANSWER": "4",
    "BUURTBEL_RETRY_REJECTED": "5",
    "BUURTBEL_RETRY_VOICEMAIL": "5",
    "BUURTBEL_RETRY_PARTIAL": "4",
    "BUURTBEL_RETRY_CONGESTION": "1",
    "BUURTBEL_TRUNK_CHANNELS": "60",
}
"""The settings in which the demo differs from the product, so that it does not take half an hour."""
DATABASE_WITHIN = 120.0
"""Seconds from the start of the server in which its database answers."""
READY_WITHIN = 60.0
"""Seconds in which line, PBX and trunk come up once the database answers."""
END_WITHIN = 40.0
"""Seconds in which the server ends once it was asked to."""


async def run_here(settings: Settings, environment: Mapping[str, str], recordings: Path) -> list[Verdict]:
    """The whole demo on this machine, in the settings' data folder, which is emptied first."""
    folder = settings.data_dir
    root = await asterisk_root(settings)
    await _clear(folder, root)
    stage = await set_stage(
        voice_for(settings.speech.engine),
        root,
        folder / "neighbourhood",
        sip_bind=settings.trunk.uri.removeprefix("sip:"),
        rtp_ports="19000-21999",
        recordings=recordings,
    )
    try:
        async with _server(environment, folder / "serve.log") as server:
            return await _unless_it_dies(alert_and_judge(settings, recordings), server, folder / "serve.log")
    finally:
        await stage.stop()


async def alert_elsewhere(settings: Settings, recordings: Path) -> list[Verdict]:
    """The demo on a server and a neighbourhood that run already. DemoFailed says why they cannot be used."""
    if await asyncio.to_thread(_has_rung, recordings):
        raise DemoFailed(
            "These phones have rung before, and some do something else the second time: "
            "start the neighbourhood again, then the demo."
        )
    await _wait_until_ready(settings)
    return await alert_and_judge(settings, recordings)


async def alert_and_judge(settings: Settings, recordings: Path) -> list[Verdict]:
    """Seed the neighbourhood, send the alert, follow it to its end, hold it against the script."""
    url = await wait_for_database(settings, seconds=DATABASE_WITHIN)
    await asyncio.to_thread(upgrade, url)
    async with switchboard(settings) as board:
        async with AsyncSession(board.engine) as session:
            await seed(session)
            await session.commit()
        sent = await board.desk.send(Draft([DEMO_NETWORK], TEXTS, urgent=True, by="demo"))
        await follow(board.engine, sent.broadcast, show=True)
        async with board.engine.connect() as connection:
            lines = await report(connection, sent.broadcast)
            passes = await passes_sent(connection, sent.broadcast)
    return await asyncio.to_thread(judge, lines, passes, recordings, settings.retry)


def _has_rung(recordings: Path) -> bool:
    return any(recordings.glob("*.wav"))


async def _wait_until_ready(settings: Settings) -> None:
    """Until a call would be placed; DemoFailed with what is in the way when that takes too long."""
    await wait_for_database(settings, seconds=DATABASE_WITHIN)
    until = time.monotonic() + READY_WITHIN
    async with database(settings) as engine:
        while (obstacle := await hindrance(settings, engine)) is not None:
            if time.monotonic() > until:
                raise DemoFailed(obstacle)
            await asyncio.sleep(1.0)


async def _clear(folder: Path, root: Path) -> None:
    """End what an interrupted demo left running here, by its own process ids, and begin afresh."""
    line = Program.adopt(folder / LINE_NOTE)
    if line is not None:
        await asyncio.to_thread(line.stop, 5.0)
    for name in ("pbx", "neighbourhood"):
        asterisk = Asterisk.adopt(root, folder / name)
        if asterisk is not None:
            await asterisk.stop()
    if postgres.url_of_running(folder) is not None:
        await asyncio.to_thread(postgres.stop, folder)
    await asyncio.to_thread(_begin_afresh, folder)


def _begin_afresh(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


@asynccontextmanager
async def _server(environment: Mapping[str, str], output: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """`buurtbel serve` itself, as a child."""
    with output.open("wb") as sink:
        server = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "buurtbel", "serve", stdout=sink, stderr=sink, env=dict(environment)
        )
    try:
        yield server
    finally:
        if server.returncode is None:
            server.terminate()
        async with asyncio.timeout(END_WITHIN):
            await server.wait()


async def _unless_it_dies(
    work: Coroutine[Any, Any, list[Verdict]], server: asyncio.subprocess.Process, output: Path
) -> list[Verdict]:
    """The work's result; DemoFailed with the server's last words when the server ends first."""
    working, died = asyncio.create_task(work), asyncio.create_task(server.wait())
    await asyncio.wait({working, died}, return_when=asyncio.FIRST_COMPLETED)
    if working.done():
        died.cancel()
        return await working
    working.cancel()
    words = await asyncio.to_thread(output.read_text, errors="replace")
    last = words.strip().splitlines()[-1:]
    raise DemoFailed(last[0] if last else f"The server ended at once; see {output}.")
