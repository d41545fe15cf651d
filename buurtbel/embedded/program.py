"""One program of ours that runs on its own: found again by process id and start time, ended by its own id."""

import json
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

from buurtbel.embedded.account import Account

GOES_FIRST = -10
"""How nice a program is that must not wait; only root may set it."""


class Program:
    """A running program. It outlives us; `adopt` finds it again."""

    def __init__(
        self, process: psutil.Process, note: Path, child: subprocess.Popen[bytes] | None = None
    ) -> None:
        self._process = process
        self._note = note
        self._child = child

    @classmethod
    def launch(
        cls,
        command: Sequence[str],
        *,
        account: Account,
        cwd: Path,
        output: Path,
        env: Mapping[str, str],
        note: Path,
        goes_first: bool = False,
    ) -> "Program":
        """Start `command` in a session of its own and write who it is into `note`.

        `goes_first`: when the processor is wanted by several, as far as we may say so.
        """
        with output.open("wb") as sink:
            child = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                cwd=cwd,
                env=dict(env),
                start_new_session=True,
                user=None if account.is_ours else account.uid,
                group=None if account.is_ours else account.gid,
                extra_groups=None if account.is_ours else [],
            )
        process = psutil.Process(child.pid)
        if goes_first:
            _let_go_first(process)
        try:
            note.write_text(json.dumps({"pid": process.pid, "started": _birth(process.pid)}))
        except OSError:
            # Nobody would find it again, and start another beside it.
            child.kill()
            child.wait()
            raise
        return cls(process, note, child)

    @classmethod
    def adopt(cls, note: Path) -> "Program | None":
        """The program that an earlier `launch` noted, if it still runs."""
        try:
            noted = json.loads(note.read_text())
            if _birth(noted["pid"]) != noted["started"]:
                return None
            process = psutil.Process(noted["pid"])
        except (OSError, ValueError, KeyError, psutil.NoSuchProcess):
            return None
        return cls(process, note) if _is_alive(process) else None

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_running(self) -> bool:
        if self._child is not None:
            return self._child.poll() is None
        return _is_alive(self._process)

    def kill(self) -> None:
        """End it at once, even when it is frozen; who it was stays noted."""
        with suppress(psutil.NoSuchProcess):
            self._process.kill()

    def stop(self, patience: float) -> None:
        """Ask it to end, after `patience` seconds make it; blocks until it is gone."""
        for end in (self._process.terminate, self._process.kill):
            if not self.is_running:
                break
            try:
                end()
                self._process.wait(patience)
            except psutil.NoSuchProcess:
                break
            except psutil.TimeoutExpired:
                continue
        if self._child is not None:
            self._child.poll()
        self._note.unlink(missing_ok=True)


def _let_go_first(process: psutil.Process) -> None:
    """Among the threads of its session and, where Linux groups them by session (sched(7)), among sessions."""
    with suppress(OSError, psutil.Error):
        process.nice(GOES_FIRST)
        Path(f"/proc/{process.pid}/autogroup").write_text(str(GOES_FIRST))


def _is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _birth(pid: int) -> str:
    """This boot and the clock ticks since it, when `pid` began; no setting of the clock changes that."""
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    # The name in parentheses may hold spaces; the start is the 20th field after it.
    ticks = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    return f"{boot} {ticks}"
