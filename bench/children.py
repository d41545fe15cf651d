"""Programs that a benchmark starts: each is ended by its own process id."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO

END_WITHIN = 40.0
"""Seconds from the request to end."""


class ChildDied(Exception):  # noqa: N818 - named as what happened
    """A program that the benchmark needs has ended by itself."""


@asynccontextmanager
async def child(
    command: Sequence[str],
    *,
    cwd: Path,
    output: int | IO[bytes],
    errors: IO[bytes],
    environment: Mapping[str, str] | None = None,
) -> AsyncIterator[asyncio.subprocess.Process]:
    """The running program; asked to end on the way out, and killed when it does not."""
    running = await asyncio.create_subprocess_exec(
        *command,
        cwd=cwd,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=output,
        stderr=errors,
        env=None if environment is None else dict(environment),
    )
    try:
        yield running
    finally:
        await _end(running)


async def _end(running: asyncio.subprocess.Process) -> None:
    if running.returncode is not None:
        return
    running.terminate()
    try:
        async with asyncio.timeout(END_WITHIN):
            await running.wait()
    except TimeoutError:
        running.kill()
        await running.wait()
