"""Every change of the embedded database is written elsewhere too, within a second, by pg_receivewal."""

import asyncio
import logging
import os
from functools import partial

from buurtbel.backup.archive import SLOT, wal_folder
from buurtbel.settings.settings import Settings
from embedded.cluster import ROLE, ClusterFolders, programs

log = logging.getLogger(__name__)

LOOK_EVERY = 5.0
"""Seconds between two looks whether it is still at work."""
_ENDS_WITHIN = 10.0


class Archiver:
    """Keeps pg_receivewal at work for as long as `serve` runs; it ends with us, however we end."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._process: asyncio.subprocess.Process | None = None
        self._is_told = False

    async def look(self) -> None:
        """Start it if it is to run and does not; what it says when it fails is told once."""
        folder = self._settings.backup.archive
        if folder is None or self._settings.database.url:
            return
        if self._process is not None:
            if self._process.returncode is None:
                return
            if not self._is_told:
                log.error(
                    "The archive of changes stopped (%s); see whether %s can be written. It is tried again.",
                    self._process.returncode,
                    folder,
                )
                self._is_told = True
        await asyncio.to_thread(partial(wal_folder(folder).mkdir, 0o700, parents=True, exist_ok=True))
        socket = str(ClusterFolders(self._settings.data_dir).socket_dir)
        receive = [str(programs() / "pg_receivewal"), f"--directory={wal_folder(folder)}"]
        receive += [f"--host={socket}", f"--username={ROLE}", f"--slot={SLOT}", "--no-password"]
        environment = {"PATH": os.defpath, "LC_ALL": "C"}
        # A slot keeps what was not received yet, also while nobody receives.
        made = await asyncio.create_subprocess_exec(
            *receive, "--create-slot", "--if-not-exists", env=environment, stderr=asyncio.subprocess.DEVNULL
        )
        await made.wait()
        self._process = await asyncio.create_subprocess_exec(
            *("setpriv", "--pdeathsig", "TERM", "--", *receive, "--synchronous"),
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )

    async def end(self) -> None:
        """Let it write what it has, once the database has ended."""
        if self._process is None or self._process.returncode is not None:
            return
        self._process.terminate()
        try:
            async with asyncio.timeout(_ENDS_WITHIN):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
