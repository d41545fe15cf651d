"""Follows a running broadcast on a terminal."""

import asyncio
from collections.abc import AsyncIterator

from rich.console import Console
from rich.live import Live
from sqlalchemy.ext.asyncio import AsyncEngine

from broadcast.report import Progress, progress
from broadcast.states import BroadcastState, Result

LOOK_EVERY = 0.5
"""Seconds between two looks at a running broadcast."""


async def follow(engine: AsyncEngine, broadcast: int, *, show: bool) -> Progress:
    """Look until the broadcast is closed; shows live on a terminal, and a line per change elsewhere."""
    console = Console(stderr=True, highlight=False)
    with Live(console=console, auto_refresh=False, transient=True) as live:
        told = None
        async for seen in _sightings(engine, broadcast):
            if show and console.is_terminal:
                live.update(progress_line(seen), refresh=True)
            elif show and (seen.results, seen.to_go) != told:
                console.print(progress_line(seen), soft_wrap=True)
                told = (seen.results, seen.to_go)
    if show and console.is_terminal:
        console.print(progress_line(seen), soft_wrap=True)
    return seen


async def _sightings(engine: AsyncEngine, broadcast: int) -> AsyncIterator[Progress]:
    while True:
        async with engine.connect() as connection:
            seen = await progress(connection, broadcast)
        yield seen
        if seen.state is BroadcastState.CLOSED:
            return
        await asyncio.sleep(LOOK_EVERY)


def progress_line(seen: Progress) -> str:
    """One line that can be read from afar."""
    results = " ".join(f"{result.value} {seen.results.get(result, 0)}" for result in reversed(Result))
    elapsed = (seen.now - seen.started_at).total_seconds()
    to_go = f"being called {seen.being_called} | to go {seen.to_go} of {seen.recipients}"
    to_go += " | stopped" if seen.stopped_at else ""
    return f"{elapsed:4.0f} s | {results} | {to_go}"
