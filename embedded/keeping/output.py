"""Copies the output of a program from a FIFO into a log of bounded size."""

import os
import select
import stat
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from embedded.keeping.program import read_small

LONGEST = 1 << 14
"""Bytes of one line that are kept; the rest of it is left out."""
_CHUNK = 1 << 16
_A_MOMENT = 0.5
"""Seconds after which a line that was begun counts as whole."""
_COMES_THROUGH = 1.0
"""Seconds within which the output of a program is in its log."""


class Reader(Protocol):
    """Makes lines for a log out of the output of a program."""

    def feed(self, data: bytes) -> list[str]:
        """Take the next piece, and return the lines that are whole now."""

    def rest(self) -> list[str]:
        """The lines that are held back, as if no more of them came."""

    def last(self, source: str) -> str:
        """The newest line from this source, if such lines are remembered; else empty."""


class LineByLine:
    """Makes a line for the log of each line of the output."""

    def __init__(self) -> None:
        self._begun = b""

    def feed(self, data: bytes) -> list[str]:
        *lines, begun = (self._begun + data).split(b"\n")
        self._begun = begun[:LONGEST]
        return [line[:LONGEST].decode(errors="backslashreplace") for line in lines if line.strip()]

    def rest(self) -> list[str]:
        return self.feed(b"\n")

    def last(self, source: str) -> str:  # noqa: ARG002
        return ""


class Output:
    """Reads the FIFO `pipe` in a thread of its own, and hands its lines to `take`.

    The FIFO outlives this process: a program goes on writing into it, and the next keeper reads on. The
    program never waits: output that no keeper reads for long is lost.
    """

    def __init__(self, pipe: Path, reader: Reader, take: Callable[[str], None]) -> None:
        self.reader = reader
        self._pipe = pipe
        self._take = take
        _make_fifo(pipe)
        self._end = self._open()
        threading.Thread(target=self._pump, name="output", daemon=True).start()

    def writer(self) -> int:
        """A descriptor for a program to write to; the caller closes it."""
        return self._open()

    def _open(self) -> int:
        # Both ways: so there is always a reader, and no program ends by SIGPIPE when its keeper dies.
        return os.open(self._pipe, os.O_RDWR | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)

    def _pump(self) -> None:
        while True:
            ready, _, _ = select.select([self._end], [], [], _A_MOMENT)
            lines: list[str] = []
            with suppress(BlockingIOError):
                lines = self.reader.feed(os.read(self._end, _CHUNK)) if ready else self.reader.rest()
            for line in lines:
                self._take(line)


def said_in(log: Path) -> str:
    """The end of the log of an ended program. Blocks until its last output has come through."""
    time.sleep(_COMES_THROUGH)
    with suppress(OSError):
        return read_small(log)
    return ""


def _make_fifo(pipe: Path) -> None:
    with suppress(FileNotFoundError):
        if stat.S_ISFIFO(pipe.lstat().st_mode):
            return
        pipe.unlink()
    os.mkfifo(pipe, 0o600)
