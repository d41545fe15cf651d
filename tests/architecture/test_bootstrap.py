"""What is installed once waits for nobody but another who installs."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

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
