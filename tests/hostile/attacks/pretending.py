"""Notes that name another's process: none of it may be ended, and none of it taken for a program of ours."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from embedded.account import DATABASE as DB
from embedded.account import PBX
from embedded.account import SERVES as OURS
from tests.hostile.attack import ALL, PROGRAMS, Planting, Trial, attack
from tests.hostile.attacks.links import notes

BOOT = Path("/proc/sys/kernel/random/boot_id")


@contextmanager
def bystander() -> Iterator[subprocess.Popen[bytes]]:
    """A process of root's that has nothing to do with us."""
    with subprocess.Popen(["sleep", "600"]) as process:
        try:
            yield process
        finally:
            process.kill()


def note_of(pid: int) -> str:
    """As ours are written, with the moment in which it began."""
    ticks = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    return json.dumps({"pid": pid, "started": f"{BOOT.read_text().strip()} {ticks}"})


def lives(at: Trial, process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        at.through(f"a process of root's was ended by signal {-process.returncode}")
    elif "State:\tT" in Path(f"/proc/{process.pid}/status").read_text():
        at.through("a process of root's was frozen")


@attack(by=PBX, restarts=PROGRAMS, turn=7)
def the_note_of_asterisk_names_somebody_else(at: Trial) -> Planting:
    """Nobody ends, freezes or adopts a process because Asterisk's account wrote its number down."""
    with bystander() as process:
        for place in notes(at.site):
            at.plant("write", place, note_of(process.pid))
        yield
        lives(at, process)


@attack(by=DB, restarts=PROGRAMS, turn=7)
def the_note_of_the_database_names_somebody_else(at: Trial) -> Planting:
    """Nobody ends or freezes a process because the account of the database wrote its number down."""
    folder = at.site.folder / "postgres"
    with bystander() as process:
        lines = [str(process.pid), str(folder), "1", "5432", "/tmp", "", "1 1", "ready"]
        at.plant("write", folder / "postmaster.pid", "\n".join(lines) + "\n")
        yield
        lives(at, process)


@attack(by=OURS, restarts=ALL, turn=3)
def the_note_of_the_line_names_somebody_else(at: Trial) -> Planting:
    """Root, who starts `serve`, ends or adopts nobody because our account wrote a number down."""
    with bystander() as process:
        for place in (*at.site.folder.glob("*.json"), at.site.folder / "line.beat"):
            at.plant("write", place, note_of(process.pid))
        yield
        lives(at, process)
