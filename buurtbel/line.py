"""The line process: one PBX, the engine's workers and their upkeep, until it is told to stop."""

import asyncio
import logging
import signal
from collections.abc import Awaitable, Coroutine, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

import psycopg
from procrastinate.exceptions import ConnectorException

from broadcast.caller import Caller
from broadcast.jobs import register, work
from broadcast.lease import IN_USE, Lease
from broadcast.sounds import Sounds
from broadcast.spool import Spool
from broadcast.takeover import Takeover
from broadcast.upkeep import Upkeep
from buurtbel.chores import Chore, Rounds
from buurtbel.database import wait_for_database
from buurtbel.heartbeat import Heartbeat
from buurtbel.installation import claimant
from buurtbel.line_sounds import lay, lay_line_sentences, lay_tone
from buurtbel.settings import Settings
from buurtbel.switchboard import Switchboard, ari_client, switchboard
from ivr.announcer import forget_what_was_told
from ivr.ari.client import AriClient
from ivr.ari.connection import AriConnection
from ivr.dialler import ENDPOINT, AriDialler, longest_call
from ivr.duty_calls import DutyCalls
from ivr.exchange import Exchange
from ivr.known_callers import KnownCallers
from ivr.lines import Lines
from ivr.police import Police
from ivr.reception import Reception
from ivr.reports import Reports
from ivr.ringing import Ringer
from ivr.scripts.sentences import Says
from ivr.stray import Reaper

log = logging.getLogger(__name__)

WAIT_FOR_DATABASE = 60.0
CLAIM_AGAIN_AFTER = 5.0
"""Seconds between two looks whether this node's name is free."""
FINISH_CALLS_WITHIN = 5.0
"""Seconds given to calls that are up when we are told to stop; the next line process adopts the others."""


async def run_line(settings: Settings) -> None:
    """Serve this node's calls until SIGTERM or SIGINT. Raises AriRefused, ApplicationTaken and NodeTaken."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    await wait_for_database(settings, seconds=WAIT_FOR_DATABASE)
    with claimant(settings.data_dir, settings.node) as who:
        async with switchboard(settings, connections=8) as board, ari_client(settings) as client:
            lease = Lease(board.engine, who, settings.nodes)
            takeover = Takeover(
                board.engine, board.ledger, settings.nodes, longest_call=longest_call(settings.alert)
            )
            if await _claimed(lease, takeover, stopping):
                await _serve(board, client, lease, takeover, stopping)


async def _claimed(lease: Lease, takeover: Takeover, stopping: asyncio.Event) -> bool:
    """Wait for the lease of this node's name; False when told to stop first.

    A new machine under the name of one that died may have to wait until the calls of that one are over.
    """
    while not await lease.claim():
        log.warning(
            "%s Waiting until that one is gone and its calls are over.", IN_USE.format(node=lease.node)
        )
        await takeover.sweep()
        with suppress(TimeoutError):
            async with asyncio.timeout(CLAIM_AGAIN_AFTER):
                await stopping.wait()
                return False
    return True


async def _serve(
    board: Switchboard, client: AriClient, lease: Lease, takeover: Takeover, stopping: asyncio.Event
) -> None:
    settings = board.settings
    folder = settings.sounds_folder
    folder.mkdir(parents=True, exist_ok=True)
    forget_what_was_told(folder)
    lines = Lines(settings.trunk)
    exchange = Exchange(client, lines, trunk=ENDPOINT, listens=settings.alert.listen)
    dialler = await _dialler(board, client, exchange, lines)
    spool = Spool(settings.data_dir / "outcomes")
    sounds = Sounds(board.engine, folder)
    caller = Caller(board.ledger, dialler, sounds, lease, spool)
    reports = Reports(board.engine, client, sounds, lease.node)
    says = asyncio.create_task(lay_line_sentences(board))
    rings = Ringer(client, exchange, lines, trunk=settings.trunk, endpoint=ENDPOINT)
    police = await _police(board, client, reports, rings, says)
    callers = KnownCallers(board.engine, caller, reports, police=police, says=says, tone=police.tone)
    reception = Reception(client, exchange, lines, callers)
    register(board.app, caller, dialler)
    duty_calls = DutyCalls(police, rings, lease, settings.duty)
    await caller.adopt_all()
    await duty_calls.adopt_all()
    async with board.app.open_async():
        reaper = Reaper(client, exchange.find, trunk=ENDPOINT)
        chores = _chores(board, caller, reports, duty_calls, takeover)
        rounds = Rounds({**chores, reaper.look: 2 * settings.nodes.sweep})
        workers = asyncio.create_task(_work_on(board))
        connection = AriConnection(client, exchange, trunk=ENDPOINT)
        events = asyncio.create_task(connection.run())
        beating = asyncio.create_task(_beat(connection, Heartbeat(settings.data_dir)))
        stop = asyncio.create_task(stopping.wait())
        leased = asyncio.create_task(lease.keep(caller.forget_what_was_taken_over))
        await asyncio.wait({workers, events, leased, stop}, return_when=asyncio.FIRST_COMPLETED)
        log.info("Closing down; calls that are up get %.0f s to end.", FINISH_CALLS_WITHIN)
        lines.close()
        rounds.end()
        workers.cancel()
        await asyncio.wait({workers}, timeout=FINISH_CALLS_WITHIN)
        await _within(caller.finished(), FINISH_CALLS_WITHIN)
        await caller.leave()
        await reception.leave()
        await duty_calls.leave()
        await _within(police.finished(), FINISH_CALLS_WITHIN)
        says.cancel()
        beating.cancel()
        for task in (events, leased):
            if task.done():
                await task
            task.cancel()


async def _dialler(board: Switchboard, client: AriClient, exchange: Exchange, lines: Lines) -> AriDialler:
    return AriDialler(
        client,
        exchange,
        lines,
        trunk=board.settings.trunk,
        policy=board.settings.alert,
        thanks=await lay(board, "thank_you"),
        stopped=await lay(board, "stopped"),
    )


async def _police(
    board: Switchboard,
    client: AriClient,
    reports: Reports,
    rings: Ringer,
    says: Awaitable[Mapping[str, Says]],
) -> Police:
    settings = board.settings
    return Police(
        engine=board.engine,
        desk=board.desk,
        client=client,
        reports=reports,
        rings=rings,
        voice=board.voice,
        trunk=settings.trunk,
        policy=settings.officers,
        lockout=settings.lockout,
        zone=settings.speech.zone,
        says=says,
        tone=await lay_tone(settings.sounds_folder),
    )


async def _beat(connection: AriConnection, heart: Heartbeat) -> None:
    """Show that we lead all answered calls: from when we know of them, for as long as our loop turns."""
    await connection.wait_until_ready()
    await heart.beat_on()


def _chores(
    board: Switchboard, caller: Caller, reports: Reports, duty_calls: DutyCalls, takeover: Takeover
) -> dict[Chore, float]:
    nodes = board.settings.nodes
    upkeep = Upkeep(board.engine, board.app, board.ledger, board.settings.broadcast, nodes)
    return {
        upkeep.tend: 1.0,
        caller.withdraw_stopped: 1.0,
        upkeep.mend_stalled: 2 * nodes.sweep,
        caller.mend: 2 * nodes.sweep,
        reports.mend: nodes.sweep,
        duty_calls.police.mend: 2 * nodes.sweep,
        duty_calls.tend: 1.0,
        duty_calls.give_up_strays: nodes.sweep,
        partial(takeover.sweep, sparing=board.settings.node): nodes.sweep,
    }


async def _work_on(board: Switchboard) -> None:
    """Workers for ever: they end when the database goes away, and begin again when it is back."""
    while True:
        try:
            await work(board.app, board.settings.nodes, channels=board.settings.trunk.channels)
        except* (ConnectorException, psycopg.Error) as lost:
            log.warning("The workers lost the database (%s); they begin again.", lost.exceptions[0])
        except* Exception:
            log.exception("The workers failed through a fault of our own; they begin again.")
        await asyncio.sleep(1)


async def _within(waiting: Coroutine[Any, Any, None], seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await waiting
    except TimeoutError:
        log.info("Calls that are still up are left to the next line process.")
