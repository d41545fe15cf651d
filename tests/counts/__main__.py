"""`python -m tests.counts [--each]`: what calls ask of PostgreSQL and Asterisk, counted, not timed."""

import asyncio
import shutil
import sys
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path

from bench.say import say
from buurtbel.database.schema import upgrade
from embedded import postgres
from tests.counts.line import BATCH, CountedLine, Counts, counted_line
from tests.fakes.ari_call import FakeCall
from tests.fakes.neighbours import Behaviour, rings_out

FOLDER = Path("/var/tmp/buurtbel-bench-counts")
"""Emptied first. Not below a home folder: PostgreSQL runs under an account of its own."""


async def confirms(call: FakeCall) -> None:
    await call.ring(0.2)
    call.pick_up()
    await call.passes(0.5)
    call.press("1")
    await call.stay()


async def voicemail(call: FakeCall) -> None:
    call.pick_up()
    await call.passes(0.2)
    await call.talk(2.5)
    await call.stay()


def engaged_together(people: int) -> Behaviour:
    """All refuse in the same moment, once all are placed, so that their ends are one batch."""
    all_are_placed = asyncio.Barrier(people)

    async def refuses(call: FakeCall) -> None:
        await call.ring(0.1)  # else it were the trunk that takes no calls
        await all_are_placed.wait()
        await call.passes(0.5)
        call.refuse(17, 486)

    return refuses


async def batch(line: CountedLine) -> Counts:
    """The least of two: on a busy machine one batch may become two."""
    tries = [await line.calls(engaged_together(BATCH), BATCH) for _ in range(2)]
    return min(tries, key=lambda one: one.statements)


async def to_a_voicemail(line: CountedLine) -> Counts:
    """The most of two: what a busy machine is late for is not asked any more."""
    tries = [await line.calls(voicemail) for _ in range(2)]
    return max(tries, key=lambda one: one.requests)


async def count_all(url: str, folder: Path) -> dict[str, Counts]:
    """What each kind of call costs, by its name; the first call of a process is not counted."""
    async with counted_line(url, folder) as line:
        for _ in range(2):
            await line.calls(confirms)
        return {
            "answered and confirmed": await line.calls(confirms),
            "not answered": await line.calls(rings_out),
            "to a voicemail": await to_a_voicemail(line),
            f"{BATCH} at once, engaged": await batch(line),
        }


def table(counted: Mapping[str, Counts]) -> list[str]:
    columns = [one.name for one in fields(Counts) if one.name != "asked"]
    rows = [["", *columns]]
    rows += [[name, *(str(getattr(one, column)) for column in columns)] for name, one in counted.items()]
    return [f"{row[0]:24}" + "".join(f"{cell:>14}" for cell in row[1:]) for row in rows]


async def main() -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    url = await asyncio.to_thread(postgres.start, FOLDER)
    try:
        await asyncio.to_thread(upgrade, url)
        (line := FOLDER / "line").mkdir()
        counted = await count_all(url, line)
        for told in table(counted):
            say(told)
        for name, one in counted.items() if "--each" in sys.argv else ():
            say(f"\n{name}")
            for asked, times in one.asked.items():
                say(f"{times:4} x {' '.join(asked.split())[:200]}")
    finally:
        await asyncio.to_thread(postgres.stop, FOLDER)


if __name__ == "__main__":
    asyncio.run(main())
