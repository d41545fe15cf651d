"""One machine in the chaos: `buurtbel serve` and its line, which are killed, frozen and told a wrong time."""

import asyncio
import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import psutil

from embedded.rights import ALSO
from tests.support.server import Server, Values

SITE = Path(__file__).parent / "site"
FAKETIME = "faketime/libfaketimeMT.so.1"
FULL = "filler"
_SHARED_MEMORY = Path("/dev/shm")
_COPY = """
import os, pathlib, sys
for kind, before in (("sem", "sem."), ("shm", "")):
    folder = pathlib.Path("/dev/shm")
    copy = folder / f"{before}{sys.argv[1]}-{kind}"
    copy.write_bytes((folder / f"{before}faketime_{kind}_{os.getpid()}").read_bytes())
    copy.chmod(0o666)
"""


class Node(Server):
    """Its clock is its own; with `mutant` it does one thing wrong on purpose (see `mutants`)."""

    def __init__(self, folder: Path, values: Values, name: str, mutant: str = "") -> None:
        super().__init__(folder, values, name)
        self._mutant = mutant
        self._shared = _shared_by_accounts()
        self._clock = folder.with_name(f"{folder.name}.clock")
        self.set_clock(0)

    @property
    def environment(self) -> dict[str, str]:
        ours = {
            "CHAOS_MUTANT": self._mutant,
            "PYTHONPATH": str(SITE),
            "LD_PRELOAD": str(_faketime()),
            "FAKETIME_TIMESTAMP_FILE": str(self._clock),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_SHARED": self._shared,
            "NO_FAKE_STAT": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }
        return super().environment | ours | {ALSO: ",".join(ours)}

    def set_clock(self, ahead: int) -> None:
        """So many seconds ahead of the true time; clocks that only count are as they were."""
        new = self._clock.with_suffix(".new")
        new.write_text(f"{ahead:+d}")
        new.chmod(0o644)
        new.replace(self._clock)

    @property
    def is_up(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def processes(self, *, line: bool = True, serve: bool = False) -> list[psutil.Process]:
        """Those of them that run."""
        found = []
        if serve and self.process is not None and self.process.poll() is None:
            found.append(psutil.Process(self.process.pid))
        if line:
            with suppress(OSError, ValueError, KeyError, psutil.NoSuchProcess):
                found.append(psutil.Process(self.pid_of("line.json")))
        return [one for one in found if one.status() != psutil.STATUS_ZOMBIE]

    def kill_all(self, *, line: bool = True, serve: bool = False) -> int:
        """At once, and what is being started in this moment too; returns how many there were."""
        found = self.processes(line=False, serve=serve)
        for process in found:
            process.suspend()
        found += [one for one in self.of_this_machine() if line and _is_a_line(one)]
        killed = 0
        for process in found:
            with suppress(psutil.NoSuchProcess):
                process.kill()
                killed += 1
        if serve and self.process is not None:
            self.process.wait()
            self.process = None
        return killed

    def of_this_machine(self) -> list[psutil.Process]:
        """Whatever works in its folder, whether it has left a note or not."""
        found = []
        for process in psutil.process_iter():
            with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
                if process.environ().get("BUURTBEL_DATA_DIR") == str(self.folder) or any(
                    word.startswith(f"{self.folder}/") for word in process.cmdline()
                ):
                    found.append(process)
        return [one for one in found if one.pid != os.getpid() and one.status() != psutil.STATUS_ZOMBIE]

    def end(self) -> None:
        """Stop it, and kill what was left when it was killed before."""
        self.stop()
        left = self.of_this_machine()
        for process in left:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(left)
        for name in self._shared.split():
            for file in _SHARED_MEMORY.glob(f"*{name.strip('/')}"):
                file.unlink()

    async def freeze(self, seconds: float, *, serve: bool) -> None:
        frozen = self.processes(serve=serve)
        for process in frozen:
            with suppress(psutil.NoSuchProcess):
                process.suspend()
        try:
            await asyncio.sleep(seconds)
        finally:
            for process in reversed(frozen):
                with suppress(psutil.NoSuchProcess):
                    process.resume()

    def fill_disk(self, folder: Path) -> None:
        """Not a byte more fits beside this folder's files."""
        with suppress(OSError), (folder / FULL).open("wb", buffering=0) as filler:
            while True:
                filler.write(bytes(4096))

    @staticmethod
    def free_disk(folder: Path) -> None:
        (folder / FULL).unlink(missing_ok=True)


def _faketime() -> Path:
    return next(Path("/usr/lib").glob(f"*/{FAKETIME}"))


def _shared_by_accounts() -> str:
    """Names of what the library shares among processes: by itself it lets in one account alone."""
    name = f"buurtbel-chaos-{uuid4().hex}"
    made = {**os.environ, "LD_PRELOAD": str(_faketime()), "FAKETIME": "+0"}
    subprocess.run([sys.executable, "-c", _COPY, name], env=made, check=True)
    return f"/{name}-sem /{name}-shm"


def _is_a_line(process: psutil.Process) -> bool:
    with suppress(psutil.NoSuchProcess):
        return process.cmdline()[-1:] == ["line"]
    return False
