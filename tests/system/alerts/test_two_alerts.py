"""Two alerts at once to the same people: over real SIP no telephone gets two calls, and all hear both."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from embedded.network.free_ports import LOOPBACK
from tests.pbx_fixtures import RunningNeighbourhood
from tests.support.counting_wire import CountingWire
from tests.support.people import phone
from tests.support.server import Server
from tests.support.settings_of_nodes import own_pbx
from tests.system.conftest import NewServer

pytestmark = [pytest.mark.pbx, pytest.mark.timeout(300)]

WIRE = "127.0.0.18"
PEOPLE = {f"Lid {n} presses 1 after the message": [phone(11, n)] for n in range(8400, 8408)}


@pytest.fixture(scope="module")
def wire(neighbourhood: RunningNeighbourhood) -> Iterator[CountingWire]:
    port = neighbourhood.sip_port
    with CountingWire((WIRE, port), (LOOPBACK, port)) as wire:
        yield wire


@pytest.fixture(scope="module")
def server(
    new_server: NewServer, neighbourhood: RunningNeighbourhood, asterisk_root: Path, wire: CountingWire
) -> Server:
    trunk = {
        "uri": f"sip:{WIRE}:{neighbourhood.sip_port}",
        "networks": LOOPBACK,  # a phone is put down past the wire
        "simulated": "true",
        "channels": "30",
        "calls_per_second": "20",
    }
    server = new_server({"pbx": own_pbx(asterisk_root), "trunk": trunk})
    server.start()
    return server


def test_two_alerts_at_once_ring_each_telephone_one_after_the_other(
    server: Server, wire: CountingWire
) -> None:
    server.enrol("dubbel", PEOPLE)
    first = server.send("dubbel", "Inbraak in de Dorpsstraat.")
    second = server.type("send", "--network", "dubbel", "--text", "nl=Brand in de kerk.", "--urgent")
    assert [one["broadcast"] for one in second["outlook"]["beside"]] == [first]
    assert second["minutes"] is not None
    for broadcast in (first, second["broadcast"]):
        server.until_closed(broadcast, seconds=120)
        assert server.outcomes(broadcast) == {name: ["confirmed"] for name in PEOPLE}
    assert wire.two_at_once == []
    assert wire.live(int(server.values["pbx"]["sip_bind"].rpartition(":")[2])) == 0, "every end was seen"
    assert wire.placed == {number: 2 for [number] in PEOPLE.values()}
