"""Gates of the house, each with a violation that is planted in a copy to see it caught."""

import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.architecture.measures import HOUSE

BIN = Path(sys.executable).parent
IMPORTS = (str(BIN / "lint-imports"), "--no-cache")
TYPES = (str(BIN / "mypy"),)
RULE = "broadcast/rules/pace.py"
LINT = (str(BIN / "ruff"), "check", "--no-cache")


def shape(test: str, file: str = "test_shape.py") -> Sequence[str]:
    """One test of the house itself."""
    pytest = (sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider")
    return (*pytest, f"tests/architecture/{file}", "-k", test)


@dataclass(frozen=True, slots=True)
class Gate:
    """What may not be, where it is planted, and the command that must notice."""

    forbids: str
    file: str
    planted: str
    notices: Sequence[str]
    named: str = ""
    """By what the complaint names it, if not by its file."""


GATES = (
    Gate("a script that knows SQLAlchemy", "ivr/scripts/leave.py", "import sqlalchemy\n", IMPORTS),
    Gate("a script that knows HTTP", "ivr/scripts/menus.py", '"""A."""\nimport aiohttp\n', IMPORTS),
    Gate("a script that knows the PBX", "ivr/scripts/leave.py", "import ivr.ari.client\n", IMPORTS),
    Gate("a line that knows the database", "ivr/call/menu.py", "import sqlalchemy\n", IMPORTS),
    Gate("a screen that knows the database", "console/pages/alert.py", "import sqlalchemy\n", IMPORTS),
    Gate(
        "a page that decides who may do something",
        "console/pages/alert.py",
        "def decides(visit: Visit) -> None:\n    visit.actor.require(None)\n",
        shape("nothing_is_allowed", "test_who_decides.py"),
    ),
    Gate("a broadcast that knows the line", "broadcast/states.py", "import ivr.call.menu\n", IMPORTS),
    Gate("texts that know the database", "prompts/tones.py", "import storage.engine\n", IMPORTS),
    Gate("a rule that knows the ledger", RULE, "import broadcast.ledger.ledger\n", IMPORTS),
    Gate("a product that knows its tests", "buurtbel/times.py", "import tests.support.people\n", IMPORTS),
    Gate(
        "a rule that reads a clock",
        RULE,
        "import datetime\nNOW = datetime.datetime.now()\n",
        shape("reads_no_clock"),
    ),
    Gate("a module that prints", "buurtbel/times.py", 'print("here")\n', shape("never_by_print")),
    Gate("a module without an end", "buurtbel/times.py", "A = 1\n" * 300, shape("readers_head")),
    Gate(
        "a function without an end",
        "buurtbel/times.py",
        "def long() -> None:\n" + "    ...\n" * 50,
        shape("readers_head"),
    ),
    Gate("work left for later", "buurtbel/times.py", "# TO" + "DO: tidy\n", shape("left_for_later")),
    Gate(
        "attempts written outside the ledger",
        "broadcast/alert/draft_of_row.py",
        '"""A."""\nimport sqlalchemy\nfrom broadcast import tables\nsqlalchemy.insert(tables.Attempt)\n',
        shape("only_the_ledger", "test_contracts.py"),
    ),
    Gate(
        "attempts written in SQL",
        "directory/officers.py",
        'STOLEN = "UPDATE attempt SET state = 1"\n',
        shape("only_the_ledger", "test_contracts.py"),
    ),
    Gate(
        "modules in a circle",
        "prompts/voice.py",
        "import prompts.engines\n",
        shape("import_each_other", "test_contracts.py"),
    ),
    Gate(
        "folders of tests in a circle",
        "tests/support/people.py",
        "import tests.acceptance.stage\n",
        shape("folders_of_tests", "test_contracts.py"),
        named="tests.support",
    ),
    Gate(
        "two classes with one name",
        "broadcast/states.py",
        "class Call: ...\n",
        shape("one_word", "test_contracts.py"),
    ),
    Gate(
        "a word of the glossary that means something else",
        "prompts/tones.py",
        "class QuietLedger: ...\n",
        shape("only_where_it_means", "test_glossary.py"),
    ),
    Gate("a test without types", "tests/support/people.py", "def loose(x): return x\n", TYPES),
    Gate("a product without types", "buurtbel/times.py", "def loose(x): return x\n", TYPES),
    Gate("an import that nobody uses", "buurtbel/times.py", "import json\n", LINT),
)


@contextmanager
def copy() -> Iterator[Path]:
    """The house as it is now, in a folder of its own."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=HOUSE,
        capture_output=True,
        text=True,
        check=True,
    )
    with TemporaryDirectory(prefix="buurtbel-house-") as name:
        place = Path(name)
        for file in filter(None, listed.stdout.split("\0")):
            if (HOUSE / file).exists():
                (place / file).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(HOUSE / file, place / file)
        if (known := HOUSE / ".mypy_cache").exists():
            shutil.copytree(known, place / ".mypy_cache")
        subprocess.run(["git", "init", "-q"], cwd=place, check=True)
        yield place


def caught(gate: Gate, place: Path) -> bool:
    """Whether the violation, planted in this copy, is noticed at the file where it was planted.

    The copy is as before afterwards. Raises AssertionError when the gate complains of a house without it.
    """
    file = place / gate.file
    before = file.read_text() if file.exists() else None
    file.write_text((before or "") + gate.planted)
    try:
        run = _run(gate.notices, place)
    finally:
        if before is None:
            file.unlink()
        else:
            file.write_text(before)
    module = gate.file.removesuffix(".py").replace("/", ".")
    names = (gate.named,) if gate.named else (gate.file, module, Path(gate.file).stem)
    return run.returncode != 0 and any(name in run.stdout + run.stderr for name in names)


def complaints(place: Path) -> list[str]:
    """What the gates say of a house in which nothing is planted: nothing, or they prove nothing."""
    commands = {tuple(gate.notices) for gate in GATES}
    runs = [_run(command, place) for command in sorted(commands)]
    return [run.stdout + run.stderr for run in runs if run.returncode != 0]


def _run(command: Sequence[str], place: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)
