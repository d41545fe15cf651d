"""Follows a running broadcast: live on a terminal, a line a change elsewhere."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy.ext.asyncio import AsyncEngine

from broadcast.results.results import Progress, progress
from broadcast.states import BroadcastState
from buurtbel.status.progress import progress_line

LOOK_EVERY = 0.5
"""Seconds between two looks at a running broadcast."""
Show = Callable[[Progress], None]


async def follow(engine: AsyncEngine, broadcast: int, clock: ZoneInfo) -> Progress:
    """Look until the broadcast is closed, and show it on standard error; returns how it ended.

    On a terminal that is one line that changes, elsewhere a line for each change.
    """
    with _screen(clock) as tell:
        async for seen in _sightings(engine, broadcast):
            tell(seen)
    return seen


async def follow_as_json(engine: AsyncEngine, broadcast: int) -> None:
    """Look until the broadcast is closed, and write one JSON document a line, one for each change."""
    tell = _each_change(_write_json)
    async for seen in _sightings(engine, broadcast):
        tell(seen)


async def _sightings(engine: AsyncEngine, broadcast: int) -> AsyncIterator[Progress]:
    while True:
        async with engine.connect() as connection:
            seen = await progress(connection, broadcast)
        yield seen
        if seen.state is BroadcastState.CLOSED:
            return
        await asyncio.sleep(LOOK_EVERY)


def _each_change(tell: Show) -> Show:
    """Tells only what is new; that time has passed is not."""
    told: list[Progress] = []

    def show(seen: Progress) -> None:
        apart_from_time = replace(seen, now=seen.started_at)
        if told != [apart_from_time]:
            told[:] = [apart_from_time]
            tell(seen)

    return show


@contextmanager
def _screen(clock: ZoneInfo) -> Iterator[Show]:
    def say(seen: Progress) -> None:
        sys.stderr.write(progress_line(seen, clock) + "\n")

    if not sys.stderr.isatty():
        yield _each_change(say)
        return
    from rich.console import Console  # noqa: PLC0415 - only who watches on a terminal needs it
    from rich.live import Live  # noqa: PLC0415 - as above
    from rich.text import Text  # noqa: PLC0415 - as above

    last: list[Progress] = []
    with Live(console=Console(stderr=True, highlight=False), auto_refresh=False, transient=True) as live:

        def update(seen: Progress) -> None:
            last[:] = [seen]
            style = "bold red" if seen.trunk_fault else ""
            live.update(Text(progress_line(seen, clock), style=style), refresh=True)

        yield update
    for seen in last:
        say(seen)


def _write_json(seen: Progress) -> None:
    """At once: who reads line by line does not wait for a buffer to fill."""
    sys.stdout.write(msgspec.json.encode(seen).decode() + "\n")
    sys.stdout.flush()
