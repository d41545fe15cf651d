"""The line of `make bench-scale`, a process of its own: the engine as the product runs it, without a PBX.

Given how many attempts to warm up with and how many to measure, it prints what they took as JSON. Without, it
works until its standard input is closed, and prints when its first telephone rang.
"""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import psutil
import uvloop

from bench import cpu
from bench.scale.dialler import LINES, AlwaysAnswers
from broadcast.audio.sounds import MessageSounds
from broadcast.engine.attempt_runner import AttemptRunner
from broadcast.engine.open_attempts import OpenAttempts
from broadcast.engine.spool import Spool
from broadcast.engine.upkeep import Upkeep
from broadcast.engine.worker import register, work
from broadcast.ledger.lease import Lease
from buurtbel.assembly import Assembly, assemble
from buurtbel.serve.installation import claimant
from buurtbel.settings.reading import read_settings

CALL_SECONDS = 10.0
"""How long a call lasts while a broadcast is created."""


class Took(msgspec.Struct, frozen=True):
    """The measured attempts."""

    attempts: int
    seconds: float
    own_cpu: float
    """Seconds of this process."""
    postgres_cpu: float
    memory_mb: float


async def measure(warm_up: int, measured: int, postgres: Path) -> Took:
    """Work as fast as it goes: calls are over at once."""
    async with _at_work(dialler := AlwaysAnswers()):
        await _until(dialler, warm_up)
        before = _now(postgres)
        await _until(dialler, warm_up + measured)
        after = _now(postgres)
    seconds, own, server = (b - a for a, b in zip(before, after, strict=True))
    return Took(measured, seconds, own, server, psutil.Process().memory_info().rss / 2**20)


async def call_meanwhile() -> None:
    """Say that it is ready, and when the first telephone rings, by `time.monotonic`, one for all."""
    async with _at_work(dialler := AlwaysAnswers(call_seconds=CALL_SECONDS)):
        _say("ready")
        await dialler.rang.wait()
        _say(str(time.monotonic()))
        await asyncio.to_thread(sys.stdin.read)


@asynccontextmanager
async def _at_work(dialler: AlwaysAnswers) -> AsyncIterator[None]:
    settings = read_settings()
    with claimant(settings.data_dir, settings.node) as who:
        async with assemble(settings, connections=8) as assembly, assembly.app.open_async():
            lease = Lease(assembly.engine, who, settings.nodes)
            await lease.claim()
            async with _engine_of(assembly, lease, dialler):
                yield


@asynccontextmanager
async def _engine_of(assembly: Assembly, lease: Lease, dialler: AlwaysAnswers) -> AsyncIterator[None]:
    settings = assembly.settings
    sounds, spool = (
        MessageSounds(assembly.engine, settings.data_dir / "sounds"),
        Spool(settings.data_dir / "outcomes"),
    )
    runner = AttemptRunner(
        assembly.ledger, dialler, sounds, lease, spool, attempts=OpenAttempts(dialler.stop)
    )
    register(assembly.app, runner, dialler)
    upkeep = Upkeep(assembly.engine, assembly.app, assembly.ledger, settings.broadcast, settings.nodes)
    running = [
        asyncio.create_task(work(assembly.app, settings.nodes, channels=LINES)),
        asyncio.create_task(_by_the_clock(upkeep)),
        asyncio.create_task(lease.keep(runner.forget_what_was_taken_over)),
    ]
    try:
        yield
    finally:
        for task in running:
            task.cancel()
        await asyncio.wait(running)
    await runner.finished()


async def _by_the_clock(upkeep: Upkeep) -> None:
    """As the line does it: each second, and each ten."""
    while True:
        await upkeep.mend_stalled()
        for _ in range(10):
            await upkeep.tend()
            await asyncio.sleep(1)


async def _until(dialler: AlwaysAnswers, ended: int) -> None:
    while dialler.ended < ended:
        await asyncio.sleep(0.02)


def _now(postgres: Path) -> tuple[float, float, float]:
    return time.monotonic(), cpu.of_process(os.getpid()), cpu.of_postgres(postgres)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    if len(sys.argv) == 1:
        asyncio.run(call_meanwhile())
    else:
        took = asyncio.run(measure(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])))
        _say(msgspec.json.encode(took).decode())
