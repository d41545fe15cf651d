"""What `serve` has done by the clock: the backup of the night, by a process of its own that goes last."""

import asyncio
import logging
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

import msgspec

from buurtbel.backup.folder import LastBackup, is_due, read_state, write_state
from buurtbel.settings.settings import Settings

log = logging.getLogger(__name__)

LOOK_EVERY = 60.0
"""Seconds between two looks at the clock."""
BACKUP = ("-m", "buurtbel", "backup", "--by-clock")
_ENDS_WITHIN = 10.0


def _now() -> datetime:
    return datetime.now(UTC)


class ByClock:
    """Makes the backup when it is due; a machine that was off then makes it when it is on again."""

    def __init__(
        self,
        settings: Settings,
        environment: Mapping[str, str],
        *,
        now: Callable[[], datetime] = _now,
        command: tuple[str, ...] = BACKUP,
    ) -> None:
        self._settings = settings
        self._environment = environment
        self._now = now
        self._command = command

    async def look(self) -> None:
        """Make a backup if one is due, and wait for it; what goes wrong is logged, and `doctor` says it."""
        policy, folder = self._settings.backup, self._settings.data_dir
        if policy.at is None:
            return
        state = read_state(folder)
        if state is None:
            # Of a new installation the first night is waited for.
            write_state(folder, LastBackup(since=self._now()))
        elif is_due(state, policy.at, self._settings.clock, now=self._now()):
            await self._make()

    async def _make(self) -> None:
        made = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",
            *self._command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
            cwd=self._settings.data_dir.absolute(),
            env=dict(self._environment),
        )
        try:
            code = await made.wait()
        except asyncio.CancelledError:
            await _end(made)
            raise
        state = read_state(self._settings.data_dir)
        if state is None or code != 0:
            why = state.why if state else ""
            log.error("The backup of the night failed. %s", why or "See `buurtbel backup`, by hand.")
            if state is not None and not state.why:
                ended = f"The backup of the night ended with {code}; try `buurtbel backup`."
                failed = msgspec.structs.replace(state, failed_at=self._now(), why=ended)
                write_state(self._settings.data_dir, failed)
            return
        log.info("The backup of the night is made%s.", " and compared" if state.is_verified else "")


async def _end(made: asyncio.subprocess.Process) -> None:
    made.terminate()
    try:
        async with asyncio.timeout(_ENDS_WITHIN):
            await made.wait()
    except TimeoutError:
        made.kill()
