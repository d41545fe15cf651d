"""`make bench-commands`: what a command costs that only looks something up, on the real database.

Each is typed in turn with a fixed piece of Python (the yardstick): a slow or busy machine makes both dear.
"""

import asyncio
import os
import resource
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from bench.say import say
from bench.somebody import BENCH
from broadcast.draft import Draft
from buurtbel.assembly import assemble
from buurtbel.database.schema import upgrade
from buurtbel.settings.settings import Database, Settings
from directory.registry import add_member, add_network
from embedded import postgres

FOLDER = Path("/var/tmp/buurtbel-bench-commands")
"""Emptied first. Not below a home folder: PostgreSQL runs under an account of its own."""
NETWORK = "bench"
COMMANDS = (
    "--help",
    "list",
    "results",
    "network list",
    f"member list --network {NETWORK}",
    "node list",
    "officer list",
    "report-inbox list",
    "pronunciation list",
)
YARDSTICK = (
    "import asyncio, email.message, unittest.mock, xml.dom.minidom, http.server, argparse, logging.config,"
    "multiprocessing.pool, sqlite3, ctypes, decimal, fractions, statistics, tarfile, urllib.request,"
    "http.cookiejar, xmlrpc.client, pydoc, doctest, optparse, plistlib"
)
ROUNDS = 10


def main() -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    server = postgres.start(FOLDER)
    try:
        upgrade(server)
        asyncio.run(_send_and_stop(Settings(data_dir=FOLDER, database=Database(url=server))))
        told = {"BUURTBEL_DATA_DIR": str(FOLDER), "BUURTBEL_DATABASE_URL": server}
        measured(told)
    finally:
        postgres.stop(FOLDER)


def measured(told: dict[str, str]) -> None:
    """Print the best round of each command in seconds, and the dearest of them beside the yardstick."""
    yardstick = ["-c", YARDSTICK]
    typed = {words: ["-m", "buurtbel", *words.split()] for words in COMMANDS}
    best = dict.fromkeys([YARDSTICK, *COMMANDS], float("inf"))
    for _ in range(ROUNDS):
        for words, arguments in {YARDSTICK: yardstick, **typed}.items():
            best[words] = min(best[words], _processor_seconds(arguments, told))
    for words in COMMANDS:
        say(f"  {best[words]:.2f} s  buurtbel {words}")
    dearest = max(COMMANDS, key=best.__getitem__)
    say(
        f"commands: dearest={dearest.split()[0]} processor_s={best[dearest]:.2f} "
        f"yardsticks={best[dearest] / best[YARDSTICK]:.1f}"
    )


def _processor_seconds(arguments: list[str], told: dict[str, str]) -> float:
    """What Python with these arguments takes, its start included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], capture_output=True, check=True, env=os.environ | told)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


async def _send_and_stop(settings: Settings) -> None:
    """A network of one member, and a broadcast to it that is over."""
    async with assemble(settings) as assembly:
        async with AsyncSession(assembly.engine) as session, session.begin():
            await add_network(
                session,
                BENCH,
                NETWORK,
                name="Bench",
                municipality="Herselt",
                charter_approved_on=datetime.now(UTC).date(),
            )
            await add_member(session, BENCH, NETWORK, name="An", numbers=["+3214101010"], language="nl")
        sent = await assembly.desk.send(BENCH, Draft([NETWORK], {"nl": "Blijf binnen."}, urgent=True))
        await assembly.desk.stop(BENCH, sent.broadcast)


if __name__ == "__main__":
    main()
