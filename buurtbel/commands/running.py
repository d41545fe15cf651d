"""`buurtbel serve` and the programs behind it: the line, and for containers the PBX and the neighbourhood."""

import asyncio
import logging
import os
import signal
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
import uvloop

from broadcast.engine.call_ids import told_in_logs
from buurtbel.assembly import asterisk_root
from buurtbel.commands.common import run, settings, told
from buurtbel.database.address import database
from buurtbel.line.process import run_line
from buurtbel.pbx import load_secrets, start_pbx
from buurtbel.serve import packet_filter
from buurtbel.serve.call_logs import line_log, serve_log
from buurtbel.serve.follow_trunk import TrunkFollower
from buurtbel.serve.hold import Held, go_on_as_account, settle, take_hold
from buurtbel.serve.packet_filter import FilterError
from buurtbel.serve.pbx_watch import watch_pbx
from buurtbel.serve.supervisor import Supervisor
from buurtbel.settings.named_files import check_for_line
from buurtbel.settings.settings import Settings
from buurtbel.status.doctor import Finding, line_at_work
from buurtbel.terminal.sentences import Failed, complain
from embedded.account import Account
from embedded.asterisk import Asterisk
from embedded.logs import log_to
from embedded.network.ports import Address
from embedded.network.whereabouts import Whereabouts
from embedded.told_to_end import told_to_end
from ivr.pbx.trunk import SIMULATED_URI, Trunk
from prompts.engines import voice_for
from simulation.neighbourhood import OurLine
from simulation.stage import PASSWORDS, set_stage

log = logging.getLogger(__name__)


def serve(
    held: Annotated[str, typer.Option(hidden=True, help="What was taken hold of as root.")] = "",
) -> None:
    """Run Buurtbel on this machine: database, PBX and line, until it is told to stop."""
    os.umask(0o077)
    chosen = settings(stay_root=True)
    mine = Held.received(held) if held else _take_hold(chosen)
    if os.geteuid() == 0:
        go_on_as_account(mine, chosen)
    log_to(serve_log(chosen.data_dir), about=told_in_logs)
    if mine.told:
        log.info("%s", mine.told)
    if mine.warned:
        log.warning("%s", mine.warned)
    run(Supervisor(chosen, os.environ, mine).run())


def _take_hold(chosen: Settings) -> Held:
    with told():
        mine = take_hold(chosen)
        try:
            return replace(mine, told=packet_filter.lay(chosen))
        except FilterError as fault:  # Asterisk keeps strangers out as well
            return replace(mine, warned=str(fault))


def line() -> None:
    """Serve this node's calls; `serve` starts it and starts it again."""
    os.umask(0o077)
    chosen = settings()
    # What else is said on stderr, `serve` has in a file beside it.
    log_to(line_log(chosen.data_dir), stderr=False, about=told_in_logs)
    with told():
        check_for_line(chosen, Account.ours())
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    run(run_line(chosen))


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
    log_to(None)
    chosen = _settled("")

    async def work() -> None:
        root = await asterisk_root(chosen)
        folder = chosen.data_dir.absolute() / "pbx"
        secrets, trunk = load_secrets(chosen.data_dir), Whereabouts(chosen.trunk)
        asterisk = await start_pbx(root, folder, chosen, secrets, whereabouts=trunk)
        watching = [
            asyncio.create_task(watch_pbx(chosen, asterisk.keeper)),
            asyncio.create_task(TrunkFollower(chosen, secrets, trunk).look_on(asterisk)),
        ]
        try:
            await _stay_with(asterisk)
        finally:
            for one in watching:
                one.cancel()

    run(work())


def neighbourhood(
    sip_bind: Annotated[
        str, typer.Option(help="Address and port it takes calls on; by default those of a simulated trunk.")
    ] = "",
    rtp_ports: Annotated[str, typer.Option(help="UDP ports for audio.")] = "19000-21999",
    trunk_address: Annotated[list[str], typer.Option(help="Address our PBX calls from.")] = ["127.0.0.1"],  # noqa: B006 - typer's way
    recordings: Annotated[Path | None, typer.Option(help="Folder for what each phone heard.")] = None,
) -> None:
    """Run the simulated telephone network, in which the dialled number decides what happens."""
    log_to(None)
    chosen = _settled("neighbourhood")

    door = sip_bind or where_calls_go(chosen.trunk)
    folder = chosen.data_dir.absolute() / "neighbourhood"

    async def work() -> None:
        asterisk = await set_stage(
            voice_for(chosen.speech.engine),
            await asterisk_root(chosen),
            folder,
            sip_bind=door,
            rtp_ports=rtp_ports,
            recordings=recordings or folder / "recordings",
            trunk_addresses=trunk_address,
            our_line=OurLine(chosen.trunk.caller_id, Address.parse(chosen.pbx.sip_bind)),
        )
        log.info("The neighbourhood takes calls on %s.", door)
        log.info("A softphone registers there as softphone; the password is in %s.", folder / PASSWORDS)
        await _stay_with(asterisk)

    run(work())


def where_calls_go(trunk: Trunk) -> str:
    """The address and port of a simulated trunk, and of the one that comes unasked when this one is real."""
    uri = trunk.uri if trunk.is_simulated else SIMULATED_URI
    return uri.partition(":")[2].partition(";")[0]


def _settled(part: str) -> Settings:
    """The settings, with data folder and Asterisk laid out; root goes on as the owner of that folder.

    The data folder, or `part` of it, is ours until the end of this process.
    """
    chosen = settings(stay_root=True)
    with told():
        settle(chosen, part)
    return settings()


async def _stay_with(asterisk: Asterisk) -> None:
    """Until Asterisk ends by itself, or we are told to end it."""
    stopping = told_to_end(signal.SIGHUP)
    while asterisk.is_running and not stopping.is_set():
        with suppress(TimeoutError):
            async with asyncio.timeout(1.0):
                await stopping.wait()
    await asterisk.stop()
