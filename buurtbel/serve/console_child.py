"""The screen as a child of `serve`: started, started again when it dies, ended. No call waits for it."""

import logging
import os
import sys
import time
from collections.abc import Mapping

from buurtbel.settings.settings import Settings
from embedded.keeping.output import LineByLine, Output
from embedded.keeping.program import Program
from embedded.logs import BoundedLog

log = logging.getLogger(__name__)

CONSOLE = ("-m", "buurtbel", "console", "run")
"""How it is started."""
NOTE, OUTPUT, PIPE, LOG = "console.json", "console.output", "console.pipe", "console.log"
"""In the data folder: who it is, what it says outside of its log, the FIFO for that, and its log."""
PATIENCE = 6.0
"""Seconds that it gets to end before it is killed."""
SETTLED_AFTER = 10.0
"""One that lived so many seconds has started well; one that died sooner waits ever longer."""
LONGEST_WAIT = 60.0
FILES = frozenset({NOTE, OUTPUT, f"{OUTPUT}.1", PIPE, LOG, f"{LOG}.1"})


def console_log(settings: Settings) -> BoundedLog:
    """Where it writes what it has to tell."""
    return BoundedLog(settings.data_dir / LOG)


class ConsoleChild:
    """The one screen of a node."""

    def __init__(self, settings: Settings, environment: Mapping[str, str]) -> None:
        self._settings = settings
        self._environment = environment
        self._program: Program | None = None
        self._output: Output | None = None
        self._began = 0.0
        self._waits = 0.0

    async def keep(self) -> None:
        """Start it unless it runs; to be asked every second."""
        note = self._settings.data_dir / NOTE
        if not self._settings.console.start:
            return
        if self._program is None:
            self._program = Program.adopt(note)
        if self._program is not None:
            if self._program.is_running:
                return
            lived = time.monotonic() - self._began
            if lived < self._waits:
                return
            log.warning("The screen has died; it is started again. Its last words are in %s.", LOG)
            self._waits = 0.0 if lived > SETTLED_AFTER else min(self._waits * 2 + 1, LONGEST_WAIT)
        self._began = time.monotonic()
        self._program = self._launch()

    def stop(self) -> None:
        """Blocks until it has ended."""
        if self._program is not None:
            self._program.stop(PATIENCE)

    def _launch(self) -> Program:
        folder = self._settings.data_dir.absolute()
        if self._output is None:
            told = BoundedLog(folder / OUTPUT)
            self._output = Output(folder / PIPE, LineByLine(), told.append)
        writer = self._output.writer()
        try:
            return Program.launch(
                [sys.executable, "-P", *CONSOLE],
                cwd=folder,
                output=writer,
                env=self._environment,
                note=folder / NOTE,
            )
        finally:
            os.close(writer)
