"""One Asterisk of our own, started and ended by its keeper; it outlives us."""

import asyncio
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from embedded.account import PBX, Account, account_for, check_reachable
from embedded.asterisk_root import Installation
from embedded.keeping.keeper import CONSOLE_SECONDS, Keeper
from embedded.network.ports import Address, PortRange, check_audio_ports, check_free
from embedded.run_directory import RunDirectory


@dataclass(frozen=True, slots=True)
class ListenAddresses:
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
    """A running Asterisk, started or adopted. Each question to it blocks for a fraction of a second."""

    def __init__(self, run_dir: Path, keeper: Keeper, pid: int) -> None:
        self.run_dir = run_dir.absolute()
        self.pid = pid
        self.keeper = keeper
        self._is_stopped = False

    @classmethod
    async def start(
        cls,
        root: Path,
        run_dir: Path,
        *,
        template: str,
        values: Mapping[str, Any],
        listening: ListenAddresses,
        keeper: Keeper | None = None,
    ) -> "Asterisk":
        """Render `asterisk-config/<template>` with `values` into `run_dir` and start Asterisk on it, ready.

        `keeper`: one that was started before, with the folders laid out. Raises PortTakenError before
        anything is started, StartError when it is not ready within a minute.
        """

        def work() -> "Asterisk":
            listening.check()
            keeps = keeper or start_keeper(root, run_dir)
            folder, installation = RunDirectory(run_dir), Installation(root)
            try:
                folder.link_data(installation)
                folder.render(template, values, installation)
                return cls(run_dir, keeps, keeps.start_program())
            except BaseException:
                if keeper is None:
                    keeps.release()
                raise

        return await asyncio.to_thread(work)

    @classmethod
    def adopt(cls, root: Path, run_dir: Path, keeper: Keeper | None = None) -> "Asterisk | None":
        """The Asterisk that runs on `run_dir` already, if there is one."""
        if keeper is None and not RunDirectory(run_dir).run.exists():
            return None
        keeps = keeper or start_keeper(root, run_dir)
        pid = keeps.running()
        if pid is not None:
            return cls(run_dir, keeps, pid)
        if keeper is None:
            keeps.release()
        return None

    @property
    def is_running(self) -> bool:
        return not self._is_stopped and self.keeper.running() == self.pid

    async def console(self, command: str, *, within: float = CONSOLE_SECONDS) -> str:
        """What Asterisk's own console answers to `command`; StartError when it cannot be reached."""
        return await asyncio.to_thread(self.keeper.say, command, within=within)

    def rewrite(self, name: str, *, template: str, values: Mapping[str, Any]) -> None:
        """Render one file of the configuration anew; Asterisk reads it when it is told to."""
        RunDirectory(self.run_dir).rewrite(template, name, values)

    async def kill(self) -> None:
        """End it at once, also when it is frozen; calls in it end too."""
        await asyncio.to_thread(self.keeper.kill_program)

    async def stop(self) -> None:
        """End it by its own process id, and its keeper; calls in it end too."""
        if self._is_stopped:
            return
        await asyncio.to_thread(self.keeper.stop_program)
        self.keeper.release()
        self._is_stopped = True


def start_keeper(root: Path, run_dir: Path) -> Keeper:
    """A keeper for the Asterisk on `run_dir`, with its folders; under its own account when we are root."""
    ours, theirs = Account.ours(), account_for(PBX)
    check_reachable(Installation(root).binary, theirs)
    check_reachable(run_dir.absolute() / "etc", theirs)
    return keeper_of(root, run_dir, ours, theirs)


def keeper_of(root: Path, run_dir: Path, ours: Account, theirs: Account) -> Keeper:
    """The same for given accounts: `ours` writes the configuration, `theirs` runs Asterisk."""
    folder = RunDirectory(run_dir)
    folder.lay_out(ours, theirs)
    arguments = [str(folder.path), "--root", str(root)]
    return Keeper.start("asterisk", *arguments, account=theirs, groups=ours.walkable_by, goes_first=True)
