"""The line's sign of life: a counter in a page of memory that the supervisor sees too, also a later one."""

import asyncio
import mmap
import os
import struct
from pathlib import Path

BEAT_EVERY = 0.25
_FILE = "line.beat"
_PAGE = struct.Struct("=QQ")
"""How many beats there were, and which process gave the last one."""


class Heartbeat:
    """Of the one line in this data folder. Nothing waits for a disk: to beat is to write to memory."""

    def __init__(self, data_dir: Path, own: int | None = None) -> None:
        """`own`: for which process is beaten, if not for this one."""
        self._own = own or os.getpid()
        with (data_dir / _FILE).open("a+b") as file:
            file.truncate(_PAGE.size)
            self._page = mmap.mmap(file.fileno(), _PAGE.size)

    @property
    def count(self) -> int:
        count, _ = _PAGE.unpack(self._page)
        return int(count)

    @property
    def pid(self) -> int:
        """Which process beat last; 0 when none ever did."""
        _, pid = _PAGE.unpack(self._page)
        return int(pid)

    def beat(self) -> None:
        _PAGE.pack_into(self._page, 0, self.count + 1, self._own)

    def forget(self) -> None:
        """Nobody has beaten yet: process numbers come again after a restart of the machine."""
        _PAGE.pack_into(self._page, 0, self.count, 0)

    async def beat_on(self) -> None:
        """Beat until cancelled, as long as this event loop turns."""
        while True:
            self.beat()
            await asyncio.sleep(BEAT_EVERY)
