"""Our whole system calls everybody: `buurtbel serve` as it ships, and one alert sent."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bench import cpu
from bench.capture import calls_in, capture
from bench.children import ChildDied, child
from bench.message import ToneVoice
from bench.phones import Phones
from bench.runs import Cpu, Run
from broadcast.desk import Desk, Draft
from broadcast.states import BroadcastState
from broadcast.tables import Broadcast
from buurtbel.database import wait_for_database
from buurtbel.embedded.program import Program
from buurtbel.schema import upgrade
from buurtbel.settings import Settings
from buurtbel.supervisor import LINE_NOTE
from buurtbel.switchboard import Switchboard, switchboard
from directory.importer import import_members
from directory.registry import add_network, networks

NETWORK = "bench"
READY = "events flow"
"""What the line says in its log once it may dial."""
STARTS_WITHIN = 90.0
SETTLE = 2.0
"""Seconds after the start, so that starting is not measured."""
ENDS_WITHIN = 180.0
LOOK_EVERY = 0.5


class BuurtbelWay:
    """Runs of our system in one data folder, each on a freshly started server."""

    name = "Buurtbel"

    def __init__(self, settings: Settings, those: Phones, *, members: int, seconds: float) -> None:
        self._settings = settings
        self._folder = settings.data_dir
        self._those = those
        self._members = members
        self._seconds = seconds

    async def run(self, rate: float) -> Run:
        """Send one alert at this pace and stay until it is closed."""
        async with self._server(rate) as serve, switchboard(self._settings) as board:
            desk = Desk(
                board.engine,
                board.ledger,
                ToneVoice(self._seconds),
                self._settings.broadcast,
                zone=self._settings.speech.zone,
            )
            recording = self._folder / "calls.pcap"
            async with capture(recording, self._those):
                before = self._cpu(serve)
                sent = await desk.send(Draft([NETWORK], {"nl": "Blijf binnen."}, urgent=True, by="bench"))
                committed, after_sending = time.time(), time.process_time()
                async with asyncio.timeout(ENDS_WITHIN):
                    await _closed(board, sent.broadcast)
                used = self._cpu(serve) - before
            # Looking whether it is over is the benchmark's own doing, sending is the product's.
            watching = time.process_time() - after_sending
        return Run(
            self.name,
            rate,
            self._members,
            self._seconds,
            committed,
            Cpu(used.asterisk, used.python - watching, used.postgres),
            await asyncio.to_thread(calls_in, recording, self._those),
        )

    @asynccontextmanager
    async def _server(self, rate: float) -> AsyncIterator[int]:
        """`buurtbel serve`, ready to dial; gives its process id."""
        environment = os.environ | {"BUURTBEL_TRUNK_CALLS_PER_SECOND": str(rate)}
        with (self._folder / "serve.log").open("wb") as log:
            command = [sys.executable, "-m", "buurtbel", "serve"]
            async with child(
                command, cwd=Path.cwd(), output=log, errors=log, environment=environment
            ) as serve:
                url = await wait_for_database(self._settings, seconds=STARTS_WITHIN)
                await asyncio.to_thread(upgrade, url)
                await self._seed()
                await self._until_it_may_dial(serve)
                await asyncio.sleep(SETTLE)
                yield serve.pid

    async def _seed(self) -> None:
        rows = "".join(f"Lid {n},+99910{n:06d},nl\n" for n in range(1, self._members + 1))
        async with switchboard(self._settings) as board, AsyncSession(board.engine) as session:
            if any(known.network.slug == NETWORK for known in await networks(session)):
                return
            today = datetime.now(UTC).date()
            await add_network(
                session, NETWORK, name="Bench", municipality="Westerlo", charter_approved_on=today
            )
            await import_members(session, NETWORK, f"naam,telefoon,taal\n{rows}".encode())
            await session.commit()

    async def _until_it_may_dial(self, serve: asyncio.subprocess.Process) -> None:
        log = self._folder / "line.log"
        async with asyncio.timeout(STARTS_WITHIN):
            while Program.adopt(self._folder / LINE_NOTE) is None or READY not in log.read_text():
                if serve.returncode is not None:
                    raise ChildDied(f"The server ended; see {self._folder / 'serve.log'}.")
                await asyncio.sleep(0.1)

    def _cpu(self, serve: int) -> Cpu:
        line, pbx = Program.adopt(self._folder / LINE_NOTE), Program.adopt(self._folder / "pbx/program.json")
        assert line is not None
        assert pbx is not None
        python = cpu.of_process(serve) + cpu.of_process(line.pid) + time.process_time()
        return Cpu(cpu.of_process(pbx.pid), python, cpu.of_postgres(self._folder / "postgres"))


async def _closed(board: Switchboard, broadcast: int) -> None:
    while True:
        async with board.engine.connect() as connection:
            state = await connection.scalar(select(Broadcast.state).where(Broadcast.id == broadcast))
        if state == BroadcastState.CLOSED:
            return
        await asyncio.sleep(LOOK_EVERY)
