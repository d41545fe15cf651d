"""Asterisk for a demo: found, or laid out by a child that can be ended in the middle of it."""

import asyncio
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path

from buurtbel.errors import DemoFailed
from embedded.asterisk_root import ensure_root
from embedded.errors import EmbeddedError

END_WITHIN = 20.0
"""Seconds that the programs that lay it out get to clear away what they had begun."""


async def laid_out() -> Path:
    """The root file system that holds Asterisk, built when there is none. Raises DemoFailed."""
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-I", "-m", __name__),
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
        cwd="/",
    )
    try:
        said, complaint = await child.communicate()
    except asyncio.CancelledError:
        await _end(child)
        raise
    if child.returncode != 0:
        last = complaint.decode(errors="replace").strip().splitlines()[-1:]
        raise DemoFailed(last[0] if last else "Asterisk could not be laid out: run `make demo` again.")
    return Path(said.decode().strip())


async def _end(child: asyncio.subprocess.Process) -> None:
    """It and all that it has started."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(child.pid, number)
        with suppress(TimeoutError):
            async with asyncio.timeout(END_WITHIN):
                await child.wait()
                return


def _lay_out() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        sys.stdout.write(f"{ensure_root()}\n")
    except EmbeddedError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(_lay_out())
