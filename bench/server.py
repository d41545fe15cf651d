"""`buurtbel serve` as a benchmark runs it: with networks of members, ready to dial."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bench.children import ChildDied, child
from bench.somebody import BENCH
from broadcast.states import BroadcastState
from broadcast.tables import Broadcast
from buurtbel.assembly import Assembly, assemble
from buurtbel.database.address import wait_for_database
from buurtbel.database.schema import upgrade
from buurtbel.serve.hold import LINE_NOTE
from buurtbel.settings.settings import Settings
from directory.lists.importer import import_members
from directory.registry import add_network, networks
from embedded.keeping.program import Program

NETWORK = "bench"
NETWORK_NAME = "Bench"
PBX_NOTE = "pbx/run/program.json"
KEEPER_NOTES = ("pbx/run/keeper.json", "postgres-run/keeper.json")
READY = "events flow"
"""What the line says in its log once it may dial."""
HANGS = ("hangs:", "has died;", "pings in a row")
"""What it says of something that did not answer, or is gone; a benchmark must bring nothing so far."""
STARTS_WITHIN = 90.0
SETTLE = 2.0
"""Seconds after the start, so that starting is not measured."""
LOOK_EVERY = 0.5

WITHOUT_SCREEN = {"BUURTBEL_CONSOLE_START": "false"}
"""Nobody looks, unless a bench or a test says otherwise."""


class MembersRefused(Exception):  # noqa: N818 - named as what happened
    """The benchmark's own list of members could not be imported."""


@asynccontextmanager
async def serving(
    settings: Settings,
    networks: Mapping[str, Sequence[str]],
    environment: Mapping[str, str] = MappingProxyType({}),
) -> AsyncIterator[int]:
    """The server, ready to dial; gives its process id.

    `networks` by slug: each has a Dutch-speaking member behind each of its numbers.
    """
    folder = settings.data_dir
    with said_by(folder).open("wb") as log:
        command = [sys.executable, "-m", "buurtbel", "serve"]
        async with child(
            command,
            cwd=Path.cwd(),
            output=log,
            errors=log,
            environment={**os.environ, **WITHOUT_SCREEN, **environment},
        ) as serve:
            url = await wait_for_database(settings, seconds=STARTS_WITHIN)
            await asyncio.to_thread(upgrade, url)
            await _seed(settings, networks)
            await _until_it_may_dial(folder, serve)
            await asyncio.sleep(SETTLE)
            yield serve.pid


async def until_closed(assembly: Assembly, broadcast: int) -> None:
    """Return when nobody is called any more."""
    while True:
        async with assembly.engine.connect() as connection:
            state = await connection.scalar(select(Broadcast.state).where(Broadcast.id == broadcast))
        if state == BroadcastState.CLOSED:
            return
        await asyncio.sleep(LOOK_EVERY)


def said_by(folder: Path) -> Path:
    """What the server on this data folder says; beside the folder, which is not ours."""
    return folder.with_name(f"{folder.name}.out")


def hangs_told(folder: Path) -> list[str]:
    """What the server on this data folder, and its line, have said of what hangs, since they began."""
    files = (said_by(folder), folder / "line.log")
    lines = [
        line for file in files if file.exists() for line in file.read_text(errors="replace").splitlines()
    ]
    return [line for line in lines if any(words in line for words in HANGS)]


def keepers(folder: Path) -> list[int]:
    """Process ids of what keeps Asterisk and PostgreSQL."""
    found = [Program.adopt(folder / note) for note in KEEPER_NOTES]
    return [keeper.pid for keeper in found if keeper is not None]


def line_and_pbx(folder: Path) -> tuple[int, int]:
    """Process ids of the server's line and Asterisk."""
    line, pbx = Program.adopt(folder / LINE_NOTE), Program.adopt(folder / PBX_NOTE)
    if line is None or pbx is None:
        raise ChildDied(f"The line or its Asterisk is gone; see {said_by(folder)}.")
    return line.pid, pbx.pid


async def _seed(settings: Settings, wanted: Mapping[str, Sequence[str]]) -> None:
    async with assemble(settings) as assembly, AsyncSession(assembly.engine) as session:
        there = {known.network.slug for known in await networks(session)}
        for slug, numbers in wanted.items():
            if slug not in there:
                await _add(session, slug, numbers)
        await session.commit()


async def _add(session: AsyncSession, slug: str, numbers: Sequence[str]) -> None:
    rows = "".join(f"Lid {n},{number},nl\n" for n, number in enumerate(numbers, 1))
    await add_network(
        session,
        BENCH,
        slug,
        name=NETWORK_NAME,
        municipality="Westerlo",
        charter_approved_on=datetime.now(UTC).date(),
    )
    summary = await import_members(session, BENCH, slug, f"naam,telefoon,taal\n{rows}".encode())
    if not summary.accepted:
        raise MembersRefused("The import refused the benchmark's members: look at how their numbers begin.")


async def _until_it_may_dial(folder: Path, serve: asyncio.subprocess.Process) -> None:
    log = folder / "line.log"
    async with asyncio.timeout(STARTS_WITHIN):
        while not (log.exists() and READY in log.read_text() and Program.adopt(folder / LINE_NOTE)):
            if serve.returncode is not None:
                raise ChildDied(f"The server ended; see {said_by(folder)}.")
            await asyncio.sleep(0.1)
