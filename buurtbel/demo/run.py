"""Runs the demo: a neighbourhood, the product as it ships with shorter waits, one alert, and the verdict."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from broadcast.draft import Draft
from broadcast.results.results import results_of
from broadcast.watching.watched import Watched
from buurtbel.assembly import assemble, asterisk_root
from buurtbel.database.address import database, wait_for_database
from buurtbel.demo.judge import Verdict, judged, passes_sent
from buurtbel.demo.leftovers import DATA, NEIGHBOURHOOD, SERVE_NOTE, end_leftovers
from buurtbel.demo.place import DemoFolder
from buurtbel.demo.ports import DemoPorts
from buurtbel.demo.steps import Steps
from buurtbel.errors import DemoFailed
from buurtbel.settings.settings import Settings
from buurtbel.status.doctor import hindrance
from buurtbel.status.follow import follow
from directory.actor import account
from directory.seeds import DEMO_NETWORK, demo_members, seed
from embedded.asterisk import Asterisk
from embedded.keeping.output import LineByLine, Output, said_in
from embedded.keeping.program import Program
from embedded.logs import BoundedLog
from prompts.engines import voice_for
from simulation.stage import set_stage

TEXTS = {
    "nl": "Inbraak bezig, Beukenlaan nr. 12. Let op een grijze bestelwagen, 1-ABC-123. Blijf binnen.",
    "fr": "Cambriolage en cours, Beukenlaan 12. Camionnette grise, 1-ABC-123. Restez chez vous.",
}
SHORTER = {
    "BUURTBEL_ALERT_RING": "8",
    "BUURTBEL_RETRY_BUSY": "3",
    "BUURTBEL_RETRY_NO_ANSWER": "4",
    "BUURTBEL_RETRY_REJECTED": "5",
    "BUURTBEL_RETRY_DEAD_NUMBER": "5",
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
LOOK_EVERY = 0.2
TELEPHONES = "Starting the telephones of {} simulated people: an Asterisk of their own"
DATABASE = "Waiting for the database"
LINE = "Waiting for Asterisk and the line"
SPEAKING = "Speaking the alert in {} languages"
RINGING = "Ringing {} people"
JUDGING = "Judging what each phone recorded"
"""What is told of each step."""
SAID, PIPE = "serve.output", "serve.pipe"
"""What the server says, in the folder of the demo, and the FIFO that it says it into."""


def own_settings(folder: Path, ports: DemoPorts, root: Path) -> dict[str, str]:
    """Where a demo of its own works; what calls nobody but the simulated neighbourhood."""
    return {
        **SHORTER,
        "BUURTBEL_DATA_DIR": str(folder / DATA),
        "BUURTBEL_TRUNK_URI": f"sip:{ports.trunk}",
        "BUURTBEL_TRUNK_SIMULATED": "true",
        "BUURTBEL_CONSOLE_START": "false",
        "BUURTBEL_PBX_ROOT": str(root),
        "BUURTBEL_PBX_SIP_BIND": str(ports.sip),
        "BUURTBEL_PBX_ARI_BIND": str(ports.ari),
        "BUURTBEL_PBX_RTP_PORTS": str(ports.audio),
    }


async def run_here(
    settings: Settings,
    environment: Mapping[str, str],
    place: DemoFolder,
    ports: DemoPorts,
    *,
    recordings: Path,
    steps: Steps,
) -> list[Verdict]:
    """The whole demo on this machine, in a folder of its own, which is emptied first."""
    folder, root = place.folder, settings.pbx.root
    assert root is not None
    await end_leftovers(folder, root)
    await asyncio.to_thread(place.clear)
    async with (
        _stage(settings, folder / NEIGHBOURHOOD, ports, recordings, steps),
        run_server(environment, folder) as server,
    ):
        return await unless_it_dies(alert_and_judge(settings, recordings, steps), server, folder / SAID)


async def alert_elsewhere(settings: Settings, recordings: Path, steps: Steps) -> list[Verdict]:
    """The demo on a server and a neighbourhood that run already. DemoFailed says why they cannot be used."""
    if await asyncio.to_thread(_has_rung, recordings):
        raise DemoFailed(
            "These phones have rung before, and some do something else the second time: "
            "start the neighbourhood again, then the demo."
        )
    return await alert_and_judge(settings, recordings, steps)


async def alert_and_judge(settings: Settings, recordings: Path, steps: Steps) -> list[Verdict]:
    """Seed the neighbourhood, send the alert, follow it to its end, hold it against the script."""
    async with steps.doing(DATABASE):
        await wait_for_database(settings, seconds=DATABASE_WITHIN)
    async with steps.doing(LINE):
        await _until_ready(settings)
    actor = account(os.getuid(), "demo")
    async with assemble(settings) as assembly:
        async with steps.doing(SPEAKING.format(len(TEXTS))):
            async with AsyncSession(assembly.engine) as session, session.begin():
                await seed(session, actor)
            sent = await assembly.desk.send(actor, Draft([DEMO_NETWORK], TEXTS, urgent=True))
        steps.tell(f"{RINGING.format(sent.recipients)}.")
        await follow(Watched(assembly.engine), actor, sent.broadcast, settings.clock)
        async with assembly.engine.connect() as connection:
            lines = await results_of(connection, sent.broadcast)
            passes = await passes_sent(connection, sent.broadcast)
    verdicts = []
    async with steps.counting(JUDGING, of=len(lines)) as count:
        judging = judged(lines, passes, recordings, settings.retry)
        # One by one: an interruption waits for no more than the one that is being judged.
        while (verdict := await asyncio.to_thread(next, judging, None)) is not None:
            verdicts.append(verdict)
            count.one_more()
    return verdicts


def _has_rung(recordings: Path) -> bool:
    return any(recordings.glob("*.wav"))


async def _until_ready(settings: Settings) -> None:
    """Until a call would be placed; DemoFailed with what is in the way when that takes too long."""
    until = time.monotonic() + READY_WITHIN
    async with database(settings) as engine:
        while (obstacle := await hindrance(settings, engine)) is not None:
            if time.monotonic() > until:
                raise DemoFailed(obstacle)
            await asyncio.sleep(LOOK_EVERY)


@asynccontextmanager
async def _stage(
    settings: Settings, folder: Path, ports: DemoPorts, recordings: Path, steps: Steps
) -> AsyncIterator[None]:
    """The simulated neighbourhood, ended also when we are interrupted while it starts."""
    async with steps.doing(TELEPHONES.format(len(demo_members()))):
        stage = await _even_if_cancelled(
            set_stage(
                voice_for(settings.speech.engine),
                await asterisk_root(settings),
                folder,
                sip_bind=str(ports.trunk),
                rtp_ports=str(ports.phones_audio),
                recordings=recordings,
            )
        )
    try:
        yield
    finally:
        await stage.stop()


async def _even_if_cancelled(starting: Coroutine[Any, Any, Asterisk]) -> Asterisk:
    """What has started is known, and can be ended, whatever happens to us meanwhile."""
    start = asyncio.create_task(starting)
    try:
        return await asyncio.shield(start)
    except asyncio.CancelledError:
        await (await start).stop()
        raise


@asynccontextmanager
async def run_server(environment: Mapping[str, str], folder: Path) -> AsyncIterator[Program]:
    """`buurtbel serve` itself, in a process group of its own: a Ctrl-C is for us, and we end it."""
    writer = Output(folder / PIPE, LineByLine(), BoundedLog(folder / SAID).append).writer()
    try:
        server = Program.launch(
            [sys.executable, "-P", "-m", "buurtbel", "serve"],
            cwd=folder,
            output=writer,
            env=environment,
            note=folder / SERVE_NOTE,
        )
    finally:
        os.close(writer)
    try:
        yield server
    finally:
        await asyncio.to_thread(server.stop, END_WITHIN)


async def unless_it_dies(
    work: Coroutine[Any, Any, list[Verdict]], server: Program, output: Path
) -> list[Verdict]:
    """The work's result; DemoFailed with the server's last words when the server ends first."""
    working = asyncio.create_task(work)
    try:
        while not working.done():
            if not server.is_running:
                last = (await asyncio.to_thread(said_in, output)).strip().splitlines()[-1:]
                raise DemoFailed(last[0] if last else f"The server ended at once; see {output}.")
            await asyncio.wait({working}, timeout=LOOK_EVERY)
        return await working
    finally:
        working.cancel()
        await asyncio.wait({working})
