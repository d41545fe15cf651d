"""The line's sign of life: a counter in a page of memory that the supervisor sees too, also a later one."""

import asyncio
import mmap
from pathlib import Path

BEAT_EVERY = 0.25
_FILE, _BYTES = "line.beat", 8


class Heartbeat:
    """Of the one line in this data folder. Nothing waits for a disk: to beat is to write to memory."""

    def __init__(self, data_dir: Path) -> None:
        with (data_dir / _FILE).open("a+b") as file:
            file.truncate(_BYTES)
            self._page = mmap.mmap(file.fileno(), _BYTES)

    @property
    def count(self) -> int:
        return int.from_bytes(self._page[:])

    def beat(self) -> None:
        self._page[:] = (self.count + 1).to_bytes(_BYTES)

    async def beat_on(self) -> None:
        """Beat until cancelled, as long as this event loop turns."""
        while True:
            self.beat()
            await asyncio.sleep(BEAT_EVERY)
