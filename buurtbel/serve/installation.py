"""Who this installation is among the nodes, and that one line process at a time works in its data folder."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID, uuid4

from broadcast.errors import NodeTaken
from broadcast.ledger.lease import Claimant

INSTALLATION = "installation"
"""Who this one is, in the data folder: open and locked by its line, and by nobody else."""
_BOOT = Path("/proc/sys/kernel/random/boot_id")


@contextmanager
def claimant(data_dir: Path, node: str) -> Iterator[Claimant]:
    """Who asks for the lease, while nobody else works in this folder. Raises NodeTaken.

    The kernel ends the hold when the process ends, and not before: also not while it is stopped.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(data_dir / INSTALLATION, os.O_RDWR | os.O_CREAT, 0o600), "r+") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise NodeTaken(f"Another line process works in {data_dir}; end it first.") from None
        known = held.read().strip()
        if not known:
            known = str(uuid4())
            held.write(known)
            held.flush()
            os.fsync(held.fileno())
        yield Claimant(node, UUID(known), UUID(_BOOT.read_text().strip()))
