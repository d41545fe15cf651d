"""`make steer`: alerts are steered over real calls; what each phone recorded tells how it went."""

import argparse
import asyncio
import importlib
import pkgutil
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from pathlib import Path

from buurtbel.errors import BuurtbelError
from embedded.errors import EmbeddedError
from tests.acceptance.steering import scenarios
from tests.acceptance.steering.figures import Figures
from tests.acceptance.steering.scenes import SCENES, Scene
from tests.acceptance.steering.story import Story
from tests.acceptance.steering.zones import PLANS, Country, Plan, Zone, country, opened

for _module in pkgutil.iter_modules(scenarios.__path__):
    importlib.import_module(f"{scenarios.__name__}.{_module.name}")

HERE = Path(__file__).parent
PLACE = "/var/tmp"
"""Not below a home folder: PostgreSQL and Asterisk run under accounts of their own."""
THREADS = 48
"""What waits in threads: servers that start, and ears."""
LONGEST = 600.0
"""Seconds of one scenario."""


class Evening:
    """All scenarios that are played in one go."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.figures = Figures()
        self.as_scripted: list[bool] = []
        self._opening = asyncio.Lock()

    async def play(self, scenes: Sequence[Scene]) -> None:
        """While a zone is being opened, scenarios are played in those before."""
        async with country(self.folder) as land, asyncio.TaskGroup() as zones:
            for plan in PLANS:
                chosen = [one for one in scenes if one.plan is plan]
                if chosen:
                    zones.create_task(self._play_in(plan, land, chosen))

    async def _play_in(self, plan: Plan, land: Country, scenes: Sequence[Scene]) -> None:
        async with AsyncExitStack() as open_:
            async with self._opening:
                place = self.folder / plan.name.replace(" ", "_")
                zone = await open_.enter_async_context(opened(plan, land, place))
            room = asyncio.Semaphore(plan.at_once)
            await asyncio.gather(*(self._play_one(room, zone, one) for one in scenes))

    async def _play_one(self, room: asyncio.Semaphore, zone: Zone, scene: Scene) -> None:
        async with room:
            began = time.monotonic()
            try:
                async with asyncio.timeout(LONGEST):
                    await zone.until_serving()
                    story = Story(zone, self.figures, scene.nth)
                    await scene.play(story)
                    story.nobody_was_rung_by_two_at_once()
            except Exception as fault:  # noqa: BLE001 - one scenario must not cost the others their verdict
                self.as_scripted.append(False)
                told = f"{type(fault).__name__} {fault}"
                _say(f"NOT as scripted: {scene.name}, {_since(began)} (at: {_line_of(fault)}) {told}")
            else:
                self.as_scripted.append(True)
                _say(f"as scripted: {scene.name} ({zone.plan.name}, {_since(began)})")


async def main(scenes: Sequence[Scene]) -> int:
    began = time.monotonic()
    loop, ours = asyncio.get_running_loop(), asyncio.current_task()
    loop.set_default_executor(ThreadPoolExecutor(THREADS))
    if ours is not None:  # whoever is told to end still ends what it has started
        loop.add_signal_handler(signal.SIGTERM, ours.cancel)
    folder = Path(tempfile.mkdtemp(prefix="buurtbel-steer-", dir=PLACE))
    folder.chmod(0o755)
    evening = Evening(folder)
    await evening.play(scenes)
    is_well = all(evening.as_scripted)
    if is_well:
        shutil.rmtree(folder)
    else:
        _say(f"What was heard and logged lies in {folder}.")
    _say(f"It took {_since(began)}.")
    count, well = len(evening.as_scripted), sum(evening.as_scripted)
    _say(f"steer: scenarios={count} as_scripted={well} {evening.figures}")
    return 0 if is_well and evening.figures.hold else 1


def _line_of(fault: Exception) -> str | None:
    """The line of the scenario, or, where none is to blame, the innermost of all that was called."""
    lines = traceback.extract_tb(fault.__traceback__)
    told = [one for one in lines if Path(one.filename).is_relative_to(HERE / "scenarios")]
    return (told or lines)[-1].line


def _since(began: float) -> str:
    return f"{time.monotonic() - began:.0f} s"


def _say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


def run(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="steer", description=__doc__)
    parser.add_argument(
        "--only", action="append", metavar="NAME", help="those with this in their name, or of this zone"
    )
    parser.add_argument("--list", action="store_true", help="name all of them, and play none")
    asked = parser.parse_args(arguments)
    wanted = asked.only or [""]
    chosen = [one for one in SCENES if any(part in one.name or part == one.plan.name for part in wanted)]
    if asked.list:
        for one in chosen:
            _say(f"{one.name} ({one.plan.name})")
        return 0
    if not chosen:
        sys.stderr.write("No scenario has that in its name; `--list` names them.\n")
        return 2
    try:
        return asyncio.run(main(chosen))
    except* (EmbeddedError, BuurtbelError, OSError) as hindrances:
        sys.stderr.write("".join(f"{hindrance}\n" for hindrance in hindrances.exceptions))
    return 1


if __name__ == "__main__":
    raise SystemExit(run(sys.argv[1:]))
