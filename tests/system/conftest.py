"""Servers on free ports in folders of their own, all calling the one neighbourhood of this run."""

import shutil
import tempfile
from asyncio import to_thread
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from pathlib import Path
from typing import Protocol

import pytest

from embedded.network.free_ports import LOOPBACK
from prompts.audio import Audio, read_laid
from prompts.catalogue import Key
from prompts.normalise.names import NO_NAMES
from simulation.phones.handset import Handsets, handsets
from tests.pbx_fixtures import RunningNeighbourhood
from tests.support.callers import Says
from tests.support.sentences import laid_at
from tests.support.server import Server, Values
from tests.support.settings_of_nodes import SHORT, own_pbx
from tests.support.wires import SipTap


class NewServer(Protocol):
    """Makes a server with these settings, as the node of that name."""

    def __call__(self, values: Values, node: str = "test") -> Server: ...


@pytest.fixture(scope="session")
def new_server() -> Iterator[NewServer]:
    """A server that is not started yet; ended and cleared away after the last test."""
    made: list[Server] = []

    def new(values: Values, node: str = "test") -> Server:
        # Not below a folder of pytest's: PostgreSQL and Asterisk run under accounts of their own.
        around = Path(tempfile.mkdtemp(prefix="bbs-", dir="/var/tmp"))
        around.chmod(0o755)
        folder = around / "data"
        sections = values.keys() | SHORT.keys()
        made.append(Server(folder, {s: SHORT.get(s, {}) | dict(values.get(s, {})) for s in sections}, node))
        return made[-1]

    yield new
    for server in made:
        server.stop()
        shutil.rmtree(server.folder.parent)


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
        return read_laid(laid_at(folder, key, "nl", NO_NAMES, **slots))

    await to_thread(town.until_it_answers)
    return sentence


@pytest.fixture(scope="module")
def folders() -> Iterator[Callable[[], Path]]:
    """Not below a folder of pytest's: PostgreSQL and Asterisk run under accounts of their own."""
    made: list[Path] = []

    def new() -> Path:
        made.append(Path(tempfile.mkdtemp(prefix="bbd-", dir="/var/tmp")))
        made[-1].chmod(0o777)
        return made[-1] / "demo"

    yield new
    for folder in made:
        shutil.rmtree(folder)


@pytest.fixture
def folder(folders: Callable[[], Path]) -> Path:
    return folders()


@pytest.fixture(scope="module")
def tap(request: pytest.FixtureRequest, neighbourhood: RunningNeighbourhood) -> Iterator[SipTap]:
    """The wire to the telephone network, at the address `WIRE` of the test's module."""
    port = neighbourhood.sip_port
    with SipTap((request.module.WIRE, port), (LOOPBACK, port)) as tap:
        yield tap


@pytest.fixture(scope="module")
def tapped_trunk(request: pytest.FixtureRequest, neighbourhood: RunningNeighbourhood) -> Mapping[str, str]:
    """A trunk that goes over this wire."""
    return {
        "uri": f"sip:{request.module.WIRE}:{neighbourhood.sip_port}",
        "networks": LOOPBACK,  # a phone is put down past the wire
        "simulated": "true",
        "channels": "10",
        "calls_per_second": "20",
    }
