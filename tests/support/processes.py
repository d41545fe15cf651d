"""Which processes are ours, and what each of them may do: read from the system, not from any note."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

ASTERISK, POSTGRES, LINE, SERVE = "Asterisk", "PostgreSQL", "line", "serve"
KEEPER, OTHER = "keeper", "other"
ATTACKS = "What an attacker does on the machine"
"""In the command line of who attacks a server: they name its folders as its own programs do."""
RIGHTS = ("CapInh", "CapPrm", "CapEff", "CapAmb")


@dataclass(frozen=True)
class Ours:
    """One process of a server, as it was when it was looked at."""

    pid: int
    kind: str
    command: str
    status: dict[str, str]

    @property
    def uids(self) -> set[int]:
        """Real, effective, saved, and that of the file system."""
        return {int(uid) for uid in self.status["Uid"].split()}

    @property
    def groups(self) -> set[int]:
        return {int(gid) for gid in self.status["Gid"].split() + self.status.get("Groups", "").split()}

    @property
    def rights(self) -> dict[str, int]:
        """What of root's power it has."""
        return {name: int(self.status[name], 16) for name in RIGHTS if int(self.status[name], 16)}

    @property
    def bounding(self) -> int:
        return int(self.status["CapBnd"], 16)

    @property
    def no_new_privileges(self) -> bool:
        return self.status["NoNewPrivs"] == "1"

    def __str__(self) -> str:
        return f"{self.kind} ({self.pid}: {self.command[:80]})"

    def inodes(self) -> set[str]:
        """The sockets it has open."""
        found = set()
        for descriptor in _entries(Path(f"/proc/{self.pid}/fd")):
            with suppress(OSError):
                target = str(descriptor.readlink())
                if target.startswith("socket:"):
                    found.add(target)
        return found


def ours(folder: Path) -> list[Ours]:
    """Everything that works for the server in this folder, keepers too; nothing of those who attack it."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError, ValueError):
            words = process.cmdline()
            if process.pid == os.getpid() or any(ATTACKS in word for word in words) or not words:
                continue
            if process.status() != psutil.STATUS_ZOMBIE and _works_in(process, words, folder):
                found.append(Ours(process.pid, _kind(words), " ".join(words), _status(process.pid)))
    return found


def of_kind(folder: Path, kind: str) -> list[int]:
    """The process ids, oldest first. PostgreSQL is its server, without those that it has started."""
    return [one.pid for one in ours(folder) if one.kind == kind]


def end_those_in(folder: Path) -> None:
    """Every process that works in a data folder, at once, and those that are started in the meantime too."""
    for _ in range(5):
        for one in ours(folder):
            with suppress(psutil.NoSuchProcess):
                psutil.Process(one.pid).kill()
        if wait_for(lambda: not ours(folder), 2.0):
            return


def wait_for(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.2)
    return True


def _works_in(process: psutil.Process, words: list[str], folder: Path) -> bool:
    if any(str(folder) in word for word in words):
        return True
    environment = Path(f"/proc/{process.pid}/environ").read_bytes().split(b"\0")
    if f"BUURTBEL_DATA_DIR={folder}".encode() in environment:
        return True
    if folder in (Path(process.cwd()), *Path(process.cwd()).parents):
        return True
    return process.name() == "postgres" and any(
        str(folder) in word for parent in process.parents()[:1] for word in parent.cmdline()
    )


def _kind(words: list[str]) -> str:
    if any(word.endswith("/pbx/etc/asterisk.conf") for word in words):
        return OTHER if "-rx" in words else ASTERISK
    if words[0].endswith("/postgres") and "-D" in words:
        return POSTGRES
    if any("buurtbel" in word for word in words):
        if any("keep" in word for word in words):
            return KEEPER
        return next((kind for kind in (LINE, SERVE) if kind in words), OTHER)
    return OTHER


def _status(pid: int) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def _entries(folder: Path) -> Iterator[Path]:
    with suppress(OSError):
        yield from sorted(folder.iterdir())
