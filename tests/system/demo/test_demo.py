"""`make demo` in a terminal can be interrupted at any moment, and then ends all that it has started."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.terminal import Terminal, terminal, working_in
from tests.system.demo.demos import (
    COMES_WITHIN,
    HOUSE,
    RINGS,
    end_make,
    environment,
    interrupt_twice,
    interrupted,
    make_demo,
    nothing_is_left,
    settings_of,
)

pytestmark = [pytest.mark.pbx, pytest.mark.timeout(300)]


@pytest.mark.parametrize(
    ("moment", "by"),
    [
        ("Settings for the demo only", Terminal.interrupts),
        ("Starting the telephones", Terminal.interrupts),
        ("Waiting for the database", Terminal.interrupts),
        ("Waiting for Asterisk", interrupt_twice),
        ("Speaking the alert", end_make),
        (RINGS, interrupt_twice),
    ],
)
def test_an_interrupted_demo_says_so_in_one_sentence_and_leaves_nothing_running(
    folder: Path, moment: str, by: Callable[[Terminal], None]
) -> None:
    with make_demo(folder) as screen:
        screen.until(moment, seconds=COMES_WITHIN)
        interrupted(screen, by)
    nothing_is_left(folder)


def test_a_demo_is_interrupted_before_it_has_begun(folder: Path) -> None:
    with make_demo(folder) as screen:
        screen.until("No real phone rings.", seconds=COMES_WITHIN)
        interrupted(screen, Terminal.interrupts)
    assert working_in(folder) == set()


def test_a_demo_is_interrupted_while_it_judges(folder: Path) -> None:
    with make_demo(folder) as screen:
        screen.until(RINGS, seconds=COMES_WITHIN)
        # Nobody is rung any more, so that the judging does not have to be waited for.
        stop = [sys.executable, "-m", "buurtbel", "stop", "1"]
        subprocess.run(
            stop, env=environment() | settings_of(folder), cwd=folder, check=True, capture_output=True
        )
        screen.until("Judging", seconds=COMES_WITHIN)
        interrupted(screen, Terminal.interrupts)
    nothing_is_left(folder)


def test_an_installation_is_interrupted_with_all_that_it_has_started(folder: Path) -> None:
    """In a checkout of its own, with a Python that takes for ever to make the virtual environment."""
    (folder / "scripts").mkdir(parents=True)
    for script in ("demo", "bootstrap"):
        shutil.copy(HOUSE / "scripts" / script, folder / "scripts")
    slow = folder / "python3"
    slow.write_text(f'#!/bin/sh\n[ "$1" = -m ] || exit 0\nsleep 600 & cd {folder}\necho made >begun\nwait\n')
    slow.chmod(0o755)
    with terminal(["scripts/demo"], cwd=folder, environment=environment() | {"PYTHON": str(slow)}) as screen:
        screen.until("This first time it installs what is missing", seconds=COMES_WITHIN)
        screen.until("Still installing.", seconds=COMES_WITHIN)
        assert (folder / "begun").exists()
        interrupted(screen, end_make)
    assert working_in(folder) == set()
