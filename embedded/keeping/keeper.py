"""The client of a keeper: `serve` tells a keeper through it what to do with its program."""

import errno
import json
import os
import socket
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from embedded.account import Account, as_account
from embedded.errors import KeeperGone, StartError

GOES_FIRST = -10
"""The nice value of a keeper and a program that must not wait; only root may set it."""
DOOR = "keeper"
"""The socket at which a keeper waits that is a unit of its own, in the folder of its program's notes."""
WAITS_WITHIN = 5.0
"""Seconds that a keeper's unit gets to be ready when it starts at the same time as `serve`."""
_LOOKS_EVERY = 0.1
_RELEASED: list["subprocess.Popen[bytes]"] = []
"""Keepers that were released; they are still our children."""
_ANSWERS_WITHIN = {"start": 150.0, "stop": 150.0, "ask": 20.0}
_SECONDS = 10.0
CONSOLE_SECONDS = 10.0
"""Seconds that a program's console gets to answer, unless there is less time."""
_A_MOMENT = 1.0
_LONGEST_ANSWER = 1 << 20
"""Bytes; the longest that Asterisk's console says is a tenth of that."""


class Keeper:
    """Starts, stops and watches one program through a process of that program's account.

    Its methods block until the keeper has answered. They may be called from several threads. Each raises
    StartError when it cannot be done, and KeeperGone when the keeper does not answer any more.
    """

    def __init__(self, door: socket.socket, process: "subprocess.Popen[bytes] | None" = None) -> None:
        self._door = door
        self._process = process
        self._turn = threading.Lock()

    @classmethod
    def start(
        cls,
        kind: str,
        *arguments: str,
        account: Account,
        groups: Sequence[int] = (),
        goes_first: bool = False,
    ) -> "Keeper":
        """Start a keeper that runs as `account`. An earlier one of the same folder ends; its program goes on.

        `groups`: the other groups it belongs to. `goes_first`: it comes first when several want the
        processor, if we may set that.
        """
        ours, theirs = socket.socketpair()
        module = [sys.executable, "-I", "-m", "embedded.keeping.process", kind, *arguments]
        process = subprocess.Popen(
            as_account(account, groups, [*module, "--door", str(theirs.fileno())]),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd="/",
            # Its program's account can read it: what the machine told `serve` in its environment stays there.
            env={"PATH": os.defpath, "LANG": "C.UTF-8"},
            pass_fds=[theirs.fileno()],
            start_new_session=True,
        )
        theirs.close()
        if goes_first and os.geteuid() == 0:
            _give_precedence(process.pid)
        return cls(ours, process)

    @classmethod
    def at(cls, run: Path, *, within: float = WAITS_WITHIN) -> "Keeper":
        """The keeper at its socket in `run`. Waits `within` seconds for it. Raises StartError."""
        deadline = time.monotonic() + within
        while True:
            door = socket.socket(socket.AF_UNIX)
            try:
                door.connect(str(run / DOOR))
                if uid_behind(door) != run.stat().st_uid:
                    raise PermissionError(errno.EPERM, "It belongs to somebody else")
            except OSError as error:
                door.close()
                begins = isinstance(error, FileNotFoundError | ConnectionRefusedError)
                if begins and time.monotonic() < deadline:
                    time.sleep(_LOOKS_EVERY)
                    continue
                raise StartError(
                    f"The folder {run} belongs to another account, and no keeper of that account waits "
                    f"there: start it, or start `buurtbel serve` as root."
                ) from error
            return cls(door)

    @classmethod
    def handed(cls, descriptor: int) -> "Keeper":
        """The keeper at the other end of this inherited descriptor."""
        os.set_inheritable(descriptor, False)
        return cls(socket.socket(fileno=descriptor))

    def hand_on(self) -> int:
        """Hand this keeper to the program that we become: return the descriptor for its `handed`."""
        descriptor = self._door.fileno()
        os.set_inheritable(descriptor, True)
        return descriptor

    def start_program(self) -> int:
        """Start the program, or find it running; returns its process id once it is ready."""
        pid = self._ask("start")["pid"]
        if pid is None:
            raise StartError("A program ended as soon as it was ready: see its log.")
        return int(pid)

    def stop_program(self) -> None:
        """End the program; returns when it is gone."""
        self._ask("stop")

    def kill_program(self) -> None:
        """End the program at once, also when it is frozen."""
        self._ask("kill")

    def running(self) -> int | None:
        """The process id of the program while it runs."""
        pid = self._ask("look")["pid"]
        return None if pid is None else int(pid)

    def say(self, words: str, *, within: float = CONSOLE_SECONDS) -> str:
        """The answer of the program's own console, within so many seconds; the keeper only waits."""
        return str(self._ask("ask", words=words, within=within)["said"])

    def told(self, source: str) -> str:
        """The newest line that this source in the program printed, if the keeper remembers such lines."""
        return str(self._ask("told", words=source)["said"])

    def release(self) -> None:
        """Give the keeper up: it stays with its program for as long as that runs."""
        self._door.close()
        if self._process is not None and self._process not in _RELEASED:
            _RELEASED[:] = [one for one in _RELEASED if one.poll() is None]
            _RELEASED.append(self._process)

    def __del__(self) -> None:
        """A keeper that nobody holds any more is released."""
        self.release()

    def _ask(self, do: str, **more: str | float) -> dict[str, Any]:
        with self._turn:
            try:
                self._door.settimeout(_SECONDS)
                self._door.sendall(json.dumps({"do": do, **more}).encode() + b"\n")
                told = json.loads(self._answer(_ANSWERS_WITHIN.get(do, _SECONDS)))
                if "error" not in told:
                    pid = told["pid"]
                    return {"pid": None if pid is None else int(pid), "said": str(told["said"])}
            except (OSError, ValueError, LookupError, TypeError) as error:
                raise KeeperGone(
                    "A keeper does not answer as it should: start `buurtbel serve` again."
                ) from error
        raise StartError(str(told["error"]))

    def _answer(self, seconds: float) -> bytes:
        """Read one line within so many seconds; the other account may send anything. Raises OSError."""
        until, answer = time.monotonic() + seconds, b""
        while not answer.endswith(b"\n"):
            # Whoever was stopped together with the keeper gives it a moment more.
            self._door.settimeout(max(_A_MOMENT, until - time.monotonic()))
            piece = self._door.recv(_LONGEST_ANSWER)
            answer += piece
            if not piece or len(answer) > _LONGEST_ANSWER or time.monotonic() > until + _A_MOMENT:
                raise ConnectionError("The keeper ended, or says too much.")
        return answer


def uid_behind(door: socket.socket) -> int:
    """The account at the other end of a connected socket (unix(7), SO_PEERCRED)."""
    _, uid, _ = struct.unpack(
        "3i", door.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    )
    return int(uid)


def _give_precedence(pid: int) -> None:
    """Raise the priority of a process and, where Linux groups them (sched(7)), of its session.

    Its children inherit both.
    """
    with suppress(OSError):
        os.setpriority(os.PRIO_PROCESS, pid, GOES_FIRST)
        Path(f"/proc/{pid}/autogroup").write_text(str(GOES_FIRST))
