"""One Asterisk of our own, as a child that outlives us."""

import asyncio
import os
import socket
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from buurtbel.embedded.account import account_for, check_reachable
from buurtbel.embedded.asterisk_root import Installation
from buurtbel.embedded.errors import StartError
from buurtbel.embedded.ports import Address, PortRange, check_audio_ports, check_free
from buurtbel.embedded.program import Program
from buurtbel.embedded.run_directory import RunDirectory

ACCOUNT = "buurtbel-pbx"
STOPS_WITHIN = 5.0
"""Seconds that Asterisk gets to end by itself."""

_BOOT_SECONDS = 60.0
_LOOK_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Listening:
    """Where an Asterisk will listen, to be checked before it starts."""

    udp: Sequence[Address]
    tcp: Sequence[Address]
    audio: PortRange

    def check(self) -> None:
        """Raise PortTakenError when another program is there first."""
        for address in self.udp:
            check_free(address, socket.SOCK_DGRAM, "SIP over UDP")
        for address in self.tcp:
            check_free(address, socket.SOCK_STREAM, "SIP over TCP, or ARI")
        host = (*self.udp, *self.tcp)[0].host
        check_audio_ports(host, self.audio)


class Asterisk:
    """A running Asterisk, started or adopted."""

    def __init__(self, installation: Installation, folder: RunDirectory, program: Program) -> None:
        self._installation = installation
        self._folder = folder
        self._program = program

    @classmethod
    async def start(
        cls, root: Path, run_dir: Path, *, template: str, values: Mapping[str, Any], listening: Listening
    ) -> "Asterisk":
        """Render `asterisk-config/<template>` with `values` into `run_dir` and start Asterisk on it, ready.

        Raises PortTakenError before anything is started, StartError when it is not ready within a minute.
        """
        program = await asyncio.to_thread(
            _launch, Installation(root), RunDirectory(run_dir), template, values, listening
        )
        asterisk = cls(Installation(root), RunDirectory(run_dir), program)
        try:
            await asterisk._wait_until_ready()
        except BaseException:
            await asterisk.stop()
            raise
        return asterisk

    @classmethod
    def adopt(cls, root: Path, run_dir: Path) -> "Asterisk | None":
        """The Asterisk that an earlier process started on `run_dir`, if it still runs."""
        folder = RunDirectory(run_dir)
        program = Program.adopt(folder.note)
        return cls(Installation(root), folder, program) if program else None

    @property
    def pid(self) -> int:
        return self._program.pid

    @property
    def is_running(self) -> bool:
        return self._program.is_running

    @property
    def run_dir(self) -> Path:
        return self._folder.path

    async def console(self, command: str) -> str:
        """What Asterisk's own console answers to `command`; StartError when it cannot be reached."""
        process = await asyncio.create_subprocess_exec(
            *_console(self._installation, self._folder, command),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env=_environment(self._folder),
        )
        answer, _ = await process.communicate()
        text = answer.decode(errors="replace")
        if process.returncode != 0:
            raise StartError(
                f"Asterisk in {self.run_dir} does not answer on its console: see {self._folder.messages}."
            )
        return text

    async def keep_log_small(self) -> None:
        """Begin a new log when the present one is over a megabyte; one older one is kept."""
        if self._folder.keep_log_small():
            await self.console("logger reload")

    async def stop(self) -> None:
        """End it by its own process id; calls in it end too."""
        await asyncio.to_thread(self._program.stop, STOPS_WITHIN)

    async def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + _BOOT_SECONDS
        while time.monotonic() < deadline:
            if not self.is_running:
                raise StartError(f"Asterisk ended while starting: {_last_line(self._folder)}")
            if self._folder.control.exists() and await self._is_booted():
                return
            await asyncio.sleep(_LOOK_SECONDS)
        raise StartError(
            f"Asterisk did not become ready in {_BOOT_SECONDS:.0f} seconds: {_last_line(self._folder)}"
        )

    async def _is_booted(self) -> bool:
        try:
            return "fully booted" in await self.console("core waitfullybooted")
        except StartError:
            return False


def _launch(
    installation: Installation,
    folder: RunDirectory,
    template: str,
    values: Mapping[str, Any],
    listening: Listening,
) -> Program:
    account = account_for(ACCOUNT)
    check_reachable(installation.binary, account)
    listening.check()
    folder.prepare(account)
    folder.link_data(installation)
    folder.render(template, values, installation, account)
    folder.keep_log_small()
    return Program.launch(
        [*installation.command(), "-C", str(folder.config), "-f", "-q"],
        account=account,
        cwd=folder.spool,
        output=folder.output,
        env=_environment(folder),
        note=folder.note,
        # A sound that is sent late is a hole in what somebody hears.
        goes_first=True,
    )


def _console(installation: Installation, folder: RunDirectory, command: str) -> list[str]:
    return [*installation.command(), "-C", str(folder.config), "-rx", command]


def _environment(folder: RunDirectory) -> dict[str, str]:
    return {"HOME": str(folder.var), "PATH": os.defpath, "LANG": "C.UTF-8", "TZ": "UTC"}


def _last_line(folder: RunDirectory) -> str:
    for file in (folder.messages, folder.output):
        lines = file.read_text(errors="replace").splitlines() if file.exists() else []
        if lines:
            return f"{lines[-1]} (see {file})"
    return f"see {folder.log}."
