"""A command answers at once: what it must not import, and what it may cost."""

import json
import resource
import subprocess
import sys
from collections.abc import Sequence

import pytest

from tests.buurtbel.conftest import Town, Typed
from tests.support.people import DE_BIST

MOST = 4.9
"""Yardsticks of processor time for a command that only looks something up or writes it down.

That is half a second where the yardstick costs 0.102. There `list` cost 0.41, `node list` 0.45, `report-inbox
list` 0.47, `watch` and `report` 0.49 (2026-11-30, the best of ten tries each).
"""
YARDSTICK = (
    "import asyncio, email.message, unittest.mock, xml.dom.minidom, http.server, argparse, logging.config,"
    "multiprocessing.pool, sqlite3, ctypes, decimal, fractions, statistics, tarfile, urllib.request,"
    "http.cookiejar, xmlrpc.client, pydoc, doctest, optparse, plistlib"
)
FEWEST_TRIES, MOST_TRIES = 3, 15

SOUND = {"numpy", "soundfile", "soxr", "num2words", "babel", "gtts"}
CALLS = {"aiohttp", "jinja2", "uvloop", "apscheduler", "alembic"}
JOBS = {"procrastinate", "psycopg_pool", "croniter"}
NUMBERS = {"phonenumbers"}
TABLES = {"rich"}
DATABASE = {"sqlalchemy", "psycopg"}

LOOKING_UP = SOUND | CALLS | JOBS | NUMBERS
NOT_FOR = {
    ("--help",): LOOKING_UP | TABLES | DATABASE | {"pydantic", "asyncio"},
    ("--version",): LOOKING_UP | TABLES | DATABASE | {"pydantic", "asyncio"},
    ("results", "--help"): LOOKING_UP | TABLES,
    ("list",): LOOKING_UP | TABLES,
    ("watch",): LOOKING_UP | TABLES,
    ("results",): LOOKING_UP | TABLES,
    ("results", "--csv"): LOOKING_UP | TABLES,
    ("network", "list"): LOOKING_UP | TABLES,
    ("member", "list", "--network", DE_BIST): LOOKING_UP | TABLES,
    ("node", "list"): LOOKING_UP | TABLES,
    ("officer", "list"): LOOKING_UP | TABLES,
    ("report-inbox", "list"): LOOKING_UP | TABLES,
    ("pronunciation", "list"): LOOKING_UP | TABLES,
    ("say", "nl", "Blijf binnen.", "--words"): (SOUND - {"num2words", "babel"}) | CALLS | NUMBERS | TABLES,
    ("stop", "1"): SOUND | CALLS | NUMBERS,
    ("send", "--network", DE_BIST, "--urgent", "--text", "nl=Blijf binnen."): {"jinja2", "uvloop", "alembic"},
}
QUICK = [words for words in NOT_FOR if words[0] not in {"send", "stop", "say"}]

IMPORTED_BY = """
import json, sys
from buurtbel.commands.cli import main
sys.argv = ["buurtbel", *sys.argv[1:]]
try:
    main()
finally:
    sys.stderr.write("\\n" + json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def imported_by(words: Sequence[str]) -> set[str]:
    ended = subprocess.run(
        [sys.executable, "-c", IMPORTED_BY, *words], capture_output=True, text=True, check=False
    )
    return set(json.loads(ended.stderr.splitlines()[-1]))


def seconds_of(arguments: Sequence[str]) -> float:
    """Processor time of Python with these arguments, its start included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], capture_output=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def yardsticks_of(arguments: Sequence[str]) -> float:
    """The best try of it by the best one of the yardstick, in turns; no more tries than it takes to be quick.

    A machine that is busy with other things makes single tries dear, of both.
    """
    yardstick = cost = float("inf")
    for tries in range(1, MOST_TRIES + 1):
        yardstick = min(yardstick, seconds_of(["-c", YARDSTICK]))
        cost = min(cost, seconds_of(arguments))
        if tries >= FEWEST_TRIES and cost <= MOST * yardstick:
            break
    return cost / yardstick


@pytest.fixture
def closed(town: Town, typed: Typed) -> None:
    """A broadcast that is over."""
    town.add()
    assert typed("send", "--network", DE_BIST, "--urgent", "--text", "nl=Blijf binnen.").code == 0
    town.ask("UPDATE recipient SET state = 'final'")
    town.ask("UPDATE attempt SET state = 'done', outcome = 'busy'")
    town.ask("UPDATE broadcast SET state = 'closed', closed_at = now()")


@pytest.mark.usefixtures("closed")
@pytest.mark.parametrize("words", NOT_FOR, ids=" ".join)
def test_a_command_waits_for_nothing_that_it_does_not_use(words: tuple[str, ...]) -> None:
    assert imported_by(words) & NOT_FOR[words] == set()


@pytest.mark.usefixtures("closed")
@pytest.mark.parametrize("words", QUICK, ids=" ".join)
@pytest.mark.thorough
def test_a_command_costs_half_a_second_of_processor_time(words: tuple[str, ...]) -> None:
    assert yardsticks_of(["-m", "buurtbel", *words]) <= MOST
