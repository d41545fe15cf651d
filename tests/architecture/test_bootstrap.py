"""What is installed once waits for nobody but another who installs, and runs under any account."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.support.accounts import open_folder

SCRIPT = Path(__file__).parents[2] / "scripts" / "bootstrap"


@pytest.mark.parametrize("before", [None, 0o644], ids=["the first time", "after an earlier release"])
def test_nobody_else_can_open_the_lock_of_who_installs(tmp_path: Path, before: int | None) -> None:
    (tmp_path / "scripts").mkdir()
    shutil.copy(SCRIPT, tmp_path / "scripts")
    lock = tmp_path / ".cache" / "bootstrap.lock"
    if before is not None:
        lock.parent.mkdir()
        lock.touch(mode=before)
    (tmp_path / "bin").mkdir()
    flock = tmp_path / "bin" / "flock"  # it ends there, and installs nothing
    flock.write_text("#!/bin/sh\nexit 7\n")
    flock.chmod(0o755)
    path = f"{flock.parent}:{os.environ['PATH']}"
    ended = subprocess.run([tmp_path / "scripts" / "bootstrap"], env={"PATH": path}, check=False)
    assert ended.returncode == 7
    assert lock.stat().st_mode & 0o777 == 0o600


@pytest.mark.thorough
def test_a_python_that_is_open_to_root_alone_is_passed_over() -> None:
    if os.geteuid() != 0:  # who runs it is whom it must be open to
        return
    with open_folder() as around:
        (around / "scripts").mkdir()
        shutil.copy(SCRIPT, around / "scripts")
        closed = around / "roots"
        closed.mkdir(mode=0o700)
        (closed / "python3").symlink_to("/usr/bin/python3")
        (closed / "apt-get").write_text("#!/bin/sh\nexit 1\n")
        (closed / "apt-get").chmod(0o755)
        environment = {"PATH": f"{closed}:/usr/bin:/bin"}
        # There are no lock files here, so that it ends once there is a virtual environment.
        subprocess.run([around / "scripts" / "bootstrap"], env=environment, check=False, capture_output=True)
        made = (around / ".venv" / "pyvenv.cfg").read_text()
    assert "home = /usr/bin\n" in made
