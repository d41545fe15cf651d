"""Our whole system calls everybody: `buurtbel serve` as it ships, and alerts sent one after another."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from bench import cpu
from bench.calls.capture import calls_in, capture
from bench.calls.phones import Phones
from bench.calls.runs import Cpu, Run, members_at
from bench.message import ToneVoice
from bench.quiet import watching
from bench.server import hangs_told, keepers, line_and_pbx, serving, until_closed
from bench.somebody import BENCH
from bench.sql_wire import Asked
from broadcast.alert.desk import Desk
from broadcast.draft import Draft
from buurtbel.assembly import Assembly, assemble
from buurtbel.settings.settings import Settings

ENDS_WITHIN = 180.0
WARM_UP = 40
"""Calls before what is measured warm."""


class BuurtbelWay:
    """Runs of our system in one data folder, each on a freshly started server."""

    name = "Buurtbel"

    def __init__(
        self,
        settings: Settings,
        those: Phones,
        *,
        seconds: float,
        environment: Mapping[str, str] = MappingProxyType({}),
        cluster: Path | None = None,
        asked: Asked | None = None,
    ) -> None:
        """`cluster`: the folder of a database that is not the server's own; `asked`: what goes to it."""
        self._settings = settings
        self._folder = settings.data_dir
        self._those = those
        self._seconds = seconds
        self._environment = environment
        self._cluster = cluster or settings.data_dir
        self._asked = asked or Asked()
        self._networks: dict[str, list[str]] = {}
        """So far; each has phones of its own."""
        self.hangs: list[str] = []
        """What was said in all runs of what hangs: nothing may, however busy it is."""

    async def run(self, rate: float) -> Run:
        """One alert at this pace, after a small one."""
        _, run = await self._alerts(rate, [WARM_UP, members_at(rate)])
        return run

    async def first_and_second(self, rate: float) -> tuple[Run, Run]:
        """Two alerts at this pace: the first after a start, and one after it."""
        first, second = await self._alerts(rate, [members_at(rate)] * 2)
        return first, second

    async def _alerts(self, rate: float, sizes: Sequence[int]) -> list[Run]:
        """Send them, each when the one before is closed."""
        for size in sizes:
            self._networks.setdefault(_network(size), numbers(size, sum(map(len, self._networks.values()))))
        environment = {**self._environment, "BUURTBEL_TRUNK_CALLS_PER_SECOND": str(rate)}
        async with (
            serving(self._settings, self._networks, environment) as serve,
            assemble(self._settings) as assembly,
        ):
            runs = [await self._alert(assembly, serve, rate, size) for size in sizes]
            self.hangs += await asyncio.to_thread(hangs_told, self._folder)
        return runs

    async def _alert(self, assembly: Assembly, serve: int, rate: float, size: int) -> Run:
        desk = Desk(
            assembly.engine,
            assembly.ledger,
            ToneVoice(self._seconds),
            self._settings.broadcast,
            zones=self._settings.speech.zones,
        )
        recording = self._folder.with_name("calls.pcap")
        pids = {serve, *line_and_pbx(self._folder), *keepers(self._folder)}
        async with capture(recording, self._those):
            with watching(pids, self._those.pid) as quiet:
                before, asked = self._cpu(serve), self._asked.counted
                sent = await desk.send(BENCH, Draft([_network(size)], {"nl": "Blijf binnen."}, urgent=True))
                committed, after_sending = time.time(), time.process_time()
                async with asyncio.timeout(ENDS_WITHIN):
                    await until_closed(assembly, sent.broadcast)
                used, asked = self._cpu(serve) - before, self._asked.counted - asked
        # Looking whether it is over is the benchmark's own doing, sending is the product's.
        watched = time.process_time() - after_sending
        return Run(
            self.name,
            rate,
            self._seconds,
            committed,
            Cpu(used.asterisk, used.python - watched, used.postgres),
            await asyncio.to_thread(calls_in, recording, self._those),
            quiet,
            asked,
        )

    def _cpu(self, serve: int) -> Cpu:
        line, pbx = line_and_pbx(self._folder)
        python = sum(map(cpu.of_process, (serve, line, *keepers(self._folder)))) + time.process_time()
        return Cpu(cpu.of_process(pbx), python, cpu.of_postgres(self._cluster / "postgres"))


def numbers(size: int, before: int = 0) -> list[str]:
    """Of so many phones, after those that others have."""
    return [f"+9991{n:07d}" for n in range(before + 1, before + size + 1)]


def _network(size: int) -> str:
    return f"bench-{size}"
