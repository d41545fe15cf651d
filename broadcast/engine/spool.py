"""Outcomes on this machine's disk, for as long as the database does not take them: one small file each."""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import msgspec

from broadcast.ports import CallOutcome

log = logging.getLogger(__name__)

SUFFIX = ".outcome"


class Spool:
    """Keeps outcomes as files.

    Each method blocks until the disk has done it; a failing disk is only logged.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, attempt: UUID, result: CallOutcome) -> None:
        """Keep this outcome: from now on it survives a crash of this process and of the machine."""
        with _told():
            self._folder.mkdir(parents=True, exist_ok=True)
            unfinished = self._file(attempt).with_suffix(".new")
            with unfinished.open("wb") as file:
                file.write(msgspec.json.encode(result))
                file.flush()
                os.fsync(file.fileno())
            unfinished.replace(self._file(attempt))
            self._sync()

    def drop(self, attempt: UUID) -> None:
        """Remove this outcome: it is in the database."""
        with _told():
            self._file(attempt).unlink(missing_ok=True)

    def kept(self) -> dict[UUID, CallOutcome]:
        """The outcomes that were kept and not dropped. A torn file holds none."""
        found = {}
        for file in self._folder.glob(f"*{SUFFIX}"):
            with _told():
                found[UUID(file.stem)] = msgspec.json.decode(file.read_bytes(), type=CallOutcome)
        return found

    def _file(self, attempt: UUID) -> Path:
        return self._folder / f"{attempt}{SUFFIX}"

    def _sync(self) -> None:
        """Write a folder to the disk: a new name is only safe when its folder is."""
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except (OSError, ValueError) as fault:
        log.error("The spool of outcomes fails (%s); look at the disk.", type(fault).__name__)  # noqa: TRY400
