"""How busy the machine was during a run, with which programs, and whether it stood still."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from statistics import mean

import psutil

BEAT = 0.02
LATE = 0.06
"""Seconds by which a beat may be late; sound that is later than this is torn."""
SECOND = 1.0


@dataclass(slots=True)
class Load:
    """What the machine did while it was watched."""

    busy: list[float] = field(default_factory=list)
    """Parts of all cores, second by second."""
    stalls: list[tuple[float, float]] = field(default_factory=list)
    """When (seconds of the machine's clock) this process could not run, and for how long."""
    used: dict[str, float] = field(default_factory=dict)
    """Seconds of processor time by program; `others` are none of the benchmark's."""

    def describe(self) -> str:
        full = sum(part > 0.95 for part in self.busy)
        programs = " ".join(f"{name}={seconds:.0f}s" for name, seconds in self.used.items())
        longest = max((seconds for _, seconds in self.stalls), default=0.0)
        busy = mean(self.busy) if self.busy else 0.0
        return (
            f"load: cores busy {busy:.0%} in the mean, full for {full} of {len(self.busy)} s; "
            f"stood still {len(self.stalls)} times, {longest * 1000:.0f} ms at most; processor: {programs}"
        )


@asynccontextmanager
async def watched(programs: Mapping[str, Callable[[], float]]) -> AsyncIterator[Load]:
    """Watch the machine, and programs by what they have used so far, for as long as the block runs."""
    load = Load()
    programs = {**programs, "bench": time.process_time}
    before, all_before = {name: used() for name, used in programs.items()}, _of_all()
    watching = asyncio.create_task(_watch(load))
    try:
        yield load
    finally:
        watching.cancel()
    load.used = {name: used() - before[name] for name, used in programs.items()}
    load.used["others"] = max(0.0, _of_all() - all_before - sum(load.used.values()))


async def _watch(load: Load) -> None:
    psutil.cpu_percent()
    second = last = time.monotonic()
    while True:
        await asyncio.sleep(BEAT)
        now = time.monotonic()
        if (late := now - last - BEAT) > LATE:
            load.stalls.append((time.time(), late))
        last = now
        if now - second >= SECOND:
            load.busy.append(psutil.cpu_percent() / 100)
            second = now


def _of_all() -> float:
    times = psutil.cpu_times()
    return float(times.user + times.nice + times.system + times.irq + times.softirq)
