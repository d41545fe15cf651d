"""A keeper and whoever asks it trust each other no further than they must."""

import json
import os
import pty
import pwd
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from embedded.account import PBX, Account, account_for, as_account
from embedded.cluster import ClusterFolders
from embedded.errors import KeeperGone, StartError
from embedded.folders import make_folder
from embedded.keeping.keeper import DOOR, Keeper

PROCESS = [sys.executable, "-I", "-m", "embedded.keeping.process"]


@pytest.fixture
def folder(around: Path) -> Path:
    """A data folder on which a keeper can begin, and to which everybody can walk."""
    folders = ClusterFolders(around)
    for one in (folders.cluster, folders.run):
        with make_folder(one, Account.ours(), 0o700):
            pass
    return around


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.02)


@pytest.mark.parametrize(
    "answer",
    [
        b"garbage\n",
        b"{}\n",
        b'{"pid": "x", "said": ""}\n',
        b"[]\n",
        b"7\n",
        b"\xff\xfe\n",
        b"",
        b"x" * (2 << 20),
    ],
    ids=["no JSON", "nothing", "no number", "a list", "a number", "no text", "hung up", "no end"],
)
def test_whatever_a_keeper_answers_costs_its_client_no_more_than_the_keeper(answer: bytes) -> None:
    ours, theirs = socket.socketpair()

    def reply() -> None:
        theirs.recv(1000)
        with suppress(OSError):  # nobody listens any more
            theirs.sendall(answer)
        theirs.close()

    replying = threading.Thread(target=reply)
    replying.start()
    keeper = Keeper(ours)
    with pytest.raises(KeeperGone):
        keeper.running()
    keeper.release()
    replying.join()


def test_a_refusal_is_told_in_its_words() -> None:
    ours, theirs = socket.socketpair()
    theirs.sendall(json.dumps({"error": "The disk is full."}).encode() + b"\n")
    with pytest.raises(StartError, match=r"The disk is full\."):
        Keeper(ours).start_program()
    theirs.close()


@pytest.mark.parametrize("words", [b'{"do": "look"}\n', b'{"do": "lo', b"garbage\n", b"[]\n"])
def test_a_keeper_whose_client_is_gone_in_the_middle_ends_quietly(folder: Path, words: bytes) -> None:
    ours, theirs = socket.socketpair()
    command = [*PROCESS, "postgres", str(folder), "--door", str(theirs.fileno())]
    process = subprocess.Popen(command, pass_fds=[theirs.fileno()], stderr=subprocess.PIPE)
    theirs.close()
    ours.sendall(words)
    ours.close()
    _, complained = process.communicate(timeout=20)
    assert (process.returncode, complained) == (0, b"")


def test_a_keeper_that_is_told_to_end_with_all_others_still_serves(folder: Path) -> None:
    keeper = Keeper.start("postgres", str(folder), account=Account.ours())
    assert keeper.running() is None
    noted = json.loads((folder / "postgres-run" / "keeper.json").read_text())
    os.kill(noted["pid"], signal.SIGTERM)
    assert keeper.running() is None
    keeper.release()
    until(lambda: not psutil.pid_exists(noted["pid"]) or psutil.Process(noted["pid"]).status() == "zombie")


def test_a_unit_obeys_its_own_folder_s_account_alone_and_waits_for_nobody(folder: Path) -> None:
    command = [*PROCESS, "postgres", str(folder), "--listen"]
    unit = subprocess.Popen(command)
    try:
        door = folder / "postgres-run" / DOOR
        until(door.is_socket)
        assert Keeper.at(door.parent).running() is None
        if os.geteuid() == 0:  # only root can be somebody else
            door.parent.chmod(0o755)
            door.chmod(0o666)
            ask = (
                f"import socket; s = socket.socket(socket.AF_UNIX); s.connect({str(door)!r});"
                """s.sendall(b'{"do": "look"}\\n'); print(s.recv(100))"""
            )
            stranger = as_account(account_for(PBX), [], [sys.executable, "-c", ask])
            tried = subprocess.run(stranger, capture_output=True, text=True, check=False, cwd="/")
            assert "pid" not in tried.stdout
        assert Keeper.at(door.parent).running() is None
    finally:
        unit.terminate()
        unit.wait()


def test_a_keeper_that_is_late_and_wanted_by_nobody_leaves_the_unit_alone(folder: Path) -> None:
    unit = subprocess.Popen([*PROCESS, "postgres", str(folder), "--listen"])
    try:
        run = folder / "postgres-run"
        until((run / DOOR).is_socket)
        ours, theirs = socket.socketpair()
        late = [*PROCESS, "postgres", str(folder), "--door", str(theirs.fileno())]
        process = subprocess.Popen(late, pass_fds=[theirs.fileno()])
        theirs.close()
        ours.close()
        assert process.wait(20) == 0
        assert Keeper.at(run).running() is None
    finally:
        unit.terminate()
        unit.wait()


def test_who_starts_at_the_same_time_as_the_unit_finds_it(folder: Path) -> None:
    run = folder / "postgres-run"
    with socket.socket(socket.AF_UNIX) as earlier:
        earlier.bind(str(run / DOOR))  # an earlier unit left it, and nobody listens
    found: list[Keeper] = []
    finding = threading.Thread(target=lambda: found.append(Keeper.at(run, within=60)))
    finding.start()
    unit = subprocess.Popen([*PROCESS, "postgres", str(folder), "--listen"])
    try:
        finding.join()
        assert found[0].running() is None
    finally:
        unit.terminate()
        unit.wait()


def test_where_no_unit_comes_that_is_told(tmp_path: Path) -> None:
    with pytest.raises(StartError, match="no keeper of that account waits there"):
        Keeper.at(tmp_path, within=0.2)


def test_a_door_that_somebody_else_made_is_not_believed(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / DOOR))
        listening.listen()
        Keeper.at(tmp_path).release()
        if os.geteuid() == 0:
            os.chown(tmp_path, account_for(PBX).uid, -1)
            with pytest.raises(StartError, match="belongs to another account"):
                Keeper.at(tmp_path)


BECOME = """
    import errno, os, pwd, sys
    from embedded.rights import become, leave_terminal
    entry = pwd.getpwnam(sys.argv[1])
    become(entry) if os.geteuid() == 0 else leave_terminal()
    try:
        os.open("/dev/tty", os.O_RDWR)
    except OSError as error:
        print("no terminal" if error.errno == errno.ENXIO else error)
    told = dict(line.split(":", 1) for line in open("/proc/self/status"))
    print(told["CapBnd"].strip(), told["NoNewPrivs"].strip())
"""


def test_who_gave_up_root_cannot_type_into_root_s_terminal() -> None:
    somebody = "nobody" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    leader, terminal = pty.openpty()
    script = [sys.executable, "-c", textwrap.dedent(BECOME), somebody]
    ran = subprocess.run(
        ["setsid", "--ctty", "--wait", "sh", "-c", '"$@" >&2; true', "sh", *script],
        stdin=terminal,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(leader)
    os.close(terminal)
    [told, rights] = ran.stderr.splitlines()
    assert told == "no terminal"
    if os.geteuid() == 0:
        assert rights == "0000000000000000 1"
