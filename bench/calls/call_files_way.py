"""The plainest way to call everybody: Asterisk's call files, moved into its spool folder one by one."""

import asyncio
import os
import shutil
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

from bench import cpu
from bench.calls.buurtbel_way import numbers
from bench.calls.capture import calls_in, capture
from bench.calls.phones import Phones
from bench.calls.runs import PLACING, Cpu, Run, members_at
from bench.quiet import watching
from buurtbel.pbx import Secrets, start_pbx
from buurtbel.settings.settings import Settings
from embedded.account import PBX, account_for
from embedded.asterisk import Asterisk
from ivr.outbound.placement import ENDPOINT

LAST_CALL = 20.0
"""Seconds beyond the length of the message in which the last call must have ended."""
LOOK_EVERY = 0.5
SETTLE = 2.0


class CallFilesWay:
    """Runs on an Asterisk with the same configuration as ours, started anew for each."""

    name = "call files"

    def __init__(self, settings: Settings, root: Path, those: Phones, *, seconds: float) -> None:
        self._settings = settings
        self._root = root
        self._folder = settings.data_dir.with_name("files")
        self._spool = self._folder / "spool"
        self._those = those
        self._seconds = seconds

    async def run(self, rate: float) -> Run:
        """Move a file for each member at this pace, and wait until no call is left."""
        async with self._asterisk() as asterisk:
            files = await asyncio.to_thread(lambda: list(self._write(members_at(rate))))
            recording = self._folder / "calls.pcap"
            async with capture(recording, self._those):
                with watching({asterisk.pid}, self._those.pid) as quiet:
                    before = cpu.of_process(asterisk.pid)
                    began = time.time()
                    await asyncio.to_thread(self._move, files, rate)
                    await self._until_over(asterisk)
                    used = cpu.of_process(asterisk.pid) - before
        calls = await asyncio.to_thread(calls_in, recording, self._those)
        return Run(self.name, rate, self._seconds, began, Cpu(used), calls, quiet)

    @asynccontextmanager
    async def _asterisk(self) -> AsyncIterator[Asterisk]:
        asterisk = await start_pbx(self._root, self._folder, self._settings, Secrets(ari_password="unused"))
        try:
            for name in ("tmp", "outgoing"):
                (self._spool / name).mkdir(exist_ok=True)
                _give(self._spool / name, 0o755)
            await asterisk.console("module load pbx_spool.so")
            await asyncio.sleep(SETTLE)
            yield asterisk
        finally:
            await asterisk.stop()

    def _write(self, members: int) -> Iterator[Path]:
        """A file for each member, beside the folder that Asterisk watches: moving it in is one step."""
        laid = next((self._settings.data_dir / "sounds").glob(f"{'?' * 64}.alaw"))
        # This Asterisk is none of the server's and cannot walk into its folders.
        sound = self._spool / "message.alaw"
        shutil.copyfile(laid, sound)
        _give(sound, 0o644)
        for member, number in enumerate(numbers(members), 1):
            file = self._spool / "tmp" / f"{member:06d}.call"
            file.write_text(
                f"Channel: PJSIP/{number}@{ENDPOINT}\n"
                f"CallerID: {self._settings.trunk.caller_id}\n"
                f"WaitTime: {self._settings.alert.ring:.0f}\n"
                "MaxRetries: 0\n"
                "Application: Playback\n"
                f"Data: {sound.with_suffix('')}\n"
            )
            _give(file, 0o644)
            yield file

    def _move(self, files: list[Path], rate: float) -> None:
        start = time.monotonic()
        for number, file in enumerate(files):
            time.sleep(max(0.0, start + number / rate - time.monotonic()))
            file.rename(self._spool / "outgoing" / file.name)

    async def _until_over(self, asterisk: Asterisk) -> None:
        """Asterisk removes a call's file when the call has ended."""
        async with asyncio.timeout(LAST_CALL + self._seconds + PLACING * 4):
            while any((self._spool / "outgoing").iterdir()):
                if not asterisk.is_running:
                    return
                await asyncio.sleep(LOOK_EVERY)


def _give(path: Path, mode: int) -> None:
    """To the account of Asterisk."""
    account = account_for(PBX)
    path.chmod(mode)
    if not account.is_ours:
        os.chown(path, account.uid, account.gid)
