"""What a demo left running when it was cut off is ended, each by its own process id."""

import asyncio
from pathlib import Path

from buurtbel.serve.hold import LINE_NOTE
from embedded import postgres
from embedded.asterisk import Asterisk
from embedded.keeping.program import Program

SERVE_NOTE = "serve.json"
"""Who the server of a demo is: process id and start time, in its folder."""
DATA, NEIGHBOURHOOD = "data", "neighbourhood"
"""The folders of server and neighbourhood in it."""
PATIENCE = 5.0
"""Seconds that each gets to end by itself."""


async def end_leftovers(folder: Path, root: Path) -> None:
    """End what runs in this folder, the server first, which would start the others again."""
    for note in (folder / SERVE_NOTE, folder / DATA / LINE_NOTE):
        program = Program.adopt(note)
        if program is not None:
            await asyncio.to_thread(program.stop, PATIENCE)
    for run_dir in (folder / DATA / "pbx", folder / NEIGHBOURHOOD):
        asterisk = await asyncio.to_thread(Asterisk.adopt, root, run_dir)
        if asterisk is not None:
            await asterisk.stop()
    await asyncio.to_thread(postgres.stop, folder / DATA)
