"""Asterisk as its keeper sees it: the folders it writes, its command line, its console."""

import os
import subprocess
import time
from pathlib import Path

from embedded.asterisk_root import Installation
from embedded.errors import StartError
from embedded.keeping.asterisk_output import PbxOutput, mark_in
from embedded.keeping.keeper import CONSOLE_SECONDS
from embedded.keeping.kept import LOG_BYTES, Kept
from embedded.keeping.output import Reader
from embedded.keeping.program import Program
from embedded.run_directory import RunDirectory

_BOOT_SECONDS = 60.0
_LOOK_SECONDS = 0.05


class KeptAsterisk(Kept):
    """An Asterisk whose configuration lies ready in `folder`."""

    def __init__(self, root: Path, folder: Path) -> None:
        self._folder = RunDirectory(folder)
        self._installation = Installation(root)
        super().__init__(self._folder.run, self._folder.messages)

    def prepare(self) -> None:
        # The modules that write call records and recordings make no folder.
        for folder in (self._folder.records, self._folder.recordings):
            folder.mkdir(mode=0o700, exist_ok=True)
        self._folder.control.unlink(missing_ok=True)

    def reader(self) -> Reader:
        return PbxOutput(mark_in(self._folder.etc / "logger.conf"))

    def launch(self, output: int) -> Program:
        return Program.launch(
            [*self._installation.command(), "-C", str(self._folder.config), "-f", "-q"],
            cwd=self._folder.spool,
            output=output,
            env=self._environment(),
            note=self.note,
        )

    def until_ready(self, program: Program) -> None:
        deadline = time.monotonic() + _BOOT_SECONDS
        while time.monotonic() < deadline:
            if not program.is_running:
                raise StartError(f"Asterisk ended while starting: {self.last_words()}")
            if self._folder.control.exists() and self._is_booted():
                return
            time.sleep(_LOOK_SECONDS)
        raise StartError(f"Asterisk did not become ready in {_BOOT_SECONDS:.0f} seconds: {self.last_words()}")

    def ask(self, words: str, within: float = CONSOLE_SECONDS) -> str:
        try:
            asked = subprocess.run(
                [*self._installation.command(), "-C", str(self._folder.config), "-rx", words],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=self._environment(),
                timeout=within,
                check=True,
            )
        except (OSError, subprocess.SubprocessError) as error:
            raise StartError(
                f"Asterisk in {self._folder.path} does not answer on its console: see {self.log}."
            ) from error
        return asked.stdout.decode(errors="replace")

    def tidy(self) -> None:
        # Asterisk opens the file of call records anew for each of them.
        records = self._folder.records / "calls.csv"
        if records.exists() and records.stat().st_size > LOG_BYTES:
            records.replace(records.with_name("calls.csv.1"))

    def _is_booted(self) -> bool:
        try:
            return "fully booted" in self.ask("core waitfullybooted")
        except StartError:
            return False

    def _environment(self) -> dict[str, str]:
        return {"HOME": str(self._folder.var), "PATH": os.defpath, "LANG": "C.UTF-8", "TZ": "UTC"}
