"""Servers on free ports in folders of their own, all calling the one neighbourhood of this run."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Protocol

import pytest

from buurtbel.neighbours.handset import Handsets, handsets
from prompts.audio import Audio, read_laid
from prompts.catalogue import Key
from prompts.fixed import place_of
from tests.pbx_fixtures import RunningNeighbourhood, eventually
from tests.ports import LOOPBACK, free_ports, rtp_range
from tests.system.callers import Says
from tests.system.server import Server, Values

SHORT: dict[str, dict[str, str]] = {
    "alert": {"ring": "4"},
    "retry": {
        "busy": "1",
        "no_answer": "1",
        "rejected": "1",
        "voicemail": "1",
        "partial": "1",
        "congestion": "0.5",
        "congestion_longest": "2",
        "tries_per_number": "2",
    },
    "speech": {"zone": "Politie"},
    "duty": {"after": "1", "ring": "8"},
    "leaving": {"after": "3"},
}
"""Waits, so that a test does not take as long as an evening of calls."""


class NewServer(Protocol):
    """Makes a server with these settings, as the node of that name."""

    def __call__(self, values: Values, node: str = "test") -> Server: ...


@pytest.fixture(scope="session")
def new_server() -> Iterator[NewServer]:
    """A server that is not started yet; ended and cleared away after the last test."""
    made: list[Server] = []

    def new(values: Values, node: str = "test") -> Server:
        # Not below a folder of pytest's: PostgreSQL and Asterisk run under accounts of their own.
        folder = Path(tempfile.mkdtemp(prefix="bbs-", dir="/var/tmp"))
        folder.chmod(0o755)
        sections = values.keys() | SHORT.keys()
        made.append(Server(folder, {s: SHORT.get(s, {}) | dict(values.get(s, {})) for s in sections}, node))
        return made[-1]

    yield new
    for server in made:
        server.stop()
        shutil.rmtree(server.folder)


def own_pbx(asterisk_root: Path) -> dict[str, str]:
    ports = free_ports(2)
    return {
        "sip_bind": f"{LOOPBACK}:{ports}",
        "ari_bind": f"{LOOPBACK}:{ports + 1}",
        "rtp_ports": rtp_range(),
        "root": str(asterisk_root),
    }


@pytest.fixture(scope="session")
def town(new_server: NewServer, neighbourhood: RunningNeighbourhood, asterisk_root: Path) -> Server:
    """A whole node of our own, with the simulated neighbourhood at the end of its trunk."""
    trunk = {"uri": neighbourhood.uri, "simulated": "true", "calls_per_second": "20"}
    server = new_server({"pbx": own_pbx(asterisk_root), "trunk": trunk})
    server.start()
    return server


@pytest.fixture
async def phones(town: Server, neighbourhood: RunningNeighbourhood) -> AsyncIterator[Handsets]:
    dials = f"sip:{town.settings.trunk.caller_id}@{town.settings.pbx.sip_bind}"
    password, recordings = neighbourhood.passwords.handsets, neighbourhood.recordings
    async with handsets(neighbourhood.ari, password, dials=dials, recordings=recordings) as them:
        yield them


@pytest.fixture
async def says(town: Server) -> Says:
    """The fixed sentences in Dutch, as the PBX plays them."""
    folder = town.settings.sounds_folder

    def sentence(key: Key, **slots: str) -> Audio:
        return read_laid(place_of(folder, key, "nl", **slots))

    laid = place_of(folder, "goodbye", "nl").with_suffix(".alaw")
    await eventually(laid.exists, seconds=60)
    return sentence
