"""One program at a time, where two that start at the same moment would undo each other's work."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Wait for who holds this file; the kernel lets the next one in, however this one ends.

    Only who made the file can open it: whoever can open something can lock it, and keep us waiting for ever.
    """
    held = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield
    finally:
        os.close(held)


def held_by_another(opened: int) -> str | None:
    """Hold this open file or folder for as long as it is open; or which process holds it already."""
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return _holder(opened)
    return None


def _holder(opened: int) -> str:
    """As the kernel lists it (proc_locks(5))."""
    status = os.fstat(opened)
    inode = f"{os.major(status.st_dev):02x}:{os.minor(status.st_dev):02x}:{status.st_ino}"
    with suppress(OSError):
        for line in Path("/proc/locks").read_text().splitlines():
            words = line.split()
            if "->" not in words and words[1] == "FLOCK" and words[5] == inode:
                return words[4]
    return "unknown"
