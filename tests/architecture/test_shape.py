"""The house itself: small modules that say what they are for, and imports that only go down."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

from tests.architecture.measures import packages

HOUSE = Path(__file__).parents[2]
PACKAGES = packages()
MODULES = sorted(path for package in PACKAGES for path in (HOUSE / package).rglob("*.py"))
SCRIPTS = sorted(path for folder in ("bench", "scripts", "tests") for path in (HOUSE / folder).rglob("*.py"))
LONGEST_FILE, LONGEST_FUNCTION = 300, 50
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
WHAT_RULES_KNOW = {"broadcast.states", "broadcast.policy"}
NOT_FOR_RULES = {"now", "today", "utcnow", "monotonic", "open", "read_text", "read_bytes"}
CLOCKS = {"time", "time.time"}


def where(path: Path) -> str:
    return str(path.relative_to(HOUSE))


@cache
def tree_of(path: Path) -> ast.Module:
    """Read once, as many tests look into it."""
    return ast.parse(path.read_text())


@cache
def nodes_of(path: Path) -> Sequence[ast.AST]:
    return list(ast.walk(tree_of(path)))


def functions_of(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [node for node in nodes_of(path) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def length_of(node: ast.stmt) -> int:
    assert node.end_lineno is not None
    return node.end_lineno - node.lineno + 1


def imports_of(path: Path) -> set[str]:
    names: set[str] = set()
    for node in nodes_of(path):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{where(path)}: write imports from the package's name, not with dots"
            names.add(str(node.module))
    return names


def test_every_room_is_looked_at() -> None:
    assert {path.relative_to(HOUSE).parts[0] for path in MODULES} == set(PACKAGES)


def test_the_types_of_every_room_are_checked_and_of_tests_and_benches_too() -> None:
    mypy = tomllib.loads((HOUSE / "pyproject.toml").read_text())["tool"]["mypy"]
    assert mypy["strict"]
    assert {path.relative_to(HOUSE).parts[0] for path in MODULES + SCRIPTS} == set(mypy["files"])


@pytest.mark.parametrize("path", MODULES, ids=where)
def test_a_module_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(tree_of(path))


@pytest.mark.parametrize("path", MODULES + SCRIPTS, ids=where)
def test_a_file_and_its_functions_fit_in_a_readers_head(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= LONGEST_FILE
    lengths = {node.name: length_of(node) for node in functions_of(path)}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FUNCTION} == {}


@pytest.mark.parametrize("path", MODULES, ids=where)
def test_nothing_is_left_for_later(path: Path) -> None:
    lines = enumerate(path.read_text().splitlines(), 1)
    assert [number for number, line in lines if UNFINISHED.search(line)] == []


@pytest.mark.parametrize("path", MODULES, ids=where)
def test_a_module_speaks_through_a_log_or_a_console_and_never_by_print(path: Path) -> None:
    calls = [node.func for node in nodes_of(path) if isinstance(node, ast.Call)]
    assert [call.lineno for call in calls if isinstance(call, ast.Name) and call.id == "print"] == []


@pytest.mark.parametrize("path", MODULES, ids=where)
def test_a_python_that_is_started_takes_no_module_from_the_folder_that_it_is_started_in(path: Path) -> None:
    commands = [node for node in nodes_of(path) if isinstance(node, ast.List | ast.Tuple)]
    words = [[ast.unparse(word) for word in command.elts] for command in commands]
    after = [each[each.index("sys.executable") + 1] for each in words if "sys.executable" in each]
    assert set(after) <= {"'-I'", "'-P'"}


@pytest.mark.parametrize("path", sorted((HOUSE / "broadcast/rules").glob("*.py")), ids=where)
def test_a_rule_knows_states_policies_and_the_standard_library_alone(path: Path) -> None:
    ours = WHAT_RULES_KNOW | {f"broadcast.rules.{rule.stem}" for rule in path.parent.glob("*.py")}
    others = imports_of(path) - ours
    assert {name for name in others if name.split(".")[0] not in sys.stdlib_module_names} == set()


@pytest.mark.parametrize("path", sorted((HOUSE / "broadcast/rules").glob("*.py")), ids=where)
def test_a_rule_reads_no_clock_and_no_file(path: Path) -> None:
    calls = [node.func for node in nodes_of(path) if isinstance(node, ast.Call)]
    named = {ast.unparse(call) for call in calls}
    assert {name for name in named if name in CLOCKS or name.split(".")[-1] in NOT_FOR_RULES} == set()


def test_imports_only_go_down_the_house() -> None:
    lint_imports = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run([lint_imports], cwd=HOUSE, capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
