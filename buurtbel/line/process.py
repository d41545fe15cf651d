"""The line process: one PBX, the engine's workers and their upkeep, until it is told to stop."""

import asyncio
import gc
import logging
from collections.abc import Coroutine
from contextlib import suppress
from functools import partial
from typing import Any

import psycopg
from procrastinate.exceptions import ConnectorException

from broadcast.engine.takeover import Takeover
from broadcast.engine.upkeep import Upkeep
from broadcast.engine.worker import work
from broadcast.ledger.lease import IN_USE, Lease
from broadcast.retention.retain import retain_daily
from buurtbel.assembly import Assembly, ari_client, assemble
from buurtbel.database.address import wait_for_database
from buurtbel.line.chores import Chore, Rounds
from buurtbel.line.parts import LineParts, make_parts
from buurtbel.serve.heartbeat import Heartbeat
from buurtbel.serve.installation import claimant
from buurtbel.serve.pbx_watch import lend_while_it_answers
from buurtbel.settings.settings import Settings
from embedded.told_to_end import told_to_end
from ivr.ari.client import AriClient
from ivr.ari.connection import AriConnection
from ivr.call.announcer import forget_what_was_told
from ivr.outbound.placement import ENDPOINT, longest_call
from ivr.pbx.orphans import Reaper

log = logging.getLogger(__name__)

WAIT_FOR_DATABASE = 60.0
CLAIM_AGAIN_AFTER = 5.0
"""Seconds between two looks whether this node's name is free."""
SWEEP_SOUNDS_EVERY = 3600.0
RETAIN_EVERY = 1800.0
"""Seconds between two looks whether somebody has erased today what was kept for long enough."""
PREEMPT_EVERY = 0.5
COLLECT_AFTER = (50_000, 20, 50)
"""How many new objects make a look for cycles, and how many looks make one of the next generation.

Calls leave few cycles. Python's own numbers (700, 10, 10) took a seventh of what a call costs.
"""
FINISH_CALLS_WITHIN = 5.0
"""Seconds given to calls that are up when we are told to stop; the next line process adopts the others."""


async def run_line(settings: Settings) -> None:
    """Serve this node's calls until SIGTERM or SIGINT. Raises AriRefused, ApplicationTaken and NodeTaken."""
    stopping = told_to_end()
    _collect_seldom()
    await wait_for_database(settings, seconds=WAIT_FOR_DATABASE)
    with claimant(settings.data_dir, settings.node) as who:
        async with assemble(settings, connections=8) as assembly, ari_client(settings) as client:
            lease = Lease(assembly.engine, who, settings.nodes)
            takeover = Takeover(
                assembly.engine,
                assembly.ledger,
                settings.nodes,
                longest_call=longest_call(settings.alert.ring, settings.alert.hard_limit),
                passes=settings.alert.most_passes,
            )
            if await _claimed(lease, takeover, stopping):
                await _serve(assembly, client, lease, takeover, stopping)


async def _claimed(lease: Lease, takeover: Takeover, stopping: asyncio.Event) -> bool:
    """Wait for the lease of this node's name; False when told to stop first.

    A new machine may take the name of one that died; then it waits until the calls of that one are over.
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
    assembly: Assembly, client: AriClient, lease: Lease, takeover: Takeover, stopping: asyncio.Event
) -> None:
    settings = assembly.settings
    folder = settings.sounds_folder
    folder.mkdir(parents=True, exist_ok=True)
    forget_what_was_told(folder)
    parts = await make_parts(assembly, client, lease)
    await parts.adopt_all()
    async with assembly.app.open_async():
        rounds = Rounds(_chores(assembly, client, parts, takeover))
        workers = asyncio.create_task(_work_on(assembly))
        connection = AriConnection(client, parts.router, trunk=ENDPOINT)
        events = asyncio.create_task(connection.run())
        beating = asyncio.create_task(_beat(connection, Heartbeat(settings.data_dir)))
        stop = asyncio.create_task(stopping.wait())
        leased = asyncio.create_task(lease.keep(parts.runner.forget_what_was_taken_over))
        watching = asyncio.create_task(lend_while_it_answers(settings, lease, parts.lines))
        await asyncio.wait({workers, events, leased, watching, stop}, return_when=asyncio.FIRST_COMPLETED)
        log.info("Closing down; calls that are up get %.0f s to end.", FINISH_CALLS_WITHIN)
        parts.lines.close()
        rounds.end()
        workers.cancel()
        await asyncio.wait({workers}, timeout=FINISH_CALLS_WITHIN)
        await _within(parts.runner.finished(), FINISH_CALLS_WITHIN)
        await parts.leave()
        await _within(parts.officers.detached.finished(), FINISH_CALLS_WITHIN)
        parts.says.cancel()
        beating.cancel()
        for task in (events, leased, watching):
            if task.done():
                await task
            task.cancel()


async def _beat(connection: AriConnection, heart: Heartbeat) -> None:
    """Let the heart beat once we lead all answered calls, for as long as our event loop turns."""
    await connection.wait_until_ready()
    await heart.beat_on()


def _chores(
    assembly: Assembly, client: AriClient, parts: LineParts, takeover: Takeover
) -> dict[Chore, float]:
    """The chores of a line, each with the seconds from one round to the next."""
    nodes = assembly.settings.nodes
    upkeep = Upkeep(
        assembly.engine,
        assembly.app,
        assembly.ledger,
        assembly.settings.broadcast,
        nodes,
        sharing=parts.sharing,
    )
    reaper = Reaper(client, parts.exchange.find, trunk=ENDPOINT)
    return {
        upkeep.tend: 1.0,
        parts.runner.withdraw_unwanted: 1.0,
        parts.own_calls.tend: 1.0,
        parts.admission.preempt: PREEMPT_EVERY,
        parts.admission.tell: 1.0,
        parts.trunk_watch.tell: 1.0,
        upkeep.mend_stalled: 2 * nodes.sweep,
        upkeep.free_numbers: nodes.sweep,
        parts.runner.mend: 2 * nodes.sweep,
        parts.runner.free_telephones: nodes.sweep,
        parts.reports.mend: nodes.sweep,
        parts.officers.spoken.mend: 2 * nodes.sweep,
        parts.reports.sounds.sweep: SWEEP_SOUNDS_EVERY,
        parts.old_sentences.sweep: SWEEP_SOUNDS_EVERY,
        partial(
            retain_daily, assembly.engine, assembly.settings.retention, assembly.settings.time_zone
        ): RETAIN_EVERY,
        parts.own_calls.give_up_orphans: nodes.sweep,
        reaper.look: 2 * nodes.sweep,
        partial(takeover.sweep, sparing=assembly.settings.node): nodes.sweep,
    }


async def _work_on(assembly: Assembly) -> None:
    """Keep workers at work for ever.

    They end when the database goes away, and begin again when it is back.
    """
    while True:
        try:
            await work(assembly.app, assembly.settings.nodes, channels=assembly.settings.trunk.channels)
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


def _collect_seldom() -> None:
    """Look for cycles among what calls leave, and not among modules and classes again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECT_AFTER)
