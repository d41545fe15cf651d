"""What imports alone cannot hold: who writes which rows, circles, and one name for one class."""

import ast
import re
from pathlib import Path

from tests.architecture.measures import (
    HOUSE,
    arrows,
    arrows_beside,
    circles,
    doubled_class_names,
    flat_files,
    modules,
    nodes_of,
    offences,
    packages,
    project,
    up_arrows,
)

LEDGER = HOUSE / "broadcast" / "ledger"
WRITES = {"insert", "update", "delete"}
IN_WORDS = re.compile(r"\b(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+attempt\b", re.IGNORECASE)
MOST_IN_A_ROOM, MOST_TESTS_IN_A_ROOM = 15, 25
OTHERS = [
    path for path in modules(*packages()) if LEDGER not in path.parents and "migrations" not in path.parts
]


def writes_attempts(path: Path) -> list[int]:
    """The lines on which a module writes rows of attempts."""
    text = path.read_text()
    calls = [node for node in nodes_of(path) if isinstance(node, ast.Call)]
    written = [
        call.lineno
        for call in calls
        if call.args
        and ast.unparse(call.func).split(".")[-1] in WRITES
        and ast.unparse(call.args[0]).split(".")[-1] == "Attempt"
    ]
    return written + [text.count("\n", 0, found.start()) + 1 for found in IN_WORDS.finditer(text)]


def test_only_the_ledger_writes_attempts() -> None:
    assert OTHERS
    assert offences(writes_attempts, OTHERS) == {}


def test_the_ledger_is_seen_to_write_attempts() -> None:
    assert [path.name for path in sorted(LEDGER.glob("*.py")) if writes_attempts(path)]


def test_no_import_goes_up() -> None:
    assert up_arrows() == []


def test_no_rooms_and_no_modules_import_each_other() -> None:
    assert circles(arrows()) == []


def test_nor_do_folders_of_tests_and_of_benches() -> None:
    assert circles(arrows_beside()) == []


def test_no_room_is_so_full_that_its_names_tell_nothing() -> None:
    rooms = flat_files(*packages(), "bench")
    assert {room: count for room, count in rooms.items() if count > MOST_IN_A_ROOM} == {}
    tests = flat_files("tests")
    assert {room: count for room, count in tests.items() if count > MOST_TESTS_IN_A_ROOM} == {}


def test_one_word_names_one_class() -> None:
    assert doubled_class_names() == {}


def test_every_package_is_installed_and_in_the_image() -> None:
    wheel = project()["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    assert wheel == [*packages(), "asterisk-config"]
    image = (HOUSE / ".dockerignore").read_text().splitlines()
    assert {f"!{package}" for package in wheel} <= set(image)
