"""The highest pace that a way of calling sustains: up step by step until it fails, then between the two."""

from collections.abc import Awaitable, Callable
from math import sqrt
from typing import Protocol

from bench.calls.runs import Run

STEP = 1.2
FINEST = 1.05
"""Parts of the pace: the same search serves slow and fast machines."""
LOWEST = 10.0
"""Calls a second; what cannot do this is given up."""


class Way(Protocol):
    """One way of calling everybody."""

    @property
    def name(self) -> str: ...

    async def run(self, rate: float) -> Run: ...


async def highest_sustained(try_at: Callable[[float], Awaitable[bool]], start: float) -> float:
    """Search from `start`, where it was found the last time; 0 when not even the lowest pace is sustained."""
    held = start
    if await try_at(start):
        while await try_at(failed := held * STEP):
            held = failed
    else:
        failed = start
        while not await try_at(held := failed / STEP):
            failed = held
            if failed < LOWEST:
                return 0.0
    while failed / held > FINEST:
        middle = sqrt(held * failed)
        if await try_at(middle):
            held = middle
        else:
            failed = middle
    return held
