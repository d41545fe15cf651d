"""Real calls to a number that a real trunk says does not exist: not believed at once, and never given up."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.far_ends.call import Call
from tests.far_ends.peer import DIGITS, Peer, in_background
from tests.support.server import Server
from tests.support.settings_of_nodes import own_pbx
from tests.system.conftest import NewServer

pytestmark = [pytest.mark.pbx, pytest.mark.timeout(240)]

MIA, JEF = "+32475123456", "+3214539601"
NOT_FOUND, BUSY = 404, 486
SAID = "SELECT e164, dead_since IS NOT NULL FROM number WHERE said_dead_at IS NOT NULL"


class RefusingTrunk(Peer):
    """Each number is refused with a status of its own."""

    def __init__(self, statuses: dict[str, int]) -> None:
        self.statuses = statuses
        super().__init__({number[-DIGITS:]: self._refuse for number in statuses})

    async def _refuse(self, call: Call) -> None:
        call.refuse(self.statuses[f"+{call.number}"])


@pytest.fixture(scope="module")
def trunk() -> Iterator[RefusingTrunk]:
    refusing = RefusingTrunk({MIA: NOT_FOUND, JEF: NOT_FOUND})
    with in_background(refusing):
        yield refusing


@pytest.fixture(scope="module")
def server(new_server: NewServer, trunk: RefusingTrunk, asterisk_root: Path) -> Iterator[Server]:
    uri = {"uri": trunk.address, "simulated": "false"}
    made = new_server({"pbx": own_pbx(asterisk_root), "trunk": uri})
    made.start()
    made.enrol("echt", {"Mia": [MIA], "Jef": [JEF]})
    yield made
    made.stop()


def alert(server: Server) -> tuple[dict[str, list[str]], list[str]]:
    """An alert that is over: the outcomes by name, and who was named for having only dead numbers."""
    sent = server.type("send", "--network", "echt", "--text", "nl=Dit is een test.", "--urgent")
    server.until_closed(sent["broadcast"])
    return server.outcomes(sent["broadcast"]), sent["only_dead_numbers"]


def pass_by(server: Server, days: int) -> None:
    for table, column in (
        ("broadcast", "created_at"),
        ("number", "said_dead_since"),
        ("number", "said_dead_at"),
    ):
        server.ask(f"UPDATE {table} SET {column} = {column} - interval '{days} days'")


def test_a_number_dies_by_two_alerts_and_lives_again_when_its_telephone_is_engaged(
    server: Server, trunk: RefusingTrunk
) -> None:
    twice = ["dead_number", "dead_number"]
    assert alert(server) == ({"Mia": twice, "Jef": twice}, [])
    assert server.ask(SAID) == [], "nobody got through: that is the trunk"
    trunk.statuses[JEF] = BUSY
    assert alert(server) == ({"Mia": twice, "Jef": ["busy", "busy"]}, [])
    assert server.ask(SAID) == [(MIA, False)]
    pass_by(server, days=1)
    assert alert(server) == ({"Mia": twice, "Jef": ["busy", "busy"]}, [])
    assert server.ask(SAID) == [(MIA, True)]
    assert alert(server) == ({"Mia": [], "Jef": ["busy", "busy"]}, ["Mia"])
    pass_by(server, days=30)
    assert alert(server) == ({"Mia": twice, "Jef": ["busy", "busy"]}, ["Mia"])
    pass_by(server, days=30)
    trunk.statuses[MIA] = BUSY
    assert alert(server) == ({"Mia": ["busy", "busy"], "Jef": ["busy", "busy"]}, ["Mia"])
    assert server.ask(SAID) == []
