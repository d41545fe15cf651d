"""A server that can be frozen like a process by SIGSTOP: what is asked of it waits, and nobody is told."""

import asyncio


class Freezable:
    def __init__(self) -> None:
        self._runs = asyncio.Event()
        self._runs.set()
        self._frozen_at = 0.0
        self._was_frozen_for = 0.0

    def freeze(self) -> None:
        """Take requests and answer none, tell nothing and play nothing until `thaw`; sockets stay open."""
        if self._runs.is_set():
            self._runs.clear()
            self._frozen_at = asyncio.get_running_loop().time()

    def thaw(self) -> None:
        if not self._runs.is_set():
            self._was_frozen_for = self.frozen_for
            self._runs.set()

    @property
    def is_frozen(self) -> bool:
        return not self._runs.is_set()

    @property
    def frozen_for(self) -> float:
        """Wall seconds, all in all."""
        now = asyncio.get_running_loop().time() - self._frozen_at if self.is_frozen else 0.0
        return self._was_frozen_for + now

    async def runs(self) -> None:
        """Return as soon as it is not frozen."""
        await self._runs.wait()
