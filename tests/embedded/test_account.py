"""The account that programs run under: the same one for all that start at the same moment."""

import os
import pwd
from concurrent.futures import ThreadPoolExecutor

import pytest

from buurtbel.embedded.account import Account, account_for, check_reachable
from buurtbel.embedded.errors import StartError

ENTRY = pwd.getpwuid(os.geteuid())


@pytest.fixture
def useradd(tmp_path, monkeypatch):
    """As `useradd` when we are root: it takes its time, and writes over what another one has written."""
    made, program = tmp_path / "made", tmp_path / "useradd"

    def known(name):
        if made.exists() and "ended" in made.read_text():
            return ENTRY
        raise KeyError(name)

    program.write_text(f"#!/bin/sh\necho began >>{made}\nsleep 0.2\necho ended >>{made}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(pwd, "getpwnam", known)
    return program, made


def test_programs_that_start_at_the_same_moment_make_one_account(useradd):
    _, made = useradd
    with ThreadPoolExecutor(6) as programs:
        accounts = set(programs.map(account_for, ["somebody"] * 6))
    assert accounts == {Account(ENTRY.pw_uid, ENTRY.pw_gid)}
    assert made.read_text().split() == ["began", "ended"]


def test_an_account_that_cannot_be_made_is_asked_for_in_one_sentence(useradd):
    program, _ = useradd
    program.write_text("#!/bin/sh\nexit 1\n")
    with pytest.raises(StartError, match="make it with `useradd --system somebody`"):
        account_for("somebody")


def test_a_closed_folder_is_named_and_left_closed(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(StartError, match="is closed to the account"):
        check_reachable(closed / "asterisk", Account(uid=12345, gid=12345))
    assert closed.stat().st_mode & 0o777 == 0o700
