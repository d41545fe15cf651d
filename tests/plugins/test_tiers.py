"""The counting of tests is itself tested: what may not pass, does not."""

import subprocess
import sys
from pathlib import Path

import pytest

HOUSE = Path(__file__).parents[2]
ONE_OF_EACH = """
import pytest

def test_a_rule():
    pass

@pytest.fixture
def fake_ari():
    pass

def test_a_story(fake_ari):
    pass

@pytest.mark.pbx
def test_a_call():
    pass
"""


def run(folder: Path, tests: str, *options: str) -> tuple[int, str]:
    """The exit code and the last line of a run of `tests`."""
    (folder / "test_it.py").write_text(tests)
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = pbx: rings\n")
    command = [sys.executable, "-m", "pytest", "-p", "xdist", "-p", "tests.plugins.tiers", *options]
    environment = {"PYTHONPATH": str(HOUSE), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    ended = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)
    return ended.returncode, ended.stdout.splitlines()[-1]


def test_the_last_line_counts_what_two_runs_ran(tmp_path: Path) -> None:
    tally = str(tmp_path / "tally.json")
    assert run(tmp_path, ONE_OF_EACH, "-m", "not pbx", "-n", "1", "--tally-to", tally)[0] == 0
    code, line = run(tmp_path, ONE_OF_EACH, "-m", "pbx", "--tally-from", tally)
    assert (code, line) == (0, "tests: unit=1 fake_ari=1 real_asterisk=1 skipped=0")


def test_a_skipped_test_fails_the_run(tmp_path: Path) -> None:
    code, line = run(tmp_path, "import pytest\n\ndef test_it():\n    pytest.skip('not today')\n", "-n", "1")
    assert code == 1
    assert line.startswith("tests: unit=0 fake_ari=0 real_asterisk=0 skipped=1 FAILED")


@pytest.mark.thorough
def test_a_file_that_skips_itself_fails_the_run(tmp_path: Path) -> None:
    skips = "import pytest\npytest.skip('not here', allow_module_level=True)\n"
    code, line = run(tmp_path, skips, "--continue-on-collection-errors")
    assert code != 0
    assert "skipped=1" in line


@pytest.mark.thorough
def test_a_failure_that_was_expected_fails_the_run(tmp_path: Path) -> None:
    expects = "import pytest\n\n@pytest.mark.xfail\ndef test_it():\n    assert False\n"
    code, line = run(tmp_path, expects)
    assert code == 1
    assert "skipped=1" in line


def test_an_empty_tier_fails_the_run(tmp_path: Path) -> None:
    tally = str(tmp_path / "tally.json")
    run(tmp_path, "def test_a_rule():\n    pass\n", "--tally-to", tally)
    code, line = run(tmp_path, ONE_OF_EACH, "-m", "pbx", "--tally-from", tally)
    assert code == 1
    assert line.endswith("FAILED: fake_ari ran no test")
