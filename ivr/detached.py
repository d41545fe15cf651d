"""Work that goes on when the caller has hung up."""

import asyncio
from collections.abc import Coroutine
from typing import Any


class DetachedWork:
    """Of all calls of a node: nobody's hang-up cancels it."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(self, work: Coroutine[Any, Any, Any]) -> "asyncio.Task[Any]":
        """Whoever waits for it shields it, so that a hang-up ends their wait alone."""
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def finished(self) -> None:
        """Wait until all of it is done."""
        while self._tasks:
            await asyncio.wait(self._tasks)
