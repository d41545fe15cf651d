"""A terminal with a program in it, as a person has it: Ctrl-C comes to all processes of the program."""

import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import psutil

WIDE, HIGH = 160, 50
INTERRUPT = "\x03"
PATIENCE = 60.0


class Terminal:
    """What stands on the screen since the beginning is `screen`."""

    def __init__(self, process: subprocess.Popen[bytes], keyboard: int) -> None:
        self.process = process
        self.screen = ""
        self._keyboard = keyboard

    def types(self, text: str) -> None:
        os.write(self._keyboard, text.encode())

    def interrupts(self) -> None:
        self.types(INTERRUPT)

    def until(self, words: str, *, seconds: float, after: int = 0) -> int:
        """Where these words end on the screen; fail when they do not come, in so many seconds from now."""
        deadline = time.monotonic() + seconds
        while words not in self.screen[after:]:
            assert time.monotonic() < deadline, f"{words!r} did not come:\n{self.screen}"
            assert self._read(0.2), f"It ended without {words!r}:\n{self.screen}"
        return self.screen.index(words, after) + len(words)

    def until_over(self, *, seconds: float) -> int:
        """The exit status, once the program has ended and all is read."""
        deadline = time.monotonic() + seconds
        while self._read(0.2) and not (self.process.poll() is not None and not self._waits(0)):
            assert time.monotonic() < deadline, f"It does not end:\n{self.screen}"
        return self.process.wait(max(0.1, deadline - time.monotonic()))

    def _waits(self, seconds: float) -> bool:
        return bool(select.select([self._keyboard], [], [], seconds)[0])

    def _read(self, seconds: float) -> bool:
        """Whether there may be more to come."""
        if not self._waits(seconds):
            return True
        try:
            self.screen += os.read(self._keyboard, 65536).decode(errors="replace").replace("\r\n", "\n")
        except OSError:  # as a terminal says when nobody has it open any more
            return False
        return True


@contextmanager
def terminal(words: Sequence[str], *, cwd: Path, environment: Mapping[str, str]) -> Iterator[Terminal]:
    """The program in a terminal of its own; closed at the end, and what still has it open is ended."""
    keyboard, screen = pty.openpty()
    fcntl.ioctl(screen, termios.TIOCSWINSZ, struct.pack("HHHH", HIGH, WIDE, 0, 0))
    process = subprocess.Popen(
        # Whoever runs the tests in the background of a shell hands on that Ctrl-C is left alone.
        ["env", "--default-signal=INT,QUIT", "setsid", "--ctty", *words],
        stdin=screen,
        stdout=screen,
        stderr=screen,
        cwd=cwd,
        env=dict(environment),
    )
    os.close(screen)
    try:
        yield Terminal(process, keyboard)
    finally:
        family = [] if process.poll() is not None else _family(process.pid)
        os.close(keyboard)
        # After a test that failed: whoever loses the terminal gets time to end what it has started.
        for one in psutil.wait_procs(family, timeout=PATIENCE)[1]:
            one.kill()
        process.wait()


def _family(pid: int) -> list[psutil.Process]:
    return [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]


def working_in(folder: Path, *, told: str = "") -> set[int]:
    """The processes that work in this folder, or were told of it when they were started (and of `told`)."""
    found = set()
    for process in psutil.process_iter():
        try:
            words, place = process.cmdline(), process.cwd()
        except psutil.Error:
            continue
        here = f"{place}/".startswith(f"{folder}/") or any(str(folder) in word for word in words)
        if here and (not told or told in words):
            found.add(process.pid)
    return found
