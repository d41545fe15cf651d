"""Two demos at once, and one after another that died: none of them does anything to the other."""

from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from buurtbel.demo.leftovers import DATA, SERVE_NOTE
from buurtbel.demo.place import MARK
from buurtbel.serve.hold import LINE_NOTE
from embedded.keeping.program import Program
from tests.support.terminal import Terminal, working_in
from tests.system.demo.demos import (
    COMES_WITHIN,
    ENDS_WITHIN,
    RINGS,
    are_gone,
    doors_of,
    interrupted,
    make_demo,
    nothing_is_left,
    settings_of,
)

pytestmark = [pytest.mark.pbx, pytest.mark.timeout(300)]


def programs_of(folder: Path) -> set[int]:
    """Its long-lived ones: server and line by their notes, Asterisk and PostgreSQL by what they were told."""
    noted = [Program.adopt(note) for note in (folder / SERVE_NOTE, folder / DATA / LINE_NOTE)]
    told = working_in(folder, told="-C") | working_in(folder, told="-D")
    return told | {program.pid for program in noted if program}


def test_a_second_demo_in_a_folder_names_the_first_and_touches_nothing_of_it(folder: Path) -> None:
    with make_demo(folder) as first:
        first.until(RINGS, seconds=COMES_WITHIN)
        before, ours = programs_of(folder), settings_of(folder)
        with make_demo(folder) as second:
            assert second.until_over(seconds=COMES_WITHIN) != 0
        holder = int((folder / MARK).read_text())
        assert f"A demo runs in {folder} already (process {holder})" in second.screen
        assert programs_of(folder) == before
        assert settings_of(folder) == ours
        interrupted(first, Terminal.interrupts)


def test_two_demos_ring_beside_each_other_and_one_that_died_is_ended_by_the_next(
    folders: Callable[[], Path],
) -> None:
    mine, yours = folders(), folders()
    with make_demo(mine) as first, make_demo(yours) as second:
        first.until(RINGS, seconds=COMES_WITHIN)
        second.until(RINGS, seconds=COMES_WITHIN)
        assert doors_of(mine) & doors_of(yours) == set()
        # As when the machine is out of memory: it cannot end what it has started.
        psutil.Process(int((mine / MARK).read_text())).kill()
        first.until_over(seconds=ENDS_WITHIN)
        left = working_in(mine)
        assert left
        with make_demo(mine) as third:
            third.until("Waiting for the database", seconds=COMES_WITHIN)
            are_gone(left)
            interrupted(third, Terminal.interrupts)
        nothing_is_left(mine)
        assert second.process.poll() is None
        interrupted(second, Terminal.interrupts)
    nothing_is_left(yours)
