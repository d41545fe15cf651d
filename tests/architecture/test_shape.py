"""The house itself: small modules that say what they are for, and rules that are pure.

Each test looks into all modules at once and names every one that offends: a test for each module would cost
more than what it looks at.
"""

import ast
import re
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.architecture.measures import (
    HOUSE,
    functions_of,
    length_of,
    nodes_of,
    offences,
    packages,
    project,
    tree_of,
)

PACKAGES = packages()
MODULES = sorted(path for package in PACKAGES for path in (HOUSE / package).rglob("*.py"))
SCRIPTS = sorted(path for folder in ("bench", "scripts", "tests") for path in (HOUSE / folder).rglob("*.py"))
RULES = sorted((HOUSE / "broadcast/rules").glob("*.py"))
LONGEST_FILE, LONGEST_FUNCTION = 300, 50
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
WHAT_RULES_KNOW = {"broadcast.states", "broadcast.policy", *(f"broadcast.rules.{rule.stem}" for rule in RULES)}
NOT_FOR_RULES = {"now", "today", "utcnow", "monotonic", "open", "read_text", "read_bytes"}
CLOCKS = {"time", "time.time"}


def imports_of(path: Path) -> set[str]:
    names: set[str] = set()
    for node in nodes_of(path):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: write imports from the package's name, not with dots"
            names.add(str(node.module))
    return names


def calls_in(path: Path) -> list[ast.expr]:
    """What is called in a module."""
    return [node.func for node in nodes_of(path) if isinstance(node, ast.Call)]


def test_every_room_is_looked_at() -> None:
    assert {path.relative_to(HOUSE).parts[0] for path in MODULES} == set(PACKAGES)


def test_the_types_of_every_room_are_checked_and_of_tests_and_benches_too() -> None:
    mypy = project()["tool"]["mypy"]
    assert mypy["strict"]
    assert {path.relative_to(HOUSE).parts[0] for path in MODULES + SCRIPTS} == set(mypy["files"])


def test_a_module_says_what_it_is_for() -> None:
    assert offences(lambda path: not ast.get_docstring(tree_of(path)), MODULES) == {}


def test_a_file_and_its_functions_fit_in_a_readers_head() -> None:
    def too_long(path: Path) -> Mapping[str, int]:
        lengths = {node.name: length_of(node) for node in functions_of(path)}
        found = {name: length for name, length in lengths.items() if length > LONGEST_FUNCTION}
        lines = len(path.read_text().splitlines())
        return found | ({"lines": lines} if lines > LONGEST_FILE else {})

    assert offences(too_long, MODULES + SCRIPTS) == {}


def test_nothing_is_left_for_later() -> None:
    def unfinished(path: Path) -> Sequence[int]:
        lines = enumerate(path.read_text().splitlines(), 1)
        return [number for number, line in lines if UNFINISHED.search(line)]

    assert offences(unfinished, MODULES) == {}


def test_a_module_speaks_through_a_log_or_a_console_and_never_by_print() -> None:
    def prints(path: Path) -> Sequence[int]:
        return [one.lineno for one in calls_in(path) if isinstance(one, ast.Name) and one.id == "print"]

    assert offences(prints, MODULES) == {}


def test_a_python_that_is_started_takes_no_module_from_the_folder_that_it_is_started_in() -> None:
    def trusting(path: Path) -> set[str]:
        commands = [node for node in nodes_of(path) if isinstance(node, ast.List | ast.Tuple)]
        words = [[ast.unparse(word) for word in command.elts] for command in commands]
        after = [each[each.index("sys.executable") + 1] for each in words if "sys.executable" in each]
        return set(after) - {"'-I'", "'-P'"}

    assert offences(trusting, MODULES) == {}


def test_a_rule_knows_states_policies_and_the_standard_library_alone() -> None:
    def knows(path: Path) -> set[str]:
        others = imports_of(path) - WHAT_RULES_KNOW
        return {name for name in others if name.split(".")[0] not in sys.stdlib_module_names}

    assert offences(knows, RULES) == {}


def test_a_rule_reads_no_clock_and_no_file() -> None:
    def reads(path: Path) -> set[str]:
        named = {ast.unparse(one) for one in calls_in(path)}
        return {name for name in named if name in CLOCKS or name.split(".")[-1] in NOT_FOR_RULES}

    assert RULES
    assert offences(reads, RULES) == {}
