"""Follows a running broadcast: live on a terminal, a line a change elsewhere."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import replace
from datetime import timedelta
from time import monotonic
from zoneinfo import ZoneInfo

import msgspec

from broadcast.results.results import Progress
from broadcast.states import BroadcastState
from broadcast.watching.watched import Watched
from buurtbel.status.progress import progress_line
from directory.actor import Actor

TICK = 1.0
"""Seconds after which a terminal shows that time passes, though nothing else does."""
Show = Callable[[Progress], None]


async def follow(watched: Watched, actor: Actor, broadcast: int, clock: ZoneInfo) -> Progress:
    """Watch until the broadcast is closed, and show it on standard error; returns how it ended.

    On a terminal that is one line that changes, elsewhere a line for each change.
    """
    with _screen(clock) as (tell, ticks):
        ticking = asyncio.create_task(_tick(ticks))
        try:
            async for seen in _until_closed(watched, actor, broadcast):
                tell(seen)
        finally:
            ticking.cancel()
    return seen


async def follow_as_json(watched: Watched, actor: Actor, broadcast: int) -> None:
    """Watch until the broadcast is closed, and write one JSON document a line, one for each change."""
    async for seen in _until_closed(watched, actor, broadcast):
        _write_json(seen)


async def _until_closed(watched: Watched, actor: Actor, broadcast: int) -> AsyncIterator[Progress]:
    async with aclosing(watched.broadcast(actor, broadcast)) as pictures:
        async for seen in pictures:
            yield seen
            if seen.state is BroadcastState.CLOSED:
                return


async def _tick(show: Callable[[], None]) -> None:
    while True:
        await asyncio.sleep(TICK)
        show()


@contextmanager
def _screen(clock: ZoneInfo) -> Iterator[tuple[Show, Callable[[], None]]]:
    """How a picture is shown, and how it is shown again when time has passed."""

    def say(seen: Progress) -> None:
        sys.stderr.write(progress_line(seen, clock) + "\n")

    if not sys.stderr.isatty():
        yield say, lambda: None
        return
    from rich.console import Console  # noqa: PLC0415 - only who watches on a terminal needs it
    from rich.live import Live  # noqa: PLC0415 - as above
    from rich.text import Text  # noqa: PLC0415 - as above

    last: list[tuple[Progress, float]] = []
    with Live(console=Console(stderr=True, highlight=False), auto_refresh=False, transient=True) as live:

        def update(seen: Progress) -> None:
            last[:] = [(seen, monotonic())]
            draw(seen)

        def draw(seen: Progress) -> None:
            style = "bold red" if seen.trunk_fault else ""
            live.update(Text(progress_line(seen, clock), style=style), refresh=True)

        def draw_again() -> None:
            for seen, at in last:
                draw(replace(seen, now=seen.now + timedelta(seconds=monotonic() - at)))

        yield update, draw_again
    for seen, _ in last:
        say(seen)


def _write_json(seen: Progress) -> None:
    """At once: who reads line by line does not wait for a buffer to fill."""
    sys.stdout.write(msgspec.json.encode(seen).decode() + "\n")
    sys.stdout.flush()
