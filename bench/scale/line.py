"""The line of `make bench-scale`, a process of its own: the engine as the product runs it, without a PBX.

Given how many attempts to warm up with and how many to measure, it prints what they took as JSON.
"""

import asyncio
import os
import sys
import time
from pathlib import Path

import msgspec
import psutil
import uvloop

from bench import cpu
from bench.scale.dialler import LINES, AnswersAtOnce
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


class Took(msgspec.Struct, frozen=True):
    """The measured attempts."""

    attempts: int
    seconds: float
    own_cpu: float
    """Seconds of this process."""
    postgres_cpu: float
    memory_mb: float


async def main(warm_up: int, measured: int, postgres: Path) -> Took:
    settings = read_settings()
    with claimant(settings.data_dir, settings.node) as who:
        async with assemble(settings, connections=8) as assembly, assembly.app.open_async():
            lease = Lease(assembly.engine, who, settings.nodes)
            await lease.claim()
            return await _work(assembly, lease, warm_up, measured, postgres)


async def _work(assembly: Assembly, lease: Lease, warm_up: int, measured: int, postgres: Path) -> Took:
    settings, dialler = assembly.settings, AnswersAtOnce()
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
        await _until(dialler, warm_up)
        before = _now(postgres)
        await _until(dialler, warm_up + measured)
        after = _now(postgres)
    finally:
        for task in running:
            task.cancel()
        await asyncio.wait(running)
    await runner.finished()
    seconds, own, server = (b - a for a, b in zip(before, after, strict=True))
    return Took(measured, seconds, own, server, psutil.Process().memory_info().rss / 2**20)


async def _by_the_clock(upkeep: Upkeep) -> None:
    """As the line does it: each second, and each ten."""
    while True:
        await upkeep.mend_stalled()
        for _ in range(10):
            await upkeep.tend()
            await asyncio.sleep(1)


async def _until(dialler: AnswersAtOnce, ended: int) -> None:
    while dialler.ended < ended:
        await asyncio.sleep(0.02)


def _now(postgres: Path) -> tuple[float, float, float]:
    return time.monotonic(), cpu.of_process(os.getpid()), cpu.of_postgres(postgres)


if __name__ == "__main__":
    asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    took = asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])))
    sys.stdout.write(msgspec.json.encode(took).decode() + "\n")
