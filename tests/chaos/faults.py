"""Everything that goes wrong: each does one thing to a zone, and is over when it has been undone."""

import asyncio
import signal
import time
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from typing import Any

import psutil

from tests.chaos.zone import Zone
from tests.support.hanging import has_ended, stopped

Fault = Callable[[Zone], Coroutine[Any, Any, None]]
HOURS = 3600
HANGS_NO_LONGER = 90.0
"""Seconds in which what hangs is ended, also by a `serve` that has died meanwhile and is back."""


async def kill_the_line(zone: Zone) -> None:
    node = zone.any_node()
    zone.dies(node.node)
    zone.tally.kills += node.kill_all()


async def kill_serve(zone: Zone) -> None:
    """The supervisor alone: the next one finds the line at work."""
    node = zone.any_node()
    zone.dies(node.node)
    zone.tally.kills += node.kill_all(line=False, serve=True)


async def kill_the_node(zone: Zone) -> None:
    """All of ours on one machine, which is back after a while."""
    node = zone.any_node()
    with zone.without(node):
        zone.dies(node.node)
        zone.tally.kills += node.kill_all(serve=True)
        await asyncio.sleep(zone.random.uniform(0, 6))


async def stop_the_database(zone: Zone) -> None:
    """At once, as an operator does it who is in a hurry, or as a machine without memory."""
    process = zone.database_process()
    if process is None:
        return
    zone.dies(*zone.nodes)
    try:
        process.send_signal(zone.random.choice([signal.SIGQUIT, signal.SIGKILL]))
    except psutil.NoSuchProcess:
        return
    zone.tally.kills += 1
    await asyncio.to_thread(psutil.wait_procs, [process], 10)


async def freeze_the_database(zone: Zone) -> None:
    """For less than anybody acts on: all of it, or its first process alone, so that nobody new comes in."""
    frozen = _database_processes(zone)
    if not frozen:
        return
    zone.dies(*zone.nodes)
    with stopped(*frozen):
        await asyncio.sleep(zone.random.uniform(1, 8))


async def freeze_the_database_for_ever(zone: Zone) -> None:
    """Until `serve` ends it and starts another."""
    frozen = _database_processes(zone)
    if not frozen:
        return
    zone.dies(*zone.nodes)
    if await ends_frozen(frozen):
        zone.tally.kills += 1
    else:
        zone.tally.left_hanging += 1
        zone.tally.problems.append("nobody ended a frozen PostgreSQL")


def _database_processes(zone: Zone) -> list[psutil.Process]:
    process = zone.database_process()
    if process is None:
        return []
    with suppress(psutil.NoSuchProcess):
        return [process, *process.children()] if zone.random.random() < 0.5 else [process]
    return []


async def ends_frozen(processes: Sequence[psutil.Process]) -> bool:
    """Keep them frozen until somebody ends the first of them; whether somebody did."""
    first = processes[0]
    until = time.monotonic() + HANGS_NO_LONGER
    with stopped(*processes):
        while not has_ended(first) and time.monotonic() < until:
            for process in processes:
                # The kernel wakes whoever stands still when the end of a parent orphans its group.
                with suppress(psutil.NoSuchProcess):
                    process.suspend()
            await asyncio.sleep(0.1)
        return has_ended(first)


async def freeze_the_line(zone: Zone) -> None:
    """For less than anybody notices, or until it is killed for it."""
    node = zone.any_node()
    zone.dies(node.node)
    await node.freeze(zone.random.uniform(0.1, 4), serve=False)


async def freeze_the_node(zone: Zone) -> None:
    """Long enough for others to take its calls over, or not."""
    node = zone.any_node()
    zone.dies(node.node)
    await node.freeze(zone.random.choice([1.0, 2.5, 3.5, 5.0, 8.0]), serve=True)


async def set_the_clock(zone: Zone) -> None:
    """Of one machine: some minutes or hours, either way, and back."""
    node = zone.any_node()
    node.set_clock(zone.random.choice([-2 * HOURS, -600, -30, 30, 600, 2 * HOURS]))
    await asyncio.sleep(zone.random.uniform(2, 5))
    node.set_clock(0)


async def cut_the_database_off(zone: Zone) -> None:
    """The connections of one node to it break."""
    await zone.gates[zone.any_node().node].cut()


async def let_the_database_get_stuck(zone: Zone) -> None:
    """One node hears nothing of it and is told nothing."""
    node = zone.any_node()
    zone.dies(node.node)
    gate = zone.gates[node.node]
    await gate.get_stuck(zone.random.uniform(0.5, 8))
    if zone.random.random() < 0.5:
        await gate.cut()


EVERYWHERE: Mapping[Fault, int] = {
    kill_the_line: 10,
    kill_serve: 2,
    kill_the_node: 3,
    stop_the_database: 3,
    freeze_the_line: 2,
    freeze_the_node: 2,
    freeze_the_database: 2,
    set_the_clock: 2,
}
"""With how often each is drawn."""
ITS_OWN: Mapping[Fault, int] = {freeze_the_database_for_ever: 1}
"""Only where a node has the database for itself, and has to end it."""
SHARED: Mapping[Fault, int] = {cut_the_database_off: 2, let_the_database_get_stuck: 2}
"""Only where the database is reached by a wire."""


async def rage(zone: Zone, faults: Mapping[Fault, int], *, kills: int, pause: float, size: int) -> None:
    """One fault after the other, several at a time, until so much was killed; alerts go on all the while."""
    going_on: set[asyncio.Task[None]] = set()
    # Each once, those first that kill nothing: the others go on until enough was killed anyway.
    dealt = sorted(zone.random.sample(list(faults), len(faults)), key=lambda fault: "kill" in fault.__name__)
    await zone.send(size)
    try:
        while zone.tally.kills < kills:
            if await zone.is_closed():
                await _until_over(going_on)
                await zone.send(size)
            [fault] = [dealt.pop(0)] if dealt else zone.random.choices(list(faults), list(faults.values()))
            zone.tally.faults[fault.__name__] += 1
            doing = asyncio.create_task(fault(zone))
            going_on.add(doing)
            doing.add_done_callback(going_on.discard)
            await asyncio.sleep(zone.random.expovariate(1 / pause))
    finally:
        await _until_over(going_on)


async def _until_over(going_on: set[asyncio.Task[None]]) -> None:
    for one in list(going_on):
        await one
