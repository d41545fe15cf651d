"""The machine is watched during a run: who was busy, and whether it stood still."""

import asyncio
import time

from bench.load import Load, watched


async def test_programs_are_told_by_what_they_used_while_they_were_watched() -> None:
    used = iter((5.0, 7.5))
    async with watched({"line": lambda: next(used)}) as load:
        await asyncio.sleep(0.05)
    assert load.used["line"] == 2.5
    assert {"bench", "others"} <= load.used.keys()


async def test_a_moment_in_which_nothing_could_run_is_a_stall() -> None:
    async with watched({}) as load:
        await asyncio.sleep(0.05)
        time.sleep(0.2)
        await asyncio.sleep(0.05)
    assert max(seconds for _, seconds in load.stalls) > 0.1
    assert "stood still" in load.describe()


def test_a_load_that_was_never_looked_at_is_described_all_the_same() -> None:
    assert Load().describe().startswith("load: cores busy 0% in the mean")
