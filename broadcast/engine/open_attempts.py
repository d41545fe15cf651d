"""Attempts that a node works on; some of them nobody needs any more."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from uuid import UUID


class OpenAttempts:
    """The attempts of one node, each from before it is written ahead until its end is recorded."""

    def __init__(self, stop: Callable[[UUID], Awaitable[None]]) -> None:
        """`stop` ends the call of an attempt if it is ours and not answered yet."""
        self._stop = stop
        self._open: set[UUID] = set()
        self._unwanted: set[UUID] = set()
        self._stopping: set[asyncio.Future[None]] = set()

    @property
    def all(self) -> Collection[UUID]:
        return self._open

    def __contains__(self, attempt: UUID) -> bool:
        return attempt in self._open

    def add(self, attempt: UUID) -> None:
        self._open.add(attempt)

    def remove(self, attempt: UUID) -> None:
        """Forget an attempt whose end is recorded, or that was not taken."""
        self._open.discard(attempt)
        self._unwanted.discard(attempt)

    def mark_unwanted(self, attempt: UUID) -> None:
        """Keep the call of this attempt from being placed, if it is not placed yet."""
        if attempt in self._open:
            self._unwanted.add(attempt)

    def is_unwanted(self, attempt: UUID) -> bool:
        return attempt in self._unwanted

    def cancel(self, attempt: UUID) -> None:
        """Keep this call from being placed, or stop it while it rings: nobody needs it any more."""
        self.mark_unwanted(attempt)
        stopping = asyncio.ensure_future(self._stop(attempt))
        self._stopping.add(stopping)
        stopping.add_done_callback(self._stopping.discard)

    async def finished(self) -> None:
        """Wait until every call that was cancelled is stopped."""
        while self._stopping:
            await asyncio.wait(self._stopping)
