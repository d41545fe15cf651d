"""An archive of changes: a copy of the whole embedded database, and every change since, elsewhere.

PostgreSQL's own programs make it. It brings back what was committed a second before a machine was lost, which
a nightly backup cannot. It is restored by a server that replays it, from which a backup is made as always.
"""

import asyncio
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import psycopg

from buurtbel.backup.errors import BackupError, Unusable
from embedded.cluster import DATABASE_NAME, ROLE, ClusterFolders, programs

SLOT = "buurtbel_archive"
"""What the database keeps for the archive while nobody receives it."""
KEPT = 2
"""How many copies of the whole database stay."""
_BEGINS, _UNFINISHED = "base-", ".new"
_REPLAYED_WITHIN = 3600.0
_LOOK_SECONDS = 0.2


def wal_folder(archive: Path) -> Path:
    """Where the changes lie."""
    return archive / "wal"


def bases_in(archive: Path) -> Sequence[Path]:
    """The whole copies, newest first."""
    found = [one for one in archive.glob(f"{_BEGINS}*") if one.suffix != _UNFINISHED]
    return sorted(found, reverse=True)


def copy_whole(data_dir: Path, archive: Path) -> Path:
    """Make a new whole copy; older ones than two go, and the changes before these. Raises BackupError."""
    for left in archive.glob(f"{_BEGINS}*{_UNFINISHED}"):
        shutil.rmtree(left)
    begun = time.time()
    base = archive / f"{_BEGINS}{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    unfinished = base.with_name(f"{base.name}{_UNFINISHED}")
    made = subprocess.run(
        [
            str(programs() / "pg_basebackup"),
            *(f"--pgdata={unfinished}", f"--host={ClusterFolders(data_dir).socket_dir}"),
            *(f"--username={ROLE}", "--wal-method=none", "--checkpoint=fast", "--no-password"),
            *("--format=plain", "--no-manifest"),
        ],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env={"PATH": os.defpath, "LC_ALL": "C"},
        check=False,
    )
    if made.returncode != 0:
        shutil.rmtree(unfinished, ignore_errors=True)
        raise BackupError(
            f"The archive of changes got no copy of the database (pg_basebackup ended with "
            f"{made.returncode}); see whether {archive} can be written and has room."
        )
    os.utime(unfinished, (begun, begun))
    unfinished.replace(base)
    _prune(archive)
    return base


def _prune(archive: Path) -> None:
    bases = bases_in(archive)
    for old in bases[KEPT:]:
        shutil.rmtree(old)
    oldest = min(one.stat().st_mtime for one in bases[:KEPT])
    for segment in wal_folder(archive).glob("[0-9A-F]*"):
        # A segment that was full before a copy began is not needed for it.
        if segment.suffix != ".partial" and segment.stat().st_mtime < oldest:
            segment.unlink()


@asynccontextmanager
async def replayed(archive: Path, scratch: Path) -> AsyncIterator[str]:
    """The URL of a server that has all that the archive has; gone once this is left. Raises Unusable."""
    bases = bases_in(archive)
    if not bases:
        raise Unusable(
            f"In {archive} lies no copy of a database; name the folder in BUURTBEL_BACKUP_ARCHIVE."
        )
    place = Path(tempfile.mkdtemp(prefix="replay-", dir="/tmp"))
    cluster = await asyncio.to_thread(_place, scratch)
    server: asyncio.subprocess.Process | None = None
    try:
        await asyncio.to_thread(_lay_out, bases[0], cluster, wal_folder(archive), place)
        server = await asyncio.create_subprocess_exec(
            *(str(programs() / "postgres"), "-D", str(cluster)),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
        )
        url = f"postgresql://{ROLE}@/{DATABASE_NAME}?host={quote(str(place), safe='')}"
        await _until_replayed(url, server)
        yield url
    finally:
        if server is not None:
            with suppress(ProcessLookupError):
                server.terminate()
            await server.wait()
        await asyncio.to_thread(shutil.rmtree, cluster)
        await asyncio.to_thread(shutil.rmtree, place)


def _place(scratch: Path) -> Path:
    scratch.mkdir(parents=True, exist_ok=True, mode=0o700)
    return Path(tempfile.mkdtemp(prefix="replay-", dir=scratch))


def _lay_out(base: Path, cluster: Path, wal: Path, socket: Path) -> None:
    shutil.copytree(base, cluster, dirs_exist_ok=True)
    cluster.chmod(0o700)
    (cluster / "recovery.signal").touch()
    (cluster / "pg_hba.conf").write_text("local all all trust\n")  # in a folder that only we can enter
    source = str(wal).replace("'", "''")
    (cluster / "buurtbel.conf").write_text(
        "listen_addresses = ''\n"
        f"unix_socket_directories = '{socket}'\n"
        f"""restore_command = 'cp "{source}/%f" "%p" || cp "{source}/%f.partial" "%p"'\n"""
        "log_min_messages = fatal\nfsync = off\nmax_slot_wal_keep_size = -1\n"
    )


async def _until_replayed(url: str, server: asyncio.subprocess.Process) -> None:
    deadline = time.monotonic() + _REPLAYED_WITHIN
    while time.monotonic() < deadline and server.returncode is None:
        with suppress(psycopg.Error):  # it takes no connections yet
            async with await psycopg.AsyncConnection.connect(url, connect_timeout=5) as connection:
                row = await (await connection.execute("SELECT NOT pg_is_in_recovery()")).fetchone()
                if row and row[0]:
                    return
        await asyncio.sleep(_LOOK_SECONDS)
    raise Unusable("The archive could not be replayed to its end; restore a backup instead.")
