"""Our whole system calls everybody: `buurtbel serve` as it ships, and one alert sent."""

import asyncio
import time

from bench import cpu
from bench.calls.capture import calls_in, capture
from bench.calls.phones import Phones
from bench.calls.runs import Cpu, Run
from bench.message import ToneVoice
from bench.server import NETWORK, hangs_told, keepers, line_and_pbx, serving, until_closed
from bench.somebody import BENCH
from broadcast.alert.desk import Desk
from broadcast.draft import Draft
from buurtbel.assembly import assemble
from buurtbel.settings.settings import Settings

ENDS_WITHIN = 180.0


class BuurtbelWay:
    """Runs of our system in one data folder, each on a freshly started server."""

    name = "Buurtbel"

    def __init__(self, settings: Settings, those: Phones, *, members: int, seconds: float) -> None:
        self._settings = settings
        self._folder = settings.data_dir
        self._those = those
        self._members = members
        self._seconds = seconds
        self.hangs: list[str] = []
        """What was said in all runs of what hangs: nothing may, however busy it is."""

    async def run(self, rate: float) -> Run:
        """Send one alert at this pace and stay until it is closed."""
        numbers = [f"+99910{n:06d}" for n in range(1, self._members + 1)]
        pace = {"BUURTBEL_TRUNK_CALLS_PER_SECOND": str(rate)}
        async with serving(self._settings, numbers, pace) as serve, assemble(self._settings) as board:
            desk = Desk(
                board.engine,
                board.ledger,
                ToneVoice(self._seconds),
                self._settings.broadcast,
                zones=self._settings.speech.zones,
            )
            recording = self._folder.with_name("calls.pcap")
            async with capture(recording, self._those):
                before = self._cpu(serve)
                sent = await desk.send(BENCH, Draft([NETWORK], {"nl": "Blijf binnen."}, urgent=True))
                committed, after_sending = time.time(), time.process_time()
                async with asyncio.timeout(ENDS_WITHIN):
                    await until_closed(board, sent.broadcast)
                used = self._cpu(serve) - before
            self.hangs += await asyncio.to_thread(hangs_told, self._folder)
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

    def _cpu(self, serve: int) -> Cpu:
        line, pbx = line_and_pbx(self._folder)
        python = sum(map(cpu.of_process, (serve, line, *keepers(self._folder)))) + time.process_time()
        return Cpu(cpu.of_process(pbx), python, cpu.of_postgres(self._folder / "postgres"))
