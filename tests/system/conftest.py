"""Servers on free ports in folders of their own, all calling the one neighbourhood of this run."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import pytest

from tests.pbx_fixtures import LOOPBACK, RunningNeighbourhood, free_ports, rtp_range
from tests.people import phone
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
}
"""Waits, so that a test does not take as long as an evening of calls."""

TEXT = "Inbraak. Blijf binnen."
EVERY_KIND = {
    "Mia presses 1 during": [phone(10, 5001)],
    "Jef presses 1 after": [phone(11, 5002)],
    "Lotte hangs up after it": [phone(12, 5003)],
    "Sofie asks it again": [phone(13, 5004)],
    "Bram leaves": [phone(14, 5005)],
    "Omer says nothing": [phone(15, 5006)],
    "Rik is busy": [phone(16, 5007)],
    "Griet is out": [phone(17, 5008)],
    "Nele is busy first": [phone(18, 5009)],
    "Fons rejects": [phone(19, 5010)],
    "Staf has moved": [phone(20, 5011)],
    "Dirk's line is full first": [phone(21, 5012)],
    "Els has changed number": [phone(22, 5013)],
    "An has a mailbox": [phone(23, 51)],
    "Wim has a dead and a live number": [phone(20, 5015), phone(10, 5016)],
    "Jan shares a phone with Jo": [phone(11, 5017)],
    "Jo shares a phone with Jan": [phone(11, 5017)],
}


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


@pytest.fixture(scope="session")
def sent(town: Server) -> dict[str, Any]:
    """What `send` answered; people are being called when this is there."""
    rows = ["naam;taal;telefoon;telefoon2"]
    rows += [
        ";".join([name, "nl", *numbers, *[""] * (2 - len(numbers))]) for name, numbers in EVERY_KIND.items()
    ]
    members = town.folder / "leden.csv"
    members.write_text("\n".join(rows))
    town.type("network", "add", "kinds", "BIN Kinds", "Westerlo")
    town.type("network", "approve", "kinds", "--on", "2014-09-15")
    assert town.type("member", "import", "--network", "kinds", str(members))["accepted"]
    answer: dict[str, Any] = town.type("send", "--network", "kinds", "--text", f"nl={TEXT}", "--urgent")
    return answer
