"""The folder of a demo: only its own is emptied, and no link is followed."""

import os
from pathlib import Path

import pytest

from buurtbel.demo.place import MARK, held, own_folder
from buurtbel.errors import DemoFailed

SOMEBODY = 65534


def test_a_folder_is_made_and_kept_for_this_user(tmp_path: Path) -> None:
    with held(tmp_path / "demo") as place:
        assert (place.folder / MARK).read_text() == f"{os.getpid()}\n"
        assert place.folder.stat().st_mode & 0o777 == 0o700
    assert own_folder().parent == Path("/var/tmp")


def test_what_an_earlier_demo_left_is_cleared_and_what_its_links_lead_to_is_not(tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    (theirs / "precious").touch()
    with held(tmp_path / "demo") as place:
        (place.folder / "pbx" / "log").mkdir(parents=True)
        (place.folder / "pbx" / "log" / "link").symlink_to(theirs)
        (place.folder / "link").symlink_to(theirs)
    with held(tmp_path / "demo") as place:
        place.write("buurtbel.env", "A=1\n")
        place.clear()
        assert {entry.name for entry in place.folder.iterdir()} == {MARK, "buurtbel.env"}
    assert (theirs / "precious").exists()


def test_a_folder_that_is_no_demo_s_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter").touch()
    with pytest.raises(DemoFailed, match="is not a demo's and is left alone"), held(tmp_path):
        pass
    assert {entry.name for entry in tmp_path.iterdir()} == {"letter"}


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with pytest.raises(DemoFailed, match="is a link or no folder"), held(tmp_path / "link"):
        pass
    assert list((tmp_path / "real").iterdir()) == []


@pytest.mark.parametrize("mode", [0o777, 0o700])
def test_a_folder_of_somebody_else_is_refused(tmp_path: Path, mode: int) -> None:
    folder = tmp_path / "theirs"
    folder.mkdir()
    folder.chmod(mode)
    before = os.geteuid()
    if before == 0:
        os.chown(folder, SOMEBODY, SOMEBODY)
    else:
        folder = Path("/var/tmp")
    with pytest.raises(DemoFailed, match="belongs to somebody else"), held(folder):
        pass


def test_a_folder_in_which_a_demo_runs_is_refused_with_its_process(tmp_path: Path) -> None:
    with (
        held(tmp_path / "demo"),
        pytest.raises(DemoFailed, match=rf"process {os.getpid()}\)"),
        held(tmp_path / "demo"),
    ):
        pass


def test_a_mark_that_is_a_link_is_replaced_and_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("kept")
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / MARK).symlink_to(tmp_path / "precious")
    with held(tmp_path / "demo"):
        pass
    assert (tmp_path / "precious").read_text() == "kept"
