"""What a demo says while it works, so that nobody looks at a silent screen for long."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from rich.console import Console
from rich.live import Live

EVERY = 10.0
"""Seconds after which a step that still lasts is told again."""
SOON = 2.0
"""Seconds that a step may last untold when it is mostly over at once."""


class Steps:
    """Sentences on standard error, each on a line that begins with `demo:`."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, highlight=False)

    def tell(self, sentence: str) -> None:
        self._console.print(f"demo: {sentence}", markup=False, soft_wrap=True)

    @asynccontextmanager
    async def doing(self, sentence: str, *, mostly_over: bool = False) -> AsyncIterator[None]:
        """Tell what is done until the end of the block, and again every ten seconds."""
        telling = asyncio.create_task(self._tell_until_over(sentence, SOON if mostly_over else 0.0))
        await asyncio.sleep(0)
        try:
            yield
        finally:
            telling.cancel()

    async def _tell_until_over(self, sentence: str, at_first: float) -> None:
        began = time.monotonic()
        if at_first:
            await asyncio.sleep(at_first)
        self.tell(f"{sentence}.")
        while True:
            await asyncio.sleep(EVERY)
            self.tell(f"{sentence}: {time.monotonic() - began:.0f} s.")

    @asynccontextmanager
    async def counting(self, sentence: str, of: int) -> AsyncIterator["Count"]:
        """Tell how far it is: live on a terminal, as a step elsewhere."""
        if not self._console.is_terminal:
            async with self.doing(sentence):
                yield Count(sentence, of, None)
            return
        with Live(console=self._console, auto_refresh=False, transient=True) as live:
            yield Count(sentence, of, live)
        self.tell(f"{sentence}.")


class Count:
    """How many of them are done."""

    def __init__(self, sentence: str, of: int, live: Live | None) -> None:
        self._sentence, self._of, self._live, self._done = sentence, of, live, 0
        self._show()

    def one_more(self) -> None:
        self._done += 1
        self._show()

    def _show(self) -> None:
        if self._live is not None:
            self._live.update(f"demo: {self._sentence}: {self._done} of {self._of}", refresh=True)
