"""A trunk that fails in the middle of an alert to forty: nobody is judged by it, and all are reached."""

import subprocess
from collections.abc import Callable, Iterator
from itertools import count, pairwise
from pathlib import Path

import pytest

from tests.far_ends.crowd import (
    FAST_ENOUGH,
    PASSWORD,
    SLOWLY,
    TRIES,
    WRONG,
    Fault,
    Probes,
    alert_through,
    crowd_at,
)
from tests.far_ends.peer import Peer, in_background
from tests.support.apart import apart
from tests.support.server import Server
from tests.support.settings_of_nodes import own_pbx
from tests.system.conftest import NewServer

pytestmark = pytest.mark.pbx

NTH = count()


@pytest.fixture(scope="module")
def peer() -> Iterator[Peer]:
    with in_background(crowd_at()) as peer:
        yield peer


@pytest.fixture(scope="module")
def server(new_server: NewServer, asterisk_root: Path, peer: Peer) -> Server:
    # Unasked whether it is there, the trunk is judged by its answers to calls alone.
    trunk = {**SLOWLY["trunk"], "uri": peer.address, "qualify": "0"}
    server = new_server({**SLOWLY, "pbx": own_pbx(asterisk_root), "trunk": trunk})
    server.start()
    return server


def wrong_password(peer: Peer) -> None:
    assert peer.desk.digest is not None
    peer.desk.digest.password = WRONG


def full(peer: Peer) -> None:
    peer.desk.refuses_with = 503


def knows_nobody(peer: Peer) -> None:
    peer.desk.refuses_with = 404


def mute(peer: Peer) -> None:
    peer.desk.is_mute = True


def mended(peer: Peer) -> None:
    assert peer.desk.digest is not None
    peer.desk.digest.password, peer.desk.refuses_with, peer.desk.is_mute = PASSWORD, None, False


@pytest.mark.parametrize("fails", [wrong_password, full, knows_nobody, mute])
def test_nobody_is_judged_by_a_trunk_that_fails_and_all_are_reached(
    server: Server, peer: Peer, fails: Callable[[Peer], None]
) -> None:
    probes = Probes(server, peer)
    fault = Fault(lambda: fails(peer), lambda: mended(peer), probes.are_seen)
    alert_through(fault, server, peer, next(NTH))
    assert len(probes.moments) >= TRIES
    assert all(later - sooner >= FAST_ENOUGH for sooner, later in pairwise(probes.moments))


def test_a_name_that_stops_resolving_is_a_trunk_that_fails(folder: Path) -> None:
    alone = apart("tests.system.behind_a_name", str(folder.parent), of=["mount", "net"])
    done = subprocess.run(alone, text=True, capture_output=True, timeout=200, check=False)
    assert done.stdout == "nobody was judged, all were reached\n", done.stderr
