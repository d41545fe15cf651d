"""The highest pace that a way of calling sustains: up step by step until it fails, then between the two."""

from collections.abc import Awaitable, Callable
from itertools import count
from typing import Protocol

from bench.runs import Run

STEP = 10.0
LOWEST = 10.0
FINEST = 5.0
"""Calls a second, all three."""


class Way(Protocol):
    """One way of calling everybody."""

    @property
    def name(self) -> str: ...

    async def run(self, rate: float) -> Run: ...


async def highest_sustained(try_at: Callable[[float], Awaitable[bool]], start: float) -> float:
    """Search from `start`, where it was found the last time; 0 when not even the lowest pace is sustained."""
    if await try_at(start):
        held = start
        failed = next_up = start + STEP
        for failed in count(next_up, STEP):
            if not await try_at(failed):
                break
            held = failed
    else:
        failed = start
        held = start - STEP
        while held >= LOWEST and not await try_at(held):
            failed, held = held, held - STEP
        if held < LOWEST:
            return 0.0
    while failed - held > FINEST:
        middle = (held + failed) / 2
        if await try_at(middle):
            held = middle
        else:
            failed = middle
    return held
