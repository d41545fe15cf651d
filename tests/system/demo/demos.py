"""A demo in a terminal, as a person runs it, and what it leaves."""

import os
import signal
import socket
import time
from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from pathlib import Path

import psutil

from embedded.network.ports import Address, check_free
from tests.support.terminal import Terminal, terminal, working_in

HOUSE = Path(__file__).parents[3]
COMES_WITHIN, ENDS_WITHIN = 90.0, 90.0
RINGS = "being called 4"


def environment() -> dict[str, str]:
    """A person's own, not that of the `make` which runs the tests."""
    return {name: value for name, value in os.environ.items() if "MAKE" not in name}


def make_demo(folder: Path) -> AbstractContextManager[Terminal]:
    return terminal(["make", "demo", f"FOLDER={folder}"], cwd=HOUSE, environment=environment())


def settings_of(folder: Path) -> dict[str, str]:
    """What the demo in this folder has set for itself."""
    lines = (folder / "buurtbel.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines)


def doors_of(folder: Path) -> set[str]:
    mine = settings_of(folder)
    return {
        mine["BUURTBEL_PBX_SIP_BIND"],
        mine["BUURTBEL_PBX_ARI_BIND"],
        mine["BUURTBEL_TRUNK_URI"].removeprefix("sip:"),
    }


def nothing_is_left(folder: Path) -> None:
    """The last to go are keepers, once nobody is at their doors any more."""
    until = time.monotonic() + ENDS_WITHIN
    while left := working_in(folder):
        assert time.monotonic() < until, left
        time.sleep(0.1)
    for door in doors_of(folder):
        for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
            check_free(Address.parse(door), kind, "a demo that has ended")


def are_gone(processes: Collection[int]) -> None:
    """Ended, and buried by whoever adopted them. Keepers end once nobody is at their doors any more."""
    until = time.monotonic() + ENDS_WITHIN
    while left := {pid for pid in processes if psutil.pid_exists(pid)}:
        assert time.monotonic() < until, [process.cmdline() for process in map(psutil.Process, left)]
        time.sleep(0.1)


def interrupt_twice(screen: Terminal) -> None:
    screen.interrupts()
    screen.until("Stopped", seconds=ENDS_WITHIN)
    screen.interrupts()


def end_make(screen: Terminal) -> None:
    screen.process.send_signal(signal.SIGTERM)


def interrupted(screen: Terminal, by: Callable[[Terminal], None]) -> None:
    """One sentence tells of it, and nothing else does."""
    seen = len(screen.screen)
    by(screen)
    assert screen.until_over(seconds=ENDS_WITHIN) != 0
    assert screen.screen[seen:].count("Stopped") == 1, screen.screen
    assert "Traceback" not in screen.screen
