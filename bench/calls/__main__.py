"""`make bench-calls`: a 5 s message to hundreds of phones, by our whole system and by call files, in turn."""

import asyncio
import os
import shutil
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from bench.calls.asked import counted_run
from bench.calls.buurtbel_way import BuurtbelWay
from bench.calls.call_files_way import CallFilesWay
from bench.calls.figures import Bench, Round, describe, last_line, spread_lines, targets_line
from bench.calls.phones import Phones, phones
from bench.calls.runs import Run
from bench.calls.search import FINEST, STEP, highest_sustained
from bench.say import say
from buurtbel.assembly import asterisk_root
from buurtbel.settings.reading import read_settings
from embedded.network.free_ports import LOOPBACK, free_audio_ports, free_ports

FOLDER = Path("/var/tmp/buurtbel-bench")
"""Emptied first. Not below a home folder: PostgreSQL and Asterisk run under accounts of their own."""
SECONDS = 5.0
ROUNDS = 3
PACE = 30.0
"""Calls a second of the rounds."""
FIRST_GUESS = 100.0
"""Calls a second at which the first search begins."""
CHANNELS = 2400
HIGHEST = CHANNELS / (SECONDS + 1)
"""Calls a second at which so many channels are enough, each for a message and its set-up."""
TRIES = 3
"""Of a run that is disturbed."""


class NotQuiet(Exception):  # noqa: N818 - named as what happened
    """The machine was never left alone for as long as a run takes."""


async def main() -> int:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    async with phones(FOLDER) as those:
        os.environ.update(settings_for(those))
        chosen = read_settings()
        ours = BuurtbelWay(chosen, those, seconds=SECONDS)
        files = CallFilesWay(chosen, await asterisk_root(chosen), those, seconds=SECONDS)
        try:
            bench = await whole(ours, files, lambda: counted_run(chosen, those, rate=PACE, seconds=SECONDS))
        except NotQuiet as error:
            say(f"calls: not measured: {error}")
            return 1
    say(spread_lines(bench))
    say(targets_line(bench))
    for told in ours.hangs:
        say(f"WRONG {told}")
    say(f"{last_line(bench)} hangs={len(ours.hangs)}")
    return 1 if ours.hangs else 0


def settings_for(those: Phones) -> dict[str, str]:
    """Where the benchmark differs from the product: one pass, one try, no cap on lines, ports of its own."""
    return {
        "BUURTBEL_DATA_DIR": str(FOLDER / "data"),
        "BUURTBEL_TRUNK_URI": those.uri,
        "BUURTBEL_TRUNK_SIMULATED": "true",
        "BUURTBEL_TRUNK_CHANNELS": str(CHANNELS),
        "BUURTBEL_TRUNK_KEPT_FOR_CALLERS": "0",
        "BUURTBEL_ALERT_PASSES": "1",
        "BUURTBEL_ALERT_PAUSE": "0",
        "BUURTBEL_RETRY_TRIES_PER_NUMBER": "1",
        "BUURTBEL_PBX_SIP_BIND": f"{LOOPBACK}:{free_ports(1)}",
        "BUURTBEL_PBX_ARI_BIND": f"{LOOPBACK}:{free_ports(1)}",
        "BUURTBEL_PBX_RTP_PORTS": str(free_audio_ports(CHANNELS)),
    }


async def whole(ours: BuurtbelWay, files: CallFilesWay, counted: Callable[[], Awaitable[Run]]) -> Bench:
    """Rounds at one pace, then searches for the highest, each in turn. Raises NotQuiet."""
    rounds: list[Round] = []
    for number in range(1, ROUNDS + 1):
        first, warm = await undisturbed(lambda: ours.first_and_second(PACE))
        [beside] = await undisturbed(lambda: alone(files.run(PACE)))
        rounds.append(Round(first, warm, beside))
        say(describe(number, rounds[-1]))
    our_rates, files_rates = [FIRST_GUESS], [FIRST_GUESS]
    # The second search begins where the first one ended: one that was right is confirmed by two runs.
    for step in (STEP, FINEST):
        our_rates.append(await highest(ours.run, our_rates[-1], step))
        files_rates.append(await highest(files.run, files_rates[-1], step))
    return Bench(rounds, our_rates[1:], files_rates[1:], await counted())


async def highest(run: Callable[[float], Awaitable[Run]], start: float, step: float) -> float:
    async def try_at(rate: float) -> bool:
        [one] = await undisturbed(lambda: alone(run(rate)))
        return one.is_sustained

    return await highest_sustained(try_at, start, HIGHEST, step)


async def alone(run: Awaitable[Run]) -> Sequence[Run]:
    return [await run]


async def undisturbed(attempt: Callable[[], Awaitable[Sequence[Run]]]) -> Sequence[Run]:
    """What it gives once nothing else disturbs it. Raises NotQuiet."""
    for _ in range(TRIES):
        runs = await attempt()
        for one in runs:
            show(one)
        if not any(one.quiet.disturbed_by for one in runs):
            return runs
    raise NotQuiet(f"{TRIES} times {runs[-1].quiet.disturbed_by}: end what else runs here, then try again.")


def show(run: Run) -> None:
    """Say in one line how it went."""
    verdict = "sustained" if run.is_sustained else "not sustained"
    if run.quiet.disturbed_by:
        verdict = f"not counted: {run.quiet.disturbed_by}"
    say(
        f"  {run.way:10} {run.rate:5.1f}/s: {len(run.calls)} placed in {run.placed_in:.2f} of the time, "
        f"{run.played_whole} played whole, over after {run.wall:.1f} s: {verdict}"
    )


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
