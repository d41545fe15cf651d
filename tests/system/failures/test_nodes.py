"""Several nodes, each with its own Asterisk, on one database: one dies, hangs or is upgraded."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from embedded.network.free_ports import LOOPBACK
from tests.pbx_fixtures import RunningNeighbourhood
from tests.support.databases import new_database
from tests.support.people import phone
from tests.support.server import Server, text_of
from tests.support.settings_of_nodes import own_pbx
from tests.support.wires import SipTap
from tests.system.conftest import NewServer

pytestmark = [pytest.mark.pbx, pytest.mark.timeout(300)]

TEXT = "Brand in de kerk. Sluit de ramen."
WIRE = "127.0.0.3"
NAMES = ("westerlo", "tongerlo", "zoerle")
MAY_RING_AGAIN = {"unknown", "lost"}
MANY = 24
"""More than two nodes can call at once, so that the third must take its share; three can call nearly all."""
People = Mapping[str, Sequence[str]]


def listeners(first: int, count: int) -> People:
    return {f"Listener {n} presses 1 after the message": [phone(11, n)] for n in range(first, first + count)}


@dataclass
class Zone:
    """Three machines and the wire to the telephone network, on which every call of each is heard."""

    nodes: dict[str, Server]
    tap: SipTap

    def rings(self) -> dict[str, int]:
        """How many calls each number got, as the other side of the wire counts."""
        calls: dict[str, set[str]] = defaultdict(set)
        for invite in self.tap.invites:
            number = invite.split(" ")[1].removeprefix("sip:").partition("@")[0]
            [call] = [line for line in invite.splitlines() if line.lower().startswith("call-id:")]
            calls[number].add(call)
        return {number: len(those) for number, those in calls.items()}

    def send(self, slug: str, people: People) -> int:
        any_node = self.nodes[NAMES[0]]
        any_node.enrol(slug, people)
        return any_node.send(slug, TEXT)

    def until_calls_of(self, name: str, broadcast: int, *, at_least: int) -> None:
        """This node has so many calls of it that are up, and neither new nor nearly over."""
        asked = (
            "SELECT count(*) FROM attempt WHERE broadcast_id = %(id)s AND node = %(node)s"
            " AND state = 'dialling' AND dialled_at < now() - interval '2 seconds'"
        )
        node = self.nodes[NAMES[0]]
        node.until(lambda: node.ask(asked, id=broadcast, node=name)[0][0] >= at_least)

    def check(self, broadcast: int, people: People) -> dict[str, list[str]]:
        """Everybody confirmed; each attempt rang once at most, and again only after an unknown end."""
        node = self.nodes[NAMES[0]]
        outcomes, rings = node.outcomes(broadcast), self.rings()
        assert outcomes.keys() == people.keys()
        for name, [number] in people.items():
            *before, last = outcomes[name]
            assert last == "confirmed", (name, outcomes[name])
            assert set(before) <= MAY_RING_AGAIN, (name, outcomes[name])
            assert 1 <= rings[number] <= len(outcomes[name]), (name, rings[number], outcomes[name])
        return outcomes


@pytest.fixture(scope="module")
def database(postgres_url: str) -> Iterator[str]:
    with new_database(postgres_url, "zone") as url:
        yield url


@pytest.fixture(scope="module")
def zone(
    new_server: NewServer, neighbourhood: RunningNeighbourhood, asterisk_root: Path, database: str
) -> Iterator[Zone]:
    port = neighbourhood.sip_port
    shared = {
        "database": {"url": database},
        "trunk": {
            "uri": f"sip:{WIRE}:{port}",
            "networks": LOOPBACK,  # a phone is put down past the wire
            "simulated": "true",
            "channels": "8",
            "calls_per_second": "10",
        },
        "nodes": {"lease": "3", "sweep": "0.5", "urgent_at_once": "true"},
    }
    with SipTap((WIRE, port), (LOOPBACK, port)) as tap:
        nodes = {name: new_server(shared | {"pbx": own_pbx(asterisk_root)}, name) for name in NAMES}
        for node in nodes.values():
            node.start()
        yield Zone(nodes, tap)
        for node in nodes.values():
            node.stop()


def until_serving(zone: Zone, *names: str) -> None:
    node = zone.nodes[NAMES[0]]

    def serving() -> set[str]:
        return {one["name"] for one in node.type("node", "list") if one["standing"] == "serving"}

    node.until(lambda: set(names) <= serving())


def test_a_node_dies_with_its_pbx_and_the_others_call_whom_it_was_calling(zone: Zone) -> None:
    until_serving(zone, *NAMES)
    people = listeners(9000, MANY)
    broadcast = zone.send("kerk", people)
    zone.until_calls_of("zoerle", broadcast, at_least=4)
    zone.nodes["zoerle"].die()
    first = zone.nodes[NAMES[0]]
    first.until_closed(broadcast, seconds=120)
    outcomes = zone.check(broadcast, people)
    assert sum(one.count("unknown") for one in outcomes.values()) >= 4
    by = first.ask("SELECT DISTINCT node FROM attempt WHERE outcome = 'confirmed'")
    assert {name for [name] in by} >= {"westerlo", "tongerlo"}
    zone.nodes["zoerle"].start()
    until_serving(zone, *NAMES)


def test_a_node_that_hangs_until_its_calls_were_taken_over_does_no_harm_when_it_goes_on(zone: Zone) -> None:
    """All of it that is ours: a line that hangs alone is killed by its guard and begins anew."""
    until_serving(zone, *NAMES)
    people = listeners(9100, MANY)
    broadcast = zone.send("markt", people)
    zone.until_calls_of("tongerlo", broadcast, at_least=4)
    hanging = zone.nodes["tongerlo"]
    assert hanging.process is not None
    serve, line = psutil.Process(hanging.process.pid), psutil.Process(hanging.pid_of("line.json"))
    for process in (serve, line):
        process.suspend()
    first = zone.nodes[NAMES[0]]
    taken_over = "SELECT count(*) FROM attempt WHERE outcome = 'unknown' AND node = 'tongerlo'"
    first.until(lambda: first.ask(taken_over)[0][0] >= 4)
    for process in (line, serve):
        process.resume()
    first.until_closed(broadcast, seconds=120)
    zone.check(broadcast, people)
    until_serving(zone, *NAMES)
    late = listeners(9150, 20)
    again = zone.send("markt-2", late)
    first.until_closed(again)
    assert zone.check(again, late) == {name: ["confirmed"] for name in late}


def test_a_node_is_drained_upgraded_and_calls_again_and_nobody_notices(zone: Zone) -> None:
    until_serving(zone, *NAMES)
    people = listeners(9200, MANY)
    broadcast = zone.send("school", people)
    zone.until_calls_of("zoerle", broadcast, at_least=2)
    first, leaving = zone.nodes[NAMES[0]], zone.nodes["zoerle"]
    assert first.type("node", "drain", "zoerle")["standing"] == "drained"
    leaving.stop()
    leaving.start()
    first.until_closed(broadcast, seconds=120)
    assert zone.check(broadcast, people) == {name: ["confirmed"] for name in people}
    assert "drained" in first.try_to("node", "list").stdout, "a restart ends no draining"
    first.type("node", "resume", "zoerle")
    until_serving(zone, *NAMES)


def test_a_second_machine_under_the_same_name_calls_nobody_and_says_why(
    zone: Zone, new_server: NewServer, asterisk_root: Path
) -> None:
    until_serving(zone, *NAMES)
    values = {**zone.nodes["zoerle"].values, "pbx": own_pbx(asterisk_root)}
    twin = new_server(values, "zoerle")
    twin.start()
    told = twin.folder / "line.log"
    twin.until(lambda: "give each its own BUURTBEL_NODE" in text_of(told))
    people = listeners(9300, 12)
    broadcast = zone.send("station", people)
    zone.nodes[NAMES[0]].until_closed(broadcast)
    assert zone.check(broadcast, people) == {name: ["confirmed"] for name in people}
    assert "Asterisk's events flow" not in text_of(told)
    twin.stop()
