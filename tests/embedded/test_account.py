"""The account that programs run under: the same one for all that start at the same moment."""

import os
import pwd
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from embedded.account import MAKING, Account, account_for, as_account, check_reachable
from embedded.errors import StartError

ENTRY = pwd.getpwuid(os.geteuid())


@pytest.fixture
def useradd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """As `useradd` when we are root: it takes its time, and writes over what another one has written."""
    made, program = tmp_path / "made", tmp_path / "useradd"

    def known(name: str) -> pwd.struct_passwd:
        if made.exists() and "ended" in made.read_text():
            return ENTRY
        raise KeyError(name)

    program.write_text(f"#!/bin/sh\necho began >>{made}\nsleep 0.2\necho ended >>{made}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(pwd, "getpwnam", known)
    return program, made


def test_programs_that_start_at_the_same_moment_make_one_account(useradd: tuple[Path, Path]) -> None:
    _, made = useradd
    lock = made.with_name("lock")
    with ThreadPoolExecutor(6) as programs:
        accounts = set(programs.map(lambda name: account_for(name, lock), ["somebody"] * 6))
    assert accounts == {Account(ENTRY.pw_uid, ENTRY.pw_gid)}
    assert made.read_text().split() == ["began", "ended"]


def test_an_account_that_cannot_be_made_is_asked_for_in_one_sentence(useradd: tuple[Path, Path]) -> None:
    program, made = useradd
    program.write_text("#!/bin/sh\nexit 1\n")
    with pytest.raises(StartError, match="make it with `useradd --system somebody`"):
        account_for("somebody", made.with_name("lock"))


LOCKS_ALL = """
import fcntl, os, sys
held = []
for place in sys.argv[1:]:
    try:
        held.append(os.open(place, os.O_RDONLY | os.O_NONBLOCK))
        fcntl.flock(held[-1], fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        pass
print("holds", flush=True)
sys.stdin.read()
"""


@contextmanager
def stranger_who_locks(*places: Path) -> Iterator[None]:
    command = [sys.executable, "-I", "-c", LOCKS_ALL, *map(str, places)]
    if os.getuid() == 0:
        command = as_account(Account(65534, 65534), [], command)
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd="/") as stranger:
        assert stranger.stdout is not None
        assert stranger.stdout.readline() == b"holds\n"
        yield
        stranger.communicate(timeout=20)


@pytest.mark.timeout(60)
def test_nobody_else_can_keep_the_first_start_waiting(useradd: tuple[Path, Path], tmp_path: Path) -> None:
    _, made = useradd
    lock = MAKING if os.getuid() == 0 else tmp_path / "lock"
    with stranger_who_locks(Path("/etc"), lock.parent):  # before there is a lock file
        account_for("somebody", lock)
    made.unlink()
    with stranger_who_locks(*([lock] if os.getuid() == 0 else [])):
        account_for("somebody", lock)
    assert lock.stat().st_mode & 0o077 == 0


def test_nobody_is_advised_to_let_others_enter_a_file(around: Path) -> None:
    (around / "file").touch(mode=0o600)
    check_reachable(around / "file" / "data", Account(uid=12345, gid=12345))


def test_a_closed_folder_is_named_and_left_closed(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(StartError, match="is closed to the account"):
        check_reachable(closed / "asterisk", Account(uid=12345, gid=12345))
    assert closed.stat().st_mode & 0o777 == 0o700
