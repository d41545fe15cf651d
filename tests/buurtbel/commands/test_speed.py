"""A command answers at once: what it must not import, and how much of anything it may."""

import json
import subprocess
import sys
from collections.abc import Sequence

import pytest

from tests.buurtbel.conftest import Town, Typed
from tests.support.people import DE_BIST

MOST_MODULES = 720
"""Nearly all that a command costs is its imports; `make bench-commands` measures the processor time."""

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
OFTEN = [("--help",), ("results",)]
"""A help and a look-up, for `make check`; each line of the table starts a program."""
EACH = [words if words in OFTEN else pytest.param(words, marks=pytest.mark.thorough) for words in NOT_FOR]
QUICK = [words for words in NOT_FOR if words[0] not in {"send", "stop", "say"}]

IMPORTED_BY = """
import json, sys
from buurtbel.commands.cli import main
sys.argv = ["buurtbel", *sys.argv[1:]]
try:
    main()
finally:
    sys.stderr.write("\\n" + json.dumps(sorted(sys.modules)))
"""


def imported_by(words: Sequence[str]) -> list[str]:
    """Names of all modules that are loaded when the command has answered."""
    ended = subprocess.run(
        [sys.executable, "-c", IMPORTED_BY, *words], capture_output=True, text=True, check=False
    )
    loaded: list[str] = json.loads(ended.stderr.splitlines()[-1])
    return loaded


@pytest.fixture
def closed(town: Town, typed: Typed) -> None:
    """A broadcast that is over."""
    town.add()
    assert typed("send", "--network", DE_BIST, "--urgent", "--text", "nl=Blijf binnen.").code == 0
    town.ask("UPDATE recipient SET state = 'final'")
    town.ask("UPDATE attempt SET state = 'done', outcome = 'busy'")
    town.ask("UPDATE broadcast SET state = 'closed', closed_at = now()")


@pytest.mark.usefixtures("closed")
@pytest.mark.parametrize("words", EACH, ids=" ".join)
def test_a_command_waits_for_nothing_that_it_does_not_use(words: tuple[str, ...]) -> None:
    assert {name.partition(".")[0] for name in imported_by(words)} & NOT_FOR[words] == set()


@pytest.mark.usefixtures("closed")
@pytest.mark.parametrize("words", QUICK, ids=" ".join)
@pytest.mark.thorough
def test_a_command_loads_few_modules(words: tuple[str, ...]) -> None:
    assert len(imported_by(words)) <= MOST_MODULES
