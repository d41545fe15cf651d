"""A program of ours is found again by its note, or is not left running."""

import os
from pathlib import Path

import psutil
import pytest

from buurtbel.embedded.account import Account
from buurtbel.embedded.program import Program


def test_a_program_whose_note_cannot_be_written_is_ended(tmp_path: Path) -> None:
    before = set(psutil.Process().children())
    with pytest.raises(OSError, match="directory"):
        Program.launch(
            ["sleep", "600"],
            account=Account(os.geteuid(), os.getegid()),
            cwd=tmp_path,
            output=tmp_path / "output",
            env={"PATH": os.defpath},
            note=tmp_path,
        )
    assert set(psutil.Process().children()) == before


def test_of_a_note_that_was_torn_nothing_is_believed(tmp_path: Path) -> None:
    """As when the machine dies while it is written: like no note at all."""
    note = tmp_path / "note"
    program = Program.launch(
        ["sleep", "600"],
        account=Account(os.geteuid(), os.getegid()),
        cwd=tmp_path,
        output=tmp_path / "output",
        env={"PATH": os.defpath},
        note=note,
    )
    try:
        whole = note.read_text()
        found = []
        for length in range(len(whole) + 1):
            note.write_text(whole[:length])
            found.append(Program.adopt(note))
        assert found[:-1] == [None] * len(whole)
        assert found[-1] is not None
        assert found[-1].pid == program.pid
    finally:
        program.stop(patience=5.0)
