"""A program of ours that cannot be found again is not left running."""

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
