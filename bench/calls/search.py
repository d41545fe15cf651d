"""The highest pace that a way of calling sustains: up step by step until it fails, then between the two."""

from collections.abc import Awaitable, Callable
from math import sqrt

STEP = 1.25
FINEST = 1.1
"""Parts of the pace: the same search serves slow and fast machines."""
LOWEST = 10.0
"""Calls a second; what cannot do this is given up."""


async def highest_sustained(
    try_at: Callable[[float], Awaitable[bool]], start: float, highest: float, step: float = STEP
) -> float:
    """Search from `start`, up to `highest`; 0 when not even the lowest pace is sustained.

    What it gives was sustained, and `FINEST` times that was not, unless that is above `highest`.
    """
    held = start
    if await try_at(start):
        while (failed := held * step) <= highest and await try_at(failed):
            held = failed
        if failed > highest:
            return held
    else:
        failed = start
        while not await try_at(held := failed / step):
            failed = held
            if failed < LOWEST:
                return 0.0
    while failed / held > FINEST + 1e-6:
        middle = sqrt(held * failed)
        if await try_at(middle):
            held = middle
        else:
            failed = middle
    return held
