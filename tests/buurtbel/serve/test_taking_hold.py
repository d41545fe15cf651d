"""What `serve` and its like take hold of, also where an earlier release has been at work as root."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from buurtbel.serve.hold import LINE, LINE_NOTE, settle, take_hold
from buurtbel.serve.installation import INSTALLATION
from buurtbel.settings.settings import Database, Pbx, Settings
from embedded.account import PBX, SERVES, account_for
from embedded.errors import RunsAlready
from embedded.keeping.program import write_note
from tests.support.accounts import as_nobody, open_folder

SAYS_ITS_END = """
import signal, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit(7))
held = [open(file, "a") for file in sys.argv[1:2]]
print(flush=True)
signal.pause()
"""


@pytest.fixture
def settings() -> Iterator[Settings]:
    """Of a data folder that root made; database and PBX are elsewhere."""
    with open_folder() as around:
        elsewhere = Pbx(ari_url="http://127.0.0.1:1"), Database(url="postgresql://nowhere")
        (around / "data").mkdir(mode=0o700)
        yield Settings(data_dir=around / "data", pbx=elsewhere[0], database=elsewhere[1])


@contextmanager
def line_of(folder: Path) -> Iterator[subprocess.Popen[bytes]]:
    """A process of ours that is called as a line is and has open what the line of this folder has."""
    command = [sys.executable, "-c", SAYS_ITS_END, str(folder / INSTALLATION), *LINE]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd="/") as line:
        try:
            assert line.stdout is not None
            line.stdout.readline()
            yield line
        finally:
            line.kill()


@pytest.fixture
def started(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    """A line of ours, noted in the data folder."""
    with line_of(settings.data_dir) as line:
        write_note(settings.data_dir / LINE_NOTE, line.pid)
        yield line


def test_a_line_that_runs_as_root_is_asked_to_end_before_all_is_handed_over(
    settings: Settings, started: subprocess.Popen[bytes]
) -> None:
    left = settings.data_dir / "outcomes"
    left.mkdir(mode=0o700)
    held = take_hold(settings)
    if os.geteuid() == 0:  # without root it is our own, and goes on
        assert started.wait(0) == 7
        assert left.stat().st_uid == settings.data_dir.stat().st_uid == account_for(SERVES).uid
        assert not (settings.data_dir / LINE_NOTE).exists()
    os.close(held.lock)


def test_what_is_no_line_is_not_ended_whatever_a_note_says(settings: Settings) -> None:
    with subprocess.Popen(["sleep", "600"]) as other:
        try:
            write_note(settings.data_dir / LINE_NOTE, other.pid)
            os.close(take_hold(settings).lock)
            assert other.poll() is None
        finally:
            other.kill()
    assert other.returncode == -signal.SIGKILL


@pytest.mark.parametrize("theirs", ["no file", "a file of its own", "a link to theirs", "a copy by name"])
def test_the_line_of_another_folder_is_not_ended_whatever_a_note_says(
    settings: Settings, tmp_path: Path, theirs: str
) -> None:
    here, elsewhere = settings.data_dir / INSTALLATION, tmp_path / "data"
    elsewhere.mkdir()
    with line_of(elsewhere) as other:
        if theirs == "a file of its own":
            here.touch()
        elif theirs == "a link to theirs":
            here.symlink_to(elsewhere / INSTALLATION)
        elif theirs == "a copy by name":
            here.mkdir()
            (here / INSTALLATION).touch()
        write_note(settings.data_dir / LINE_NOTE, other.pid)
        os.close(take_hold(settings).lock)
        assert other.poll() is None


def test_who_may_not_end_the_line_of_another_says_so(
    settings: Settings, started: subprocess.Popen[bytes]
) -> None:
    if os.geteuid() != 0:  # nobody else runs one
        return
    os.chown(settings.data_dir, 65534, 65534)
    os.chown(settings.data_dir / LINE_NOTE, 65534, 65534)
    with as_nobody(), pytest.raises(RunsAlready, match=rf"end it as root, with `kill {started.pid}`"):
        take_hold(settings)
    assert started.poll() is None


def test_a_neighbourhood_that_two_accounts_shared_is_handed_over(settings: Settings) -> None:
    folder, theirs = settings.data_dir / "neighbourhood", account_for(PBX)
    places = [folder / "etc", folder / "run", folder / "recordings" / "voicemail"]
    for place in places:
        place.mkdir(parents=True)
        (place / "file").touch(mode=0o600)
    os.mkfifo(folder / "run" / "output")
    if os.geteuid() == 0:
        for path in [folder / "run", folder / "recordings", *folder.glob("r*/*"), *folder.glob("r*/*/*")]:
            os.chown(path, theirs.uid, theirs.gid)
    rooted = settings.model_copy(update={"pbx": Pbx(root=Path("/"))})
    os.close(settle(rooted, "neighbourhood"))
    for place in places:
        for path in (place, place / "file"):
            assert path.stat().st_uid == account_for(SERVES).uid
    assert (folder / "run" / "output").exists() == (os.geteuid() != 0)
