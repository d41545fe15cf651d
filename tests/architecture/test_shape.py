"""The house itself: small modules that say what they are for, and imports that only go down."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
PACKAGES = ("buurtbel", "ivr", "broadcast", "directory", "prompts", "storage")
MODULES = sorted(path for package in PACKAGES for path in (HOUSE / package).rglob("*.py"))
SCRIPTS = sorted(path for folder in ("bench", "scripts", "tests") for path in (HOUSE / folder).rglob("*.py"))
LONGEST_FILE, LONGEST_FUNCTION = 300, 50
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
WHAT_RULES_KNOW = {"broadcast.states", "broadcast.policy"}
NOT_FOR_RULES = {"datetime.now", "datetime.today", "date.today", "time", "monotonic", "open"}


def where(path: Path) -> str:
    return str(path.relative_to(HOUSE))


def functions_of(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    nodes = ast.walk(ast.parse(path.read_text()))
    return [node for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def imports_of(path: Path) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{where(path)}: write imports from the package's name, not with dots"
            names.add(str(node.module))
    return names


def test_every_room_is_looked_at():
    assert {path.relative_to(HOUSE).parts[0] for path in MODULES} == set(PACKAGES)


@pytest.mark.parametrize("path", MODULES, ids=where)
def test_a_module_says_what_it_is_for(path):
    assert ast.get_docstring(ast.parse(path.read_text()))


@pytest.mark.parametrize("path", MODULES + SCRIPTS, ids=where)
def test_a_file_and_its_functions_fit_in_a_readers_head(path):
    assert len(path.read_text().splitlines()) <= LONGEST_FILE
    lengths = {node.name: node.end_lineno - node.lineno + 1 for node in functions_of(path)}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FUNCTION} == {}


@pytest.mark.parametrize("path", MODULES, ids=where)
def test_nothing_is_left_for_later(path):
    lines = enumerate(path.read_text().splitlines(), 1)
    assert [number for number, line in lines if UNFINISHED.search(line)] == []


@pytest.mark.parametrize("path", MODULES, ids=where)
def test_a_module_speaks_through_a_log_or_a_console_and_never_by_print(path):
    calls = [node.func for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    assert [call.lineno for call in calls if isinstance(call, ast.Name) and call.id == "print"] == []


@pytest.mark.parametrize("path", sorted((HOUSE / "broadcast/rules").glob("*.py")), ids=where)
def test_a_rule_knows_states_policies_and_the_standard_library_alone(path):
    ours = WHAT_RULES_KNOW | {f"broadcast.rules.{rule.stem}" for rule in path.parent.glob("*.py")}
    others = imports_of(path) - ours
    assert {name for name in others if name.split(".")[0] not in sys.stdlib_module_names} == set()


@pytest.mark.parametrize("path", sorted((HOUSE / "broadcast/rules").glob("*.py")), ids=where)
def test_a_rule_reads_no_clock_and_no_file(path):
    calls = [node.func for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
    assert {ast.unparse(call) for call in calls} & NOT_FOR_RULES == set()


def test_imports_only_go_down_the_house():
    lint_imports = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run([lint_imports], cwd=HOUSE, capture_output=True, text=True, timeout=60, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
