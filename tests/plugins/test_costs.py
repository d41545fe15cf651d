"""The dearest tests are those that cost most of the processor, also by programs, and not those that wait."""

import subprocess
import sys
from pathlib import Path

HOUSE = Path(__file__).parents[2]
THREE = """
import subprocess, sys, time

SPIN = "import time\\nwhile time.process_time() < 0.2: pass"

def test_that_waits():
    time.sleep(0.5)

def test_that_starts_a_program():
    subprocess.run([sys.executable, "-c", SPIN], check=True)

def test_that_works():
    exec(SPIN.replace("0.2", f"{time.process_time() + 0.4}"))
"""


def test_the_dearest_are_named_in_their_order_also_from_a_worker(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(THREE)
    command = [sys.executable, "-m", "pytest", "-p", "xdist", "-p", "tests.plugins.costs", "-n", "1"]
    environment = {"PYTHONPATH": str(HOUSE), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    ended = subprocess.run(
        [*command, "--dearest", "2"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    told = [line.split() for line in ended.stdout.splitlines() if " s " in line and "passed" not in line]
    assert [line[2].partition("::")[2] for line in told[:2]] == [
        "test_that_works",
        "test_that_starts_a_program",
    ]
    assert [line[2] for line in told[2:]] == ["of"]
    assert 0.1 < float(told[1][0]) < float(told[0][0])
