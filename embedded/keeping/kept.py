"""A program that a keeper keeps: the folders that it needs, its start and its end."""

import os
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path

from embedded.errors import StartError
from embedded.keeping.output import LineByLine, Output, Reader, said_in
from embedded.keeping.program import ASK_TO_END, Program
from embedded.logs import BoundedLog

LOG_BYTES = 256 << 10
"""Bytes of a program's log; the log before it is kept and has as many."""


_BURIED_WITHIN = 5.0


class Kept(ABC):
    """One program of one account; every path in it belongs to that account."""

    signals: Sequence[int] = ASK_TO_END
    """The signals that end the program, the gentlest first."""
    patience = 5.0
    """Seconds between two of these signals."""

    def __init__(self, run: Path, log: Path) -> None:
        """`run`: the folder for notes and the FIFO. `log`: the file for what the program says."""
        self.run = run
        self.log = log
        self._program: Program | None = None
        self._output: Output | None = None

    @abstractmethod
    def prepare(self) -> None:
        """Make what the program needs before it starts. Raises StartError."""

    @abstractmethod
    def launch(self, output: int) -> Program:
        """Start the program, which prints to the descriptor `output`."""

    @abstractmethod
    def until_ready(self, program: Program) -> None:
        """Return once the program is ready. Raises StartError when it does not become so."""

    def reader(self) -> Reader:
        """The reader that makes the lines of the log, for a program that starts or was found running."""
        return LineByLine()

    def ask(self, words: str, within: float) -> str:  # noqa: ARG002
        """The answer of the program's own console to `words`, within so many seconds. Raises StartError."""
        raise StartError(f"This program answers no questions, so not {words!r} either.")

    def told(self, source: str) -> str:
        """The newest line that this source in the program printed; empty when none is remembered."""
        return self._output.reader.last(source) if self._output else ""

    def tidy(self) -> None:  # noqa: B027 - most programs write nothing by themselves
        """Bound what the program writes by itself; called every few seconds."""

    @property
    def note(self) -> Path:
        """The file that identifies the program by process id and start time."""
        return self.run / "program.json"

    @property
    def program(self) -> Program | None:
        """The program if it runs: started by this keeper, or by an earlier one."""
        if self._program is None:
            self._program = Program.adopt(self.note)
            if self._program is not None:
                self._listen()
        return self._program if self._program is not None and self._program.is_running else None

    def start(self) -> Program:
        """Start the program unless it runs; it is ready on return. Raises StartError."""
        if (running := self.program) is not None:
            return running
        try:
            self.prepare()
            output = self._listen().writer()
            try:
                self._program = self.launch(output)
            finally:
                os.close(output)
            self.until_ready(self._program)
        except OSError as error:
            self.stop()
            raise StartError(f"{error.filename or self.run} cannot be used ({error.strerror}).") from error
        except BaseException:
            self.stop()
            raise
        return self._program

    def stop(self) -> None:
        """End the program; blocks until it is gone."""
        if (running := self.program) is not None:
            running.stop(self.patience, self.signals)
        self._program = None

    def kill(self) -> None:
        """End the program at once, also when it is frozen; the next one finds nothing left of it."""
        if (running := self.program) is not None:
            running.kill()
            running.until_buried(_BURIED_WITHIN)

    def said(self) -> str:
        """The end of the log, once the last output of an ended program has come through."""
        return said_in(self.log)

    def last_words(self) -> str:
        """The last line of the log and the path of the log, for an error."""
        lines = self.said().splitlines()
        return f"{lines[-1]} (see {self.log})" if lines else f"see {self.log}."

    def _listen(self) -> Output:
        if self._output is None:
            self._output = Output(self.run / "output", self.reader(), BoundedLog(self.log, LOG_BYTES).append)
        else:
            self._output.reader = self.reader()
        return self._output
