"""One program of ours that outlives us. We find it by process id and start time, and end it by its id."""

import errno
import json
import os
import signal
import stat
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

ASK_TO_END = (signal.SIGTERM, signal.SIGKILL)
"""The signals that a program gets, one after the other, until it has ended."""
_KILLED_WITHIN = 10.0
_LONGEST_NOTE = 4096
_LOOK_SECONDS = 0.02


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
        cls, command: Sequence[str], *, cwd: Path, output: int, env: Mapping[str, str], note: Path
    ) -> "Program":
        """Start `command` in a process group of its own, and write its id and start time into `note`.

        `output`: the descriptor for its output. The program stays in our session, with its share of time.
        """
        child = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=cwd,
            env=dict(env),
            process_group=0,
        )
        try:
            write_note(note, child.pid)
        except OSError:
            # Nobody would find it again, and start another beside it.
            child.kill()
            child.wait()
            raise
        return cls(psutil.Process(child.pid), note, child)

    @classmethod
    def adopt(cls, note: Path) -> "Program | None":
        """The program that an earlier `launch` noted, if it still runs."""
        try:
            noted = json.loads(read_small(note))
            if _birth(noted["pid"]) != noted["started"]:
                return None
            process = psutil.Process(noted["pid"])
        except (OSError, ValueError, KeyError, TypeError, psutil.Error):
            return None
        return cls(process, note) if _is_alive(process) else None

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def uid(self) -> int:
        """The account that the program runs under; -1 when it has just ended."""
        try:
            return int(self._process.uids().real)
        except psutil.NoSuchProcess:
            return -1

    def was_started_with(self, *words: str) -> bool:
        """Whether its command line ends in these words; a note could name any process."""
        try:
            return tuple(self._process.cmdline()[-len(words) :]) == words
        except psutil.Error:
            return False

    def has_open(self, file: Path) -> bool:
        """Whether it has exactly this file open. Only root can tell this of programs of other accounts."""
        with suppress(OSError):
            wanted = file.lstat()
            for one in Path(f"/proc/{self.pid}/fd").iterdir():
                with suppress(OSError):  # it has been closed meanwhile
                    if os.path.samestat(one.stat(), wanted):
                        return True
        return False

    @property
    def is_running(self) -> bool:
        if self._child is not None:
            return self._child.poll() is None
        return _is_alive(self._process)

    def kill(self) -> None:
        """End it at once with all its children, even when they are frozen. Its note stays."""
        with suppress(psutil.NoSuchProcess):
            family = [self._process, *self._process.children(recursive=True)]
            for one in family:
                with suppress(psutil.NoSuchProcess):
                    one.kill()

    def until_buried(self, seconds: float) -> None:
        """Wait until even its zombie is gone: PostgreSQL takes that for a running server."""
        until = time.monotonic() + seconds
        while self.is_running or psutil.pid_exists(self.pid):
            if time.monotonic() > until:
                return
            time.sleep(_LOOK_SECONDS)

    def end_alone(self) -> None:
        """End this process at once and wait until it is gone; its children go on."""
        with suppress(psutil.NoSuchProcess):
            self._process.kill()
        self._is_gone_within(_KILLED_WITHIN)

    def stop(self, patience: float, signals: Sequence[int] = ASK_TO_END) -> None:
        """Send `signals`, one each `patience` seconds, until it has ended; blocks until it is gone."""
        for number in signals:
            with suppress(psutil.NoSuchProcess):
                self._process.send_signal(number)
            if self._is_gone_within(patience):
                break
        self._note.unlink(missing_ok=True)

    def _is_gone_within(self, seconds: float) -> bool:
        """Whether it ends within so many seconds; a zombie has ended too."""
        until = time.monotonic() + seconds
        while self.is_running:
            if time.monotonic() > until:
                return False
            time.sleep(_LOOK_SECONDS)
        return True


def read_small(file: Path, longest: int = _LONGEST_NOTE) -> str:
    """The last bytes of a file, at most `longest`.

    Never blocks. Raises OSError when it is no regular file.
    """
    descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as opened:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise OSError(errno.EINVAL, "no ordinary file", str(file))
        opened.seek(max(0, found.st_size - longest))
        return opened.read(longest).decode(errors="replace")


def write_note(note: Path, pid: int) -> None:
    """Write the note by which `Program.adopt` finds a program; a half-written note is never read."""
    unfinished = note.with_name(f"{note.name}.new")
    unfinished.unlink(missing_ok=True)
    with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump({"pid": pid, "started": _birth(pid)}, file)
    unfinished.replace(note)


def _is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _birth(pid: int) -> str:
    """The boot id, and the clock ticks from boot to the start of `pid`; setting the clock changes neither."""
    boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    # The name in parentheses may hold spaces; the start is the 20th field after it.
    ticks = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    return f"{boot} {ticks}"
