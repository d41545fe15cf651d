"""A node of `make bench-reach`: the engine as the product runs it, on a trunk of drawn telephones."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bench.reach.dialler import AnswersAsDrawn
from broadcast.audio.sounds import MessageSounds
from broadcast.engine.attempt_runner import AttemptRunner
from broadcast.engine.open_attempts import OpenAttempts
from broadcast.engine.sharing import LineSharing
from broadcast.engine.spool import Spool
from broadcast.engine.upkeep import Upkeep
from broadcast.engine.worker import register, work
from broadcast.ledger.lease import Lease
from buurtbel.assembly import assemble
from buurtbel.serve.installation import claimant
from buurtbel.settings.settings import Settings


@asynccontextmanager
async def node_at_work(settings: Settings, dialler: AnswersAsDrawn) -> AsyncIterator[None]:
    """It holds its lease and calls, until the block ends and its last call is over."""
    with claimant(settings.data_dir, settings.node) as who:
        async with assemble(settings, connections=8) as assembly, assembly.app.open_async():
            lease, sharing = (
                Lease(assembly.engine, who, settings.nodes),
                LineSharing(assembly.engine),
            )
            await lease.claim()
            runner = AttemptRunner(
                assembly.ledger,
                dialler,
                MessageSounds(assembly.engine, settings.data_dir / "sounds"),
                lease,
                Spool(settings.data_dir / "outcomes"),
                attempts=OpenAttempts(dialler.stop),
            )
            register(assembly.app, runner, dialler, sharing)
            upkeep = Upkeep(
                assembly.engine,
                assembly.app,
                assembly.ledger,
                settings.broadcast,
                settings.nodes,
                sharing=sharing,
            )
            running = [
                asyncio.create_task(work(assembly.app, settings.nodes, channels=settings.trunk.channels)),
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
