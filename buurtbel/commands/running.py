"""`buurtbel serve` and the programs behind it: the line, and for containers the PBX and the neighbourhood."""

import asyncio
import logging
import os
import signal
from pathlib import Path
from typing import Annotated

import typer
import uvloop

from buurtbel.commands.common import run, settings
from buurtbel.commands.sentences import Failed, complain
from buurtbel.database import database
from buurtbel.doctor import Finding, line_at_work
from buurtbel.embedded.asterisk import Asterisk
from buurtbel.embedded.pbx import load_secrets, start_pbx
from buurtbel.line import run_line
from buurtbel.stage import set_stage
from buurtbel.supervisor import Supervisor
from buurtbel.switchboard import asterisk_root
from prompts.voice import voice_for

LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


def serve() -> None:
    """Run Buurtbel on this machine: database, PBX and line, until it is told to stop."""
    _log()
    run(Supervisor(settings(), os.environ).run())


def line() -> None:
    """Serve this node's calls; `serve` starts it and starts it again."""
    _log()
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    run(run_line(settings()))


def healthy() -> None:
    """Whether a line on this database waits for calls (for containers); ends with 1 when none does."""
    chosen = settings()

    async def look() -> Finding:
        async with database(chosen) as engine:
            return await line_at_work(engine)

    finding = run(look())
    if not finding.ok:
        complain(finding.says)
        raise Failed


def pbx() -> None:
    """Run our Asterisk alone, from the same settings (for containers)."""
    _log()
    chosen = settings()

    async def work() -> None:
        root = await asterisk_root(chosen)
        folder = chosen.data_dir.absolute() / "pbx"
        await _stay_with(await start_pbx(root, folder, chosen, load_secrets(chosen.data_dir)))

    run(work())


def neighbourhood(
    sip_bind: Annotated[str, typer.Option(help="Address and port it takes calls on.")] = "127.0.0.1:15070",
    rtp_ports: Annotated[str, typer.Option(help="UDP ports for audio.")] = "19000-21999",
    trunk_address: Annotated[list[str], typer.Option(help="Address our PBX calls from.")] = ["127.0.0.1"],  # noqa: B006 - typer's way
    recordings: Annotated[Path | None, typer.Option(help="Folder for what each phone heard.")] = None,
) -> None:
    """Run the simulated telephone network, in which the dialled number decides what happens."""
    _log()
    chosen = settings()

    async def work() -> None:
        folder = chosen.data_dir.absolute() / "neighbourhood"
        await _stay_with(
            await set_stage(
                voice_for(chosen.speech.engine),
                await asterisk_root(chosen),
                folder,
                sip_bind=sip_bind,
                rtp_ports=rtp_ports,
                recordings=recordings or folder / "recordings",
                trunk_addresses=trunk_address,
            )
        )

    run(work())


async def _stay_with(asterisk: Asterisk) -> None:
    """Until Asterisk ends by itself, or we are told to end it."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    while asterisk.is_running and not stopping.is_set():
        try:
            async with asyncio.timeout(1.0):
                await stopping.wait()
        except TimeoutError:
            await asterisk.keep_log_small()
    await asterisk.stop()


def _log() -> None:
    """Our own words; procrastinate and the clock only when something is wrong."""
    logging.basicConfig(level=logging.INFO, format=LOG_FORMAT)
    for name in ("procrastinate", "apscheduler"):
        logging.getLogger(name).setLevel(logging.WARNING)
