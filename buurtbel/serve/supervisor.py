"""`buurtbel serve`: brings up database, PBX and line, and brings each of them up again when it dies."""

import asyncio
import logging
import os
import sys
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager

from buurtbel.assembly import ari_client
from buurtbel.database.address import wait_for_database
from buurtbel.database.schema import upgrade
from buurtbel.pbx import load_secrets, start_pbx
from buurtbel.serve import archive, by_clock, follow_trunk, guard
from buurtbel.serve.archive import Archiver
from buurtbel.serve.by_clock import ByClock
from buurtbel.serve.call_logs import LINE_LOG, line_log
from buurtbel.serve.console_child import ConsoleChild
from buurtbel.serve.follow_trunk import TrunkFollower
from buurtbel.serve.guard import Guard
from buurtbel.serve.heartbeat import Heartbeat
from buurtbel.serve.hold import LINE, LINE_NOTE, LINE_PATIENCE, Held
from buurtbel.serve.pbx_watch import watch_database, watch_pbx
from buurtbel.settings.settings import Settings
from embedded import postgres
from embedded.asterisk import Asterisk
from embedded.errors import EmbeddedError, KeeperGone
from embedded.keeping.output import LineByLine, Output
from embedded.keeping.program import Program
from embedded.logs import BoundedLog
from embedded.network.whereabouts import Whereabouts
from embedded.told_to_end import told_to_end

log = logging.getLogger(__name__)

LINE_OUTPUT, LINE_PIPE = "line.output", "line.pipe"
"""What else it says, as an interpreter does that breaks, and the FIFO that it says it into."""
DATABASE_TRIES = 3
TRY_DATABASE_AGAIN_AFTER = 2.0
LOOK_EVERY = 1.0
"""Seconds between two looks at database and PBX; the line is looked at as often as its guard wants."""
WAIT_FOR_DATABASE = 60.0
SETTLED_AFTER = 10.0
"""A line that lived so many seconds has started well; one that died sooner has to wait ever longer."""


class Supervisor:
    """The children of one node. They outlive this process, and the next one adopts them."""

    def __init__(self, settings: Settings, environment: Mapping[str, str], held: Held) -> None:
        self._settings = settings
        self._environment = environment
        self._held = held
        self._pbx: Asterisk | None = None
        self._whereabouts = Whereabouts(settings.trunk)
        self._trunk: TrunkFollower | None = None
        self._console = ConsoleChild(settings, environment)
        self._by_clock = ByClock(settings, environment)
        self._archiver = Archiver(settings)
        self._line: Program | None = None
        self._line_output: Output | None = None
        self._line_began = 0.0
        self._line_waits = 0.0

    async def run(self) -> None:
        """Serve until SIGTERM or SIGINT, then end the children, the line first.

        Raises KeeperGone when one of the keepers has gone: the children are left as they are, for the next
        process that has the right to start keepers.
        """
        stopping = told_to_end()
        try:
            await self._bring_up()
            log.info("Buurtbel serves.")
            await self._look_until(stopping)
        except KeeperGone:
            raise
        except BaseException:
            await self._take_down()
            raise
        else:
            await self._take_down()

    async def _look_until(self, stopping: asyncio.Event) -> None:
        """Look at all children, apart from each other: whoever has answered cannot wait for a database."""
        try:
            async with asyncio.TaskGroup() as rounds:
                looking = [
                    rounds.create_task(at)
                    for at in (
                        self._look_at(self._keep_database),
                        self._look_at(self._keep_pbx),
                        self._look_at_line(),
                        self._look_at(self._console.keep),
                        self._look_at(self._follow_trunk, every=follow_trunk.LOOK_EVERY),
                        self._look_at(self._by_clock.look, every=by_clock.LOOK_EVERY),
                        self._look_at(self._archiver.look, every=archive.LOOK_EVERY),
                        watch_pbx(self._settings, self._held.pbx),
                        watch_database(self._settings, self._held.database),
                    )
                ]
                await stopping.wait()
                for one in looking:
                    one.cancel()
        except BaseExceptionGroup as group:
            if group.subgroup(KeeperGone) is not None:
                raise KeeperGone(
                    "A keeper has ended; start `buurtbel serve` again, as it was started."
                ) from None
            raise

    async def _bring_up(self) -> None:
        settings = self._settings
        # One that is frozen runs, so that nobody would start another.
        await watch_database(settings, self._held.database, once=True)
        await self._start_database()
        url = await wait_for_database(settings, seconds=WAIT_FOR_DATABASE)
        await asyncio.to_thread(upgrade, url)
        await self._keep_pbx()
        self._keep_line()

    async def _start_database(self) -> None:
        """Start it; what a killed server has left behind may take a moment to go."""
        for _ in range(DATABASE_TRIES - 1):
            try:
                await self._keep_database()
            except KeeperGone:
                raise
            except EmbeddedError as fault:
                log.warning("%s It is tried again.", fault)
                await asyncio.sleep(TRY_DATABASE_AGAIN_AFTER)
            else:
                return
        await self._keep_database()

    async def _look_at(self, keep: Callable[[], Awaitable[None]], every: float = LOOK_EVERY) -> None:
        while True:
            with _going_on():
                await keep()
            await asyncio.sleep(every)

    async def _look_at_line(self) -> None:
        async with ari_client(self._settings) as client:
            watch = Guard(client, Heartbeat(self._settings.data_dir))
            while True:
                with _going_on():
                    await watch.look(self._line)
                    self._keep_line()
                await asyncio.sleep(guard.LOOK_EVERY)

    async def _keep_database(self) -> None:
        keeper = self._held.database
        if keeper is not None and await asyncio.to_thread(keeper.running) is None:
            await asyncio.to_thread(postgres.start, self._settings.data_dir, keeper)

    async def _keep_pbx(self) -> None:
        settings, held = self._settings, self._held
        if held.pbx is None or held.root is None:
            return
        if self._pbx is not None:
            if await asyncio.to_thread(held.pbx.running) is not None:
                return
            log.error("Asterisk has died; it is started again.")
        self._pbx = await start_pbx(
            held.root,
            settings.data_dir.absolute() / "pbx",
            settings,
            load_secrets(settings.data_dir),
            held.pbx,
            whereabouts=self._whereabouts,
        )

    async def _follow_trunk(self) -> None:
        if self._pbx is not None and await asyncio.to_thread(self._pbx.keeper.running) is not None:
            if self._trunk is None:
                secrets = load_secrets(self._settings.data_dir)
                self._trunk = TrunkFollower(self._settings, secrets, self._whereabouts)
            await self._trunk.look(self._pbx)

    def _keep_line(self) -> None:
        note = self._settings.data_dir / LINE_NOTE
        output = self._output_of_line()
        if self._line is None:
            self._line = Program.adopt(note)
        if self._line is not None:
            if self._line.is_running:
                return
            lived = time.monotonic() - self._line_began
            if lived < self._line_waits:
                return
            log.error(
                "The line has died; it is started again. Its last words are in %s.1 or %s.1.",
                LINE_LOG,
                LINE_OUTPUT,
            )
            self._line_waits = 0.0 if lived > SETTLED_AFTER else min(self._line_waits * 2 + 1, 30.0)
        self._line_began = time.monotonic()
        Heartbeat(self._settings.data_dir).forget()
        # Now, and not when it comes to it: from here on what stands there is the new line's.
        folder = self._settings.data_dir
        for told in (line_log(folder), BoundedLog(folder / LINE_OUTPUT)):
            told.begin_anew()
            told.close()
        writer = output.writer()
        try:
            self._line = Program.launch(
                [sys.executable, "-P", *LINE],
                cwd=self._settings.data_dir.absolute(),
                output=writer,
                env=self._environment,
                note=note,
            )
        finally:
            os.close(writer)

    def _output_of_line(self) -> Output:
        """Where every line, also one that was found at work, says what does not go into its log."""
        if self._line_output is None:
            folder = self._settings.data_dir.absolute()
            told = BoundedLog(folder / LINE_OUTPUT)
            self._line_output = Output(folder / LINE_PIPE, LineByLine(), told.append)
        return self._line_output

    async def _take_down(self) -> None:
        await asyncio.to_thread(self._console.stop)
        if self._line is not None:
            await asyncio.to_thread(self._line.stop, LINE_PATIENCE)
        for keeper in (self._held.pbx, self._held.database):
            if keeper is not None:
                try:
                    await asyncio.to_thread(keeper.stop_program)
                except EmbeddedError as fault:  # the others are ended all the same
                    log.error("%s", fault)  # noqa: TRY400 - the sentence says it all
                keeper.release()
        await self._archiver.end()


@contextmanager
def _going_on() -> Iterator[None]:
    """What is wrong with one child is told and tried again at the next look; the others live on."""
    try:
        yield
    except KeeperGone:
        raise
    except (EmbeddedError, OSError) as fault:
        log.error("%s", fault)  # noqa: TRY400 - the sentence says it all
