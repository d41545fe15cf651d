"""Makes a backup for a person or by the clock: written, compared, old ones gone, taken elsewhere."""

import logging
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO

import msgspec
import pyrage

from buurtbel.backup.archive import copy_whole
from buurtbel.backup.dump import dump
from buurtbel.backup.errors import BackupError
from buurtbel.backup.folder import LastBackup, name_of, new_file, prune, read_state, write_state
from buurtbel.backup.layout import Contents, Totals
from buurtbel.backup.scratch import verify
from buurtbel.backup.sealing import recipients, sealed
from buurtbel.database.address import database_url
from buurtbel.settings.settings import Settings
from embedded.errors import EmbeddedError

log = logging.getLogger(__name__)
Recipients = Sequence[pyrage.x25519.Recipient]


@dataclass(frozen=True, slots=True)
class Made:
    """A backup that is whole."""

    contents: Contents
    end: Totals
    is_verified: bool


async def make(settings: Settings, to: BinaryIO, *, is_verified: bool) -> Made:
    """Write a backup into an open file or stream, encrypted if there are keys for it. Raises BackupError.

    `is_verified`: it is restored into a server of its own and compared before it is written. What is compared
    lies unencrypted below the data folder meanwhile, in a file without a name.
    """
    keys = recipients(settings.backup.recipients)
    url = await database_url(settings)
    if not is_verified:
        with sealed(to, keys) as stream:
            contents, end = await dump(url, stream)
        return Made(contents, end, is_verified=False)
    with _scratch(settings.scratch_folder) as plain:
        await dump(url, plain)
        contents, end = await verify(plain, (), settings.scratch_folder)
        plain.seek(0)
        with sealed(to, keys) as stream:
            shutil.copyfileobj(plain, stream)
    return Made(contents, end, is_verified=True)


async def make_in_folder(settings: Settings, *, is_verified: bool) -> tuple[Path, Made]:
    """The same, as a file of its own in the folder of backups; notes what came of it. Raises BackupError."""
    state = read_state(settings.data_dir) or LastBackup(since=datetime.now(UTC))
    name = name_of(datetime.now(UTC), is_sealed=bool(recipients(settings.backup.recipients)))
    try:
        with new_file(settings.backup_folder, name) as file:
            made = await make(settings, file, is_verified=is_verified)
    except (BackupError, EmbeddedError, OSError) as error:
        why = error.strerror or "" if isinstance(error, OSError) else str(error)
        write_state(settings.data_dir, msgspec.structs.replace(state, failed_at=datetime.now(UTC), why=why))
        raise
    path = settings.backup_folder / name
    state = LastBackup(
        since=state.since, at=made.contents.taken_at, file=str(path), is_verified=made.is_verified
    )
    write_state(settings.data_dir, state)
    return path, made


async def make_by_clock(settings: Settings) -> Path:
    """The backup of the night: made, the oldest gone, and handed to the hook. Raises BackupError."""
    path, _ = await make_in_folder(settings, is_verified=settings.backup.verify)
    prune(settings.backup_folder, settings.backup.keep)
    if settings.backup.archive is not None and not settings.database.url:
        copy_whole(settings.data_dir, settings.backup.archive)
    if settings.backup.hook is not None:
        _take_away(settings, settings.backup.hook, path)
    return path


def _take_away(settings: Settings, hook: Path, backup: Path) -> None:
    state = read_state(settings.data_dir)
    assert state is not None
    why = ""
    try:
        ran = subprocess.run(
            [str(hook), str(backup)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=settings.backup.hook_within,
            check=False,
        )
        if ran.returncode != 0:
            why = f"The program in BUURTBEL_BACKUP_HOOK ended with {ran.returncode}; run it by hand."
    except (OSError, subprocess.TimeoutExpired) as error:
        why = f"The program in BUURTBEL_BACKUP_HOOK failed ({type(error).__name__}); run it by hand."
    if why:
        write_state(settings.data_dir, msgspec.structs.replace(state, failed_at=datetime.now(UTC), why=why))
        raise BackupError(why)
    write_state(settings.data_dir, msgspec.structs.replace(state, is_away=True))


@contextmanager
def _scratch(folder: Path) -> Iterator[BinaryIO]:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o711)
        with TemporaryFile(dir=folder) as file:
            yield file
    except OSError as error:
        raise BackupError(
            f"The backup could not be written below {folder} ({error.strerror}); make room there."
        ) from error
