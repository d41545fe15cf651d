"""`make bench-calls`: a 5 s message to 600 numbers, by our whole system and by plain call files, in turn."""

import asyncio
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.calls.buurtbel_way import BuurtbelWay
from bench.calls.call_files_way import CallFilesWay
from bench.calls.figures import Round, describe, last_line, targets_line
from bench.calls.phones import Phones, phones
from bench.calls.runs import Run
from bench.calls.search import Way, highest_sustained
from bench.say import say
from buurtbel.assembly import asterisk_root
from buurtbel.settings.reading import read_settings
from embedded.network.free_ports import LOOPBACK, free_audio_ports, free_ports

FOLDER = Path("/var/tmp/buurtbel-bench")
"""Emptied first. Not below a home folder: PostgreSQL and Asterisk run under accounts of their own."""
MEMBERS, SECONDS = 600, 5.0
ROUNDS = 3
PACE = 30.0
"""Calls a second of part (a)."""
FIRST_GUESS = 100.0
"""Calls a second at which the first search of part (b) starts."""


async def main() -> int:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    async with phones(FOLDER) as those:
        os.environ.update(settings_for(those))
        chosen = read_settings()
        root = await asterisk_root(chosen)
        ours = BuurtbelWay(chosen, those, members=MEMBERS, seconds=SECONDS)
        files = CallFilesWay(chosen, root, those, members=MEMBERS, seconds=SECONDS)
        rounds: list[Round] = []
        for _ in range(ROUNDS):
            rounds.append(await one_round(ours, files, rounds))
            say(describe(len(rounds), rounds[-1]))
    say(targets_line(rounds))
    for told in ours.hangs:
        say(f"WRONG {told}")
    say(f"{last_line(rounds)} hangs={len(ours.hangs)}")
    return 1 if ours.hangs else 0


def settings_for(those: Phones) -> dict[str, str]:
    """Where the benchmark differs from the product: one pass, one try, no cap on lines, ports of its own."""
    return {
        "BUURTBEL_DATA_DIR": str(FOLDER / "data"),
        "BUURTBEL_TRUNK_URI": those.uri,
        "BUURTBEL_TRUNK_SIMULATED": "true",
        "BUURTBEL_TRUNK_CHANNELS": str(MEMBERS),
        "BUURTBEL_TRUNK_KEPT_FOR_CALLERS": "0",
        "BUURTBEL_ALERT_PASSES": "1",
        "BUURTBEL_ALERT_PAUSE": "0",
        "BUURTBEL_RETRY_TRIES_PER_NUMBER": "1",
        "BUURTBEL_PBX_SIP_BIND": f"{LOOPBACK}:{free_ports(1)}",
        "BUURTBEL_PBX_ARI_BIND": f"{LOOPBACK}:{free_ports(1)}",
        "BUURTBEL_PBX_RTP_PORTS": str(free_audio_ports(2 * MEMBERS)),
    }


async def one_round(ours: Way, files: Way, before: Sequence[Round]) -> Round:
    guess = (before[-1].our_rate, before[-1].files_rate) if before else (FIRST_GUESS, FIRST_GUESS)
    return Round(
        ours=await show(ours, PACE),
        files=await show(files, PACE),
        our_rate=await highest(ours, guess[0]),
        files_rate=await highest(files, guess[1]),
    )


async def highest(way: Way, start: float) -> float:
    async def try_at(rate: float) -> bool:
        # The machine is shared and noisy: a pace is too high only when it was so twice.
        return (await show(way, rate)).is_sustained or (await show(way, rate)).is_sustained

    return await highest_sustained(try_at, start)


async def show(way: Way, rate: float) -> Run:
    """Run it, and say in one line how it went."""
    run = await way.run(rate)
    verdict = "sustained" if run.is_sustained else "not sustained"
    say(
        f"  {run.way:10} {rate:5.1f}/s: {len(run.calls)} calls placed in {run.placed_in:.2f} of the time, "
        f"{run.played_whole} played whole, over after {run.wall:.1f} s: {verdict}"
    )
    return run


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
