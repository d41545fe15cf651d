"""Requests to the PBX whose answers nobody waits for."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

from ivr.ari.errors import AriError

log = logging.getLogger(__name__)


class BackgroundRequests:
    """Sends requests in the background. A request that the PBX refuses is only logged."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, request: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(_done(request))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _done(request: Coroutine[Any, Any, None]) -> None:
    try:
        await request
    except AriError as fault:
        log.warning("%s", fault)
