"""`make bench-memory`: does the memory of the line and of Asterisk stay as it is over thousands of calls?"""

import asyncio
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import linear_regression

import psutil

from bench.calls.__main__ import settings_for
from bench.calls.buurtbel_way import numbers
from bench.calls.phones import phones
from bench.message import ToneVoice
from bench.say import say
from bench.server import NETWORK, line_and_pbx, serving, until_closed
from bench.somebody import BENCH
from broadcast.alert.desk import Desk
from broadcast.draft import Draft
from buurtbel.assembly import Assembly, assemble
from buurtbel.settings.reading import read_settings
from buurtbel.settings.settings import Settings

FOLDER = Path("/var/tmp/buurtbel-bench")
"""Emptied first, as that of the bench of calls."""
MEMBERS = 1000
ALERTS = 10
SECONDS = 1.0
RATE = 50.0
"""Calls a second: what one such machine sustains."""
ENDS_WITHIN = 180.0
MB = 1 << 20


async def main() -> int:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    async with phones(FOLDER) as those:
        os.environ.update(settings_for(those), BUURTBEL_TRUNK_CALLS_PER_SECOND=str(RATE))
        chosen = read_settings()
        async with (
            serving(chosen, {NETWORK: numbers(MEMBERS)}),
            assemble(chosen) as assembly,
        ):
            desk = Desk(
                assembly.engine,
                assembly.ledger,
                ToneVoice(SECONDS),
                chosen.broadcast,
                zones=chosen.speech.zones,
            )
            seen = [await after(desk, assembly, chosen, alert) for alert in range(1, ALERTS + 1)]
    line, pbx = ([pair[which] for pair in seen] for which in (0, 1))
    say(
        f"memory: calls={MEMBERS * ALERTS} line_mb={line[-1]:.1f} line_mb_per_1000={growth(line):.2f}"
        f" pbx_mb={pbx[-1]:.1f} pbx_mb_per_1000={growth(pbx):.2f}"
    )
    return 0


async def after(desk: Desk, assembly: Assembly, chosen: Settings, alert: int) -> tuple[float, float]:
    """What line and PBX hold for themselves once an alert more is over, in MB."""
    sent = await desk.send(BENCH, Draft([NETWORK], {"nl": "Blijf binnen."}, urgent=True))
    async with asyncio.timeout(ENDS_WITHIN):
        await until_closed(assembly, sent.broadcast)
    line, pbx = (psutil.Process(pid).memory_full_info().uss / MB for pid in line_and_pbx(chosen.data_dir))
    say(f"  after {alert * MEMBERS:6} calls: the line {line:6.1f} MB, Asterisk {pbx:6.1f} MB")
    return line, pbx


def growth(seen: Sequence[float]) -> float:
    """MB for each alert more, over the second half: the first fills what stays."""
    half = seen[len(seen) // 2 :]
    return linear_regression(range(len(half)), half).slope


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
