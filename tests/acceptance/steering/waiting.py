"""Waiting for what must come."""

import asyncio
import time
from collections.abc import Callable

PATIENCE = 240.0
"""Seconds, on a machine with much to do."""
LOOK_EVERY = 0.25


async def until(condition: Callable[[], bool], what: str, *, seconds: float = PATIENCE) -> None:
    """Return once it is so; it fails when it does not come within so many seconds."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"this did not come: {what}"
        await asyncio.sleep(LOOK_EVERY)
