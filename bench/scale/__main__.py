"""`make bench-scale`: a million recipients against ten thousand, in the real engine on the real database."""

import asyncio
import os
import shutil
import sys
import time
from asyncio.subprocess import Process
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import msgspec
import psycopg
from psycopg import sql
from sqlalchemy import exists, make_url, select
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from bench.say import say
from bench.scale.line import Took
from bench.somebody import BENCH
from broadcast.draft import Draft
from broadcast.results.results import progress
from broadcast.tables import Enlistment
from buurtbel.assembly import assemble
from buurtbel.database.schema import upgrade
from buurtbel.settings.settings import Database, Settings
from directory.registry import add_network
from embedded import postgres
from embedded.cluster import ROLE

FOLDER = Path("/var/tmp/buurtbel-bench-scale")
"""Emptied first. Not below a home folder: PostgreSQL runs under an account of its own."""
SMALL, LARGE = 10_000, 1_000_000
ROUNDS = 3
WARM_UP, MEASURED = 500, 2500
NETWORK = "bench"
COPIED = ("recipient", "recipient_number")
BLOCK = 2**20
LOOK_EVERY = 0.05
TEXT = "Inbraak in de Dorpsstraat, let op een witte bestelwagen."
_MEMBERS = """
    WITH made AS (
        INSERT INTO member (name, language) SELECT 'Lid ' || n, 'nl' FROM generate_series(1, %(count)s) AS n
        RETURNING id
    ), joined AS (
        INSERT INTO membership (member_id, network_id) SELECT made.id, network.id FROM made, network
    )
    INSERT INTO number (member_id, e164) SELECT id, '+9991' || lpad(id::text, 8, '0') FROM made
"""


async def main() -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    server = await asyncio.to_thread(postgres.start, FOLDER)
    try:
        homes = {size: _database(server, size) for size in (SMALL, LARGE)}
        created = {size: await _created(home, size) for size, home in homes.items()}
        rounds = [{size: await _measured(home, size) for size, home in homes.items()} for _ in range(ROUNDS)]
        copied = await asyncio.to_thread(_copied, homes[LARGE])
    finally:
        await asyncio.to_thread(postgres.stop, FOLDER)
    large = [one[LARGE] for one in rounds]
    slope = median(cost(one[LARGE]) / cost(one[SMALL]) for one in rounds)
    pace = median(one[SMALL].seconds / one[LARGE].seconds for one in rounds)
    say(
        f"scale: recipients={LARGE} create_s={created[LARGE].seconds:.1f} "
        f"create_ratio={created[LARGE].seconds / copied:.2f} "
        f"first_ring_while_creating_s={created[LARGE].first_ring:.2f} "
        f"attempts_per_s={median(one.attempts / one.seconds for one in large):.0f} pace_ratio={pace:.3f} "
        f"memory_mb={max(one.memory_mb for one in large):.0f} slope={slope:.3f}"
    )


@dataclass(frozen=True)
class Created:
    """In seconds from when `send` was begun."""

    seconds: float
    """Until the last recipient was written."""
    first_ring: float


def cost(took: Took) -> float:
    """Seconds of processor time an attempt, ours and PostgreSQL's."""
    return (took.own_cpu + took.postgres_cpu) / took.attempts


def _database(server: str, size: int) -> Settings:
    """A database of its own, with its tables, and the settings that lead to it."""
    name = f"scale_{size}"
    superuser = make_url(server).set(username="postgres").render_as_string(hide_password=False)
    with psycopg.connect(superuser, autocommit=True) as admin:
        create = sql.SQL("CREATE DATABASE {} OWNER {}")
        admin.execute(create.format(sql.Identifier(name), sql.Identifier(ROLE)))
    url = make_url(server).set(database=name).render_as_string(hide_password=False)
    upgrade(url)
    return Settings(data_dir=FOLDER, database=Database(url=url))


async def _created(settings: Settings, size: int) -> Created:
    """A broadcast for so many recipients, created while a line is at work."""
    await _prepare(settings, size)
    line = await _line(settings, stdin=asyncio.subprocess.PIPE)
    await _said(line)
    async with assemble(settings) as assembly:
        began = time.monotonic()
        sent = await assembly.desk.send(BENCH, Draft([NETWORK], {"nl": TEXT}, urgent=True))
        told = time.monotonic() - began
        first_ring = float(await _said(line)) - began
        async with assembly.engine.connect() as connection:
            left = (await progress(connection, sent.broadcast)).unwritten
        while await _is_enlisting(assembly.engine):
            await asyncio.sleep(LOOK_EVERY)
        took = time.monotonic() - began
        async with assembly.engine.connect() as connection:
            written = (await progress(connection, sent.broadcast)).recipients
    assert (written, sent.recipients) == (size, size)
    assert first_ring < took, "no phone rang before all recipients were written"
    await _ended(line)
    say(
        f"  {size:9,} recipients created in {took:.1f} s; `send` answered after {told:.1f} s, "
        f"and the first phone rang after {first_ring:.2f} s, {left:,} being unwritten"
    )
    return Created(took, first_ring)


async def _is_enlisting(engine: AsyncEngine) -> bool:
    async with engine.connect() as connection:
        return bool(await connection.scalar(select(exists().where(Enlistment.broadcast_id.is_not(None)))))


async def _prepare(settings: Settings, size: int) -> None:
    """A network of so many members."""
    async with assemble(settings) as assembly:
        async with AsyncSession(assembly.engine) as session, session.begin():
            signed = datetime.now(UTC).date()
            await add_network(
                session,
                BENCH,
                NETWORK,
                name="B",
                municipality="Herselt",
                charter_approved_on=signed,
            )
        with psycopg.connect(settings.database.url) as connection:
            connection.execute(_MEMBERS, {"count": size})


def _copied(settings: Settings) -> float:
    """Seconds that COPY takes for the same rows into the same tables, after they were emptied."""
    with psycopg.connect(settings.database.url, autocommit=True) as connection:
        for table in COPIED:
            with (
                (FOLDER / table).open("wb") as file,
                connection.cursor().copy(f"COPY {table} TO STDOUT") as rows,
            ):
                file.writelines(rows)
        connection.execute(f"TRUNCATE {', '.join(COPIED)} CASCADE")
        began = time.monotonic()
        for table in COPIED:
            with (
                (FOLDER / table).open("rb") as file,
                connection.cursor().copy(f"COPY {table} FROM STDIN") as rows,
            ):
                while block := file.read(BLOCK):
                    rows.write(block)
        took = time.monotonic() - began
    say(f"  COPY of the same rows took {took:.1f} s")
    return took


async def _measured(settings: Settings, size: int) -> Took:
    line = await _line(settings, str(WARM_UP), str(MEASURED), str(FOLDER / "postgres"))
    said, _ = await line.communicate()
    took = msgspec.json.decode(said, type=Took)
    say(
        f"  {size:9,} waiting: {took.attempts / took.seconds:5.0f} attempts/s, "
        f"{1000 * took.own_cpu / took.attempts:.2f} + {1000 * took.postgres_cpu / took.attempts:.2f} ms of "
        f"processor time an attempt (line + PostgreSQL), line {took.memory_mb:.0f} MB"
    )
    return took


async def _line(settings: Settings, *words: str, stdin: int | None = None) -> Process:
    told = {"BUURTBEL_DATA_DIR": str(FOLDER), "BUURTBEL_DATABASE_URL": settings.database.url}
    return await asyncio.create_subprocess_exec(
        *[sys.executable, "-m", "bench.scale.line", *words],
        stdin=stdin,
        stdout=asyncio.subprocess.PIPE,
        env=os.environ | told,
    )


async def _said(line: Process) -> str:
    assert line.stdout is not None
    if not (said := await line.stdout.readline()):
        raise RuntimeError("The line has ended; it said why above.")
    return said.decode()


async def _ended(line: Process) -> None:
    """It ends when nobody speaks to it any more, once its calls are over."""
    assert line.stdin is not None
    line.stdin.close()
    await line.wait()


if __name__ == "__main__":
    asyncio.run(main())
