"""Where backups lie: how they are named, which are old enough to go, and what is known of the last one."""

import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import BinaryIO
from zoneinfo import ZoneInfo

import msgspec

from buurtbel.backup.errors import BackupError

STATE = "backup.json"
"""What is known of the last backup, in the data folder."""
_NAME = re.compile(r"buurtbel-\d{8}T\d{6}Z\.backup(\.age)?")
_UNFINISHED = ".new"


class LastBackup(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of backups on this machine."""

    since: datetime
    """From then on they are looked for."""
    at: datetime | None = None
    """The moment of the newest one;"""
    file: str = ""
    """its file;"""
    is_verified: bool = False
    """it was restored elsewhere and compared;"""
    is_away: bool = False
    """the hook took it elsewhere."""
    failed_at: datetime | None = None
    """When the last one failed, if none was made since;"""
    why: str = ""
    """and why, as one sentence."""


def name_of(at: datetime, *, is_sealed: bool) -> str:
    """`buurtbel-20261201T023000Z.backup`, or with `.age` behind it."""
    return f"buurtbel-{at.astimezone(UTC):%Y%m%dT%H%M%SZ}.backup{'.age' if is_sealed else ''}"


def backups_in(folder: Path) -> Sequence[Path]:
    """Those that were made by the clock or without a name, newest first."""
    with suppress(FileNotFoundError):
        return sorted((one for one in folder.iterdir() if _NAME.fullmatch(one.name)), reverse=True)
    return ()


@contextmanager
def new_file(folder: Path, name: str) -> Iterator[BinaryIO]:
    """A file of this name, which is there once it is whole and safe on the disk; only we can read it.

    Raises BackupError.
    """
    unfinished = folder / f"{name}{_UNFINISHED}"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        for left in folder.glob(f"buurtbel-*{_UNFINISHED}"):  # by one that was cut off
            left.unlink(missing_ok=True)
        descriptor = os.open(
            unfinished, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600
        )
    except OSError as error:
        raise BackupError(
            f"No backup can be written into {folder} ({error.strerror}); name another with "
            f"BUURTBEL_BACKUP_FOLDER."
        ) from error
    try:
        with os.fdopen(descriptor, "w+b") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(folder / name)
        _sync(folder)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise


def prune(folder: Path, keep: int) -> Sequence[Path]:
    """Remove all but the newest so many; returns those that are gone."""
    gone = backups_in(folder)[keep:]
    for one in gone:
        one.unlink(missing_ok=True)
    return gone


def read_state(data_dir: Path) -> LastBackup | None:
    """None when backups were never looked for, or that cannot be read."""
    try:
        return msgspec.json.decode((data_dir / STATE).read_bytes(), type=LastBackup)
    except (OSError, msgspec.MsgspecError):
        return None


def write_state(data_dir: Path, state: LastBackup) -> None:
    unfinished = data_dir / f"{STATE}{_UNFINISHED}"
    unfinished.write_bytes(msgspec.json.encode(state))
    unfinished.chmod(0o600)
    unfinished.replace(data_dir / STATE)


def is_due(state: LastBackup, at: time, clock: ZoneInfo, *, now: datetime) -> bool:
    """Whether the last moment at which a backup is made has passed without one, or a failed one may be tried.

    A machine that was off at that time makes it when it is on again. A failed one is tried again hourly.
    """
    if state.failed_at is not None and now - state.failed_at < _AGAIN_AFTER:
        return False
    return (state.at or state.since) < last_time(at, clock, now=now)


_AGAIN_AFTER = timedelta(hours=1)


def last_time(at: time, clock: ZoneInfo, *, now: datetime) -> datetime:
    """When it was last this time of day on that clock. Of an hour that the clock skips, the one after it."""
    today = now.astimezone(clock).date()
    moments = (datetime.combine(day, at, clock).astimezone(UTC) for day in (today, today - timedelta(days=1)))
    return next(moment for moment in moments if moment <= now)


def _sync(folder: Path) -> None:
    """A new name is only safe when its folder is."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
