"""One machine in the chaos: `buurtbel serve` and its line, which are killed, frozen and told a wrong time."""

import asyncio
from contextlib import suppress
from pathlib import Path

import psutil

from tests.system.server import Server, Values

SITE = Path(__file__).parent / "site"
FAKETIME = "faketime/libfaketimeMT.so.1"
FULL = "filler"


class Node(Server):
    """Its clock is its own; with `mutant` it does one thing wrong on purpose (see `mutants`)."""

    def __init__(self, folder: Path, values: Values, name: str, mutant: str = "") -> None:
        super().__init__(folder, values, name)
        self._mutant = mutant
        self._clock = folder / "clock"
        self.set_clock(0)

    @property
    def environment(self) -> dict[str, str]:
        return super().environment | {
            "CHAOS_MUTANT": self._mutant,
            "PYTHONPATH": str(SITE),
            "LD_PRELOAD": str(next(Path("/usr/lib").glob(f"*/{FAKETIME}"))),
            "FAKETIME_TIMESTAMP_FILE": str(self._clock),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def set_clock(self, ahead: int) -> None:
        """So many seconds ahead of the true time; clocks that only count are as they were."""
        new = self._clock.with_suffix(".new")
        new.write_text(f"{ahead:+d}")
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
        """At once; returns how many there were."""
        killed = 0
        for process in self.processes(line=line, serve=serve):
            with suppress(psutil.NoSuchProcess):
                process.kill()
                killed += 1
        if serve and self.process is not None:
            self.process.wait()
            self.process = None
        return killed

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
