"""Accounts as tests need them: somebody who is not root, and folders that every account can enter."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NOBODY = 65534


@contextmanager
def as_nobody() -> Iterator[None]:
    """Not root, whoever we are."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


@contextmanager
def open_folder() -> Iterator[Path]:
    """A folder that every account can enter, which those of pytest are not."""
    with tempfile.TemporaryDirectory(prefix="bb-", dir="/var/tmp") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)
