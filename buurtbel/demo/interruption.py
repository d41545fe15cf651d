"""Ctrl-C, TERM and a terminal that closes: the work is cancelled once, and then nothing hastens its end."""

import asyncio
import signal
from collections.abc import Coroutine
from contextlib import suppress
from types import FrameType
from typing import Any, TypeVar

from buurtbel.terminal.sentences import complain

T = TypeVar("T")
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(Exception):  # noqa: N818 - what happened
    """Somebody wants the work to end; what it had started has ended."""


class Interruption:
    """Whether one came, and the work that it cancels."""

    def __init__(self) -> None:
        self.came = False
        self._told = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._work: asyncio.Task[Any] | None = None

    def check(self) -> None:
        """Raise Interrupted when one came."""
        if self.came:
            raise Interrupted

    async def ends(self, work: Coroutine[Any, Any, T]) -> T:
        """The work's result; Interrupted when an interruption cancelled it, or it went wrong under one."""
        running = asyncio.create_task(work)
        self._loop, self._work = asyncio.get_running_loop(), running
        if self.came:
            self._cut_off()
        try:
            return await running
        except (Exception, asyncio.CancelledError):
            # A program that died of the same Ctrl-C is no fault to tell of.
            self.check()
            raise
        finally:
            self._work = None

    def tell(self) -> None:
        """One sentence, once, on standard error."""
        if not self._told:
            self._told = True
            with suppress(OSError):  # whose terminal has closed reads nothing
                complain("Stopped: what was started is being ended, which can take half a minute.")

    def close(self) -> None:
        """Nothing is left to cut off: also while the interpreter ends, a signal does nothing."""
        self.tell()
        for number in SIGNALS:
            signal.signal(number, signal.SIG_IGN)

    def note(self, _number: int, _frame: FrameType | None) -> None:
        """A signal came; the first one counts."""
        if not self.came and self._work is not None and self._loop is not None:
            self._loop.call_soon_threadsafe(self._cut_off)
        self.came = True

    def _cut_off(self) -> None:
        if self._work is not None:
            self._work.cancel()
        self.tell()


def interruptible() -> Interruption:
    """From now until this process ends a signal cuts off nothing but what `ends` runs."""
    interruption = Interruption()
    for number in SIGNALS:
        signal.signal(number, interruption.note)
    return interruption
