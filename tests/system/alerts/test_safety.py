"""What is never dialled, whosever number it is said to be: listened to on the wire to the trunk."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from embedded.network.free_ports import LOOPBACK
from tests.pbx_fixtures import RunningNeighbourhood
from tests.support.people import phone
from tests.support.server import Server
from tests.support.settings_of_nodes import own_pbx
from tests.support.wires import SipTap
from tests.system.conftest import NewServer

pytestmark = [pytest.mark.pbx, pytest.mark.timeout(240)]

MOBILE, LANDLINE, DUTCH = "+32475123456", "+3214539601", "+31201234567"
PEOPLE = {
    "Mia has a mobile phone": [MOBILE],
    "Jef has a landline": [LANDLINE],
    "Sanne lives abroad": [DUTCH],
    "Lotte is simulated": [phone(10, 8000)],
    "Omer is simulated and real": [phone(10, 8001), "+32475123457"],
}
FORBIDDEN = {
    "Rik's number became a premium one": "+3290012345",
    "Griet's number became a free service": "+3280012345",
    "Fons's number became an emergency one": "112",
    "Nele's number became the police": "+32101",
    "Staf's number became an invented one": "+99910",
}


@pytest.fixture(scope="module")
def real_trunk(
    new_server: NewServer, neighbourhood: RunningNeighbourhood, asterisk_root: Path
) -> Iterator[tuple[Server, SipTap]]:
    """A node that takes its trunk for the real network, and a tap on the wire."""
    port = neighbourhood.sip_port
    # A phone is put down past the wire, from an address that the URI does not name.
    trunk = {
        "uri": f"sip:127.0.0.2:{port}",
        "networks": LOOPBACK,
        "simulated": "false",
        "number_format": "04",
    }
    with SipTap(("127.0.0.2", port), (LOOPBACK, port)) as tap:
        server = new_server({"pbx": own_pbx(asterisk_root), "trunk": trunk})
        server.start()
        yield server, tap
        server.stop()


def test_only_members_with_a_number_that_may_ring_are_dialled_and_as_the_trunk_wants_it(
    real_trunk: tuple[Server, SipTap],
) -> None:
    server, tap = real_trunk
    later_forbidden = {name: [f"+3247500000{n}"] for n, name in enumerate(FORBIDDEN)}
    server.enrol("echt", PEOPLE | later_forbidden)
    server.ask("ALTER TABLE number DROP CONSTRAINT ck_number_e164")  # the database would not take them
    for [number], forbidden in zip(later_forbidden.values(), FORBIDDEN.values(), strict=True):
        server.ask("UPDATE number SET e164 = %(to)s WHERE e164 = %(was)s", to=forbidden, was=number)
    broadcast = server.send("echt", "Dit is een test.")
    server.until_closed(broadcast)
    # Behind the tap is a simulation, in which no Belgian number exists.
    assert server.outcomes(broadcast) == {
        "Mia has a mobile phone": ["dead_number", "dead_number"],
        "Jef has a landline": ["dead_number", "dead_number"],
        "Sanne lives abroad": ["dead_number", "dead_number"],
        "Lotte is simulated": ["refused"],
        "Omer is simulated and real": ["refused", "dead_number", "dead_number"],
        **{name: ["refused"] for name in FORBIDDEN},
    }
    assert tap.dialled == {"0475123456", "014539601", "0031201234567", "0475123457"}
