"""`buurtbel serve`: brings up database, PBX and line, and brings each of them up again when it dies."""

import asyncio
import logging
import os
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from buurtbel import guard
from buurtbel.database import wait_for_database
from buurtbel.embedded import postgres
from buurtbel.embedded.account import Account
from buurtbel.embedded.asterisk import Asterisk
from buurtbel.embedded.errors import EmbeddedError
from buurtbel.embedded.pbx import load_secrets, start_pbx
from buurtbel.embedded.program import Program
from buurtbel.guard import Guard
from buurtbel.heartbeat import Heartbeat
from buurtbel.schema import upgrade
from buurtbel.settings import Settings
from buurtbel.switchboard import ari_client, asterisk_root

log = logging.getLogger(__name__)

LINE_NOTE = "line.json"
"""Who the line is: process id and start time, in the data folder."""
LOOK_EVERY = 1.0
"""Seconds between two looks at database and PBX; the line is looked at as often as its guard wants."""
LINE_PATIENCE = 20.0
"""Seconds that the line gets to end its calls before it is killed."""
WAIT_FOR_DATABASE = 60.0
SETTLED_AFTER = 10.0
"""A line that lived so many seconds has started well; one that died sooner has to wait ever longer."""


class Supervisor:
    """The children of one node. They outlive this process, and the next one adopts them."""

    def __init__(self, settings: Settings, environment: Mapping[str, str]) -> None:
        self._settings = settings
        self._environment = environment
        self._pbx: Asterisk | None = None
        self._line: Program | None = None
        self._line_began = 0.0
        self._line_waits = 0.0

    async def run(self) -> None:
        """Serve until SIGTERM or SIGINT, then end the children, the line first."""
        stopping = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stopping.set)
        try:
            await self._bring_up()
            log.info("Buurtbel serves.")
            # Apart from each other: who has answered cannot wait until a database has started.
            async with asyncio.TaskGroup() as rounds:
                looking = [rounds.create_task(at()) for at in (self._look_at_others, self._look_at_line)]
                await stopping.wait()
                for one in looking:
                    one.cancel()
        finally:
            await self._take_down()

    async def _bring_up(self) -> None:
        settings = self._settings
        await self._keep_database()
        url = await wait_for_database(settings, seconds=WAIT_FOR_DATABASE)
        await asyncio.to_thread(upgrade, url)
        await self._keep_pbx()
        self._keep_line()

    async def _look_at_others(self) -> None:
        while True:
            for keep in (self._keep_database, self._keep_pbx):
                with _going_on():
                    await keep()
            await asyncio.sleep(LOOK_EVERY)

    async def _look_at_line(self) -> None:
        async with ari_client(self._settings) as client:
            watch = Guard(client, Heartbeat(self._settings.data_dir))
            while True:
                with _going_on():
                    await watch.look(self._line)
                    self._keep_line()
                await asyncio.sleep(guard.LOOK_EVERY)

    async def _keep_database(self) -> None:
        if not self._settings.database.url and postgres.url_of_running(self._settings.data_dir) is None:
            await asyncio.to_thread(postgres.start, self._settings.data_dir)

    async def _keep_pbx(self) -> None:
        settings = self._settings
        if settings.pbx.ari_url or (self._pbx is not None and self._pbx.is_running):
            return
        if self._pbx is not None:
            log.error("Asterisk has died; it is started again.")
        root = await asterisk_root(settings)
        self._pbx = await start_pbx(
            root, settings.data_dir.absolute() / "pbx", settings, load_secrets(settings.data_dir)
        )

    def _keep_line(self) -> None:
        note = self._settings.data_dir / LINE_NOTE
        if self._line is None:
            self._line = Program.adopt(note)
        if self._line is not None:
            if self._line.is_running:
                return
            lived = time.monotonic() - self._line_began
            if lived < self._line_waits:
                return
            last_words = self._output.with_suffix(".log.1")
            with suppress(FileNotFoundError):  # Somebody may have put the file away.
                self._output.replace(last_words)
            log.error("The line has died; it is started again. Its last words are in %s.", last_words)
            self._line_waits = 0.0 if lived > SETTLED_AFTER else min(self._line_waits * 2 + 1, 30.0)
        self._line_began = time.monotonic()
        Heartbeat(self._settings.data_dir).forget()
        self._line = Program.launch(
            [sys.executable, "-m", "buurtbel", "line"],
            account=Account(os.geteuid(), os.getegid()),
            cwd=Path.cwd(),
            output=self._output,
            env=self._environment,
            note=note,
        )

    @property
    def _output(self) -> Path:
        return self._settings.data_dir.absolute() / "line.log"

    async def _take_down(self) -> None:
        if self._line is not None:
            await asyncio.to_thread(self._line.stop, LINE_PATIENCE)
        if self._pbx is not None:
            await self._pbx.stop()
        if not self._settings.database.url:
            await asyncio.to_thread(postgres.stop, self._settings.data_dir)


@contextmanager
def _going_on() -> Iterator[None]:
    """What is wrong with one child is told and tried again at the next look; the others live on."""
    try:
        yield
    except (EmbeddedError, OSError) as fault:
        log.error("%s", fault)  # noqa: TRY400 - the sentence says it all
