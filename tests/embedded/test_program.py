"""A program of ours is found again by its note, or is not left running."""

import os
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from embedded.keeping.program import Program, read_small


@pytest.fixture
def nowhere() -> Iterator[int]:
    """Where a program may say what it wants."""
    output = os.open(os.devnull, os.O_WRONLY)
    yield output
    os.close(output)


def test_a_program_whose_note_cannot_be_written_is_ended(tmp_path: Path, nowhere: int) -> None:
    before = set(psutil.Process().children())
    with pytest.raises(OSError, match="directory"):
        Program.launch(
            ["sleep", "600"],
            cwd=tmp_path,
            output=nowhere,
            env={"PATH": os.defpath},
            note=tmp_path,
        )
    assert set(psutil.Process().children()) == before


def test_of_a_note_that_was_torn_nothing_is_believed(tmp_path: Path, nowhere: int) -> None:
    """As when the machine dies while it is written: like no note at all."""
    note = tmp_path / "note"
    program = Program.launch(
        ["sleep", "600"],
        cwd=tmp_path,
        output=nowhere,
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


@pytest.mark.parametrize("kind", ["fifo", "link", "folder", "device"])
def test_what_is_no_note_is_believed_nothing_and_waited_for_never(tmp_path: Path, kind: str) -> None:
    note = tmp_path / "note"
    match kind:
        case "fifo":
            os.mkfifo(note)
        case "link":
            (tmp_path / "other").write_text("{}")
            note.symlink_to(tmp_path / "other")
        case "folder":
            note.mkdir()
        case _:
            note = Path("/dev/zero")
    assert Program.adopt(note) is None
    with pytest.raises(OSError, match=r"."):
        read_small(note)


def test_of_a_large_file_only_the_end_is_read(tmp_path: Path) -> None:
    file = tmp_path / "log"
    with file.open("wb") as sparse:
        sparse.seek(64 << 30)
        sparse.write(b"the end")
    assert read_small(file, 7) == "the end"
