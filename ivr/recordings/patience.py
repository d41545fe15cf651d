"""Doing what somebody was told is done, though the database goes away in this moment and comes back."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from broadcast.away import DATABASE_AWAY

log = logging.getLogger(__name__)

DATABASE_BACK_WITHIN = 60.0
"""Seconds for which it is waited for."""
T = TypeVar("T")


async def patiently(work: Callable[[], Awaitable[T]]) -> T:
    """Do it until it is done; it may be begun again after a commit that nobody answered.

    Raises what it raises, and one of DATABASE_AWAY when that stays.
    """
    loop = asyncio.get_running_loop()
    until = loop.time() + DATABASE_BACK_WITHIN
    while True:
        try:
            return await work()
        except DATABASE_AWAY as away:
            if loop.time() > until:
                raise
            log.warning("A conversation waits for the database (%s).", type(away).__name__)
            await asyncio.sleep(1.0)
