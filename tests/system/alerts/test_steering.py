"""Alerts are steered while two nodes, each with its Asterisk, ring real telephones: the wire tells."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from embedded.network.free_ports import LOOPBACK
from prompts.audio import read
from prompts.comparator import compare
from tests.pbx_fixtures import RunningNeighbourhood
from tests.support.databases import new_database
from tests.support.people import phone
from tests.support.server import Server
from tests.support.settings_of_nodes import own_pbx
from tests.support.timed_wire import TimedWire
from tests.system.conftest import NewServer

pytestmark = [pytest.mark.pbx, pytest.mark.timeout(300)]

WIRE = "127.0.0.21"
NAMES = ("westerlo", "tongerlo")
MANY = 24
"""More than both nodes can call at once."""
LINES = 14
"""Of both nodes, for calls out: of eight each, one is kept for callers."""
QUIET_WITHIN = 1.0
"""Seconds after `pause` has answered."""
People = Mapping[str, Sequence[str]]


def listeners(first: int, count: int = MANY) -> People:
    return {f"Listener {n} presses 1 after the message": [phone(11, n)] for n in range(first, first + count)}


@dataclass
class Zone:
    """Two machines, and the wire to the telephone network on which every call of both is heard."""

    nodes: Sequence[Server]
    wire: TimedWire

    @property
    def desk(self) -> Server:
        return self.nodes[0]

    def until_placed(self, count: int) -> None:
        self.desk.until(lambda: len(self.wire.asked_at) >= count, seconds=90)

    def check(self, broadcast: int, people: People) -> None:
        """Everybody confirmed on their first call, and no telephone was rung for it twice."""
        assert self.desk.outcomes(broadcast) == {name: ["confirmed"] for name in people}
        assert self.wire.two_at_once == []
        for [number] in people.values():
            assert self.wire.placed[number] == 1, number


@pytest.fixture(scope="module")
def zone(
    new_server: NewServer, neighbourhood: RunningNeighbourhood, asterisk_root: Path, postgres_url: str
) -> Iterator[Zone]:
    port = neighbourhood.sip_port
    with (
        new_database(postgres_url, "steering") as url,
        TimedWire((WIRE, port), (LOOPBACK, port)) as wire,
    ):
        shared = {
            "database": {"url": url},
            "alert": {"ring": "30"},
            "retry": {"preempted": "2"},
            "trunk": {
                "uri": f"sip:{WIRE}:{port}",
                "networks": LOOPBACK,  # a phone is put down past the wire
                "simulated": "true",
                "channels": "8",
                "calls_per_second": "4",
            },
        }
        nodes = [new_server(shared | {"pbx": own_pbx(asterisk_root)}, name) for name in NAMES]
        for node in nodes:
            node.start()
        yield Zone(nodes, wire)
        for node in nodes:
            node.stop()


@pytest.fixture
def quiet(zone: Zone) -> Zone:
    """Nothing of an earlier test is on the wire."""
    zone.desk.until(
        lambda: len([n for n in zone.desk.type("node", "list") if n["standing"] == "serving"]) == len(NAMES),
        seconds=60,
    )
    zone.wire.calls.clear()
    return zone


def test_a_pause_silences_both_nodes_at_once_and_who_listens_hears_it_to_its_end(
    quiet: Zone, neighbourhood: RunningNeighbourhood
) -> None:
    zone, people = quiet, listeners(9500)
    zone.desk.enrol("beuk", people)
    broadcast = zone.desk.send("beuk", "Brand in de kerk. Sluit de ramen.")
    zone.until_placed(6)
    both = "SELECT count(DISTINCT node) FROM attempt WHERE broadcast_id = %(id)s"
    zone.desk.until(lambda: zone.desk.ask(both, id=broadcast) == [(len(NAMES),)], seconds=20)
    zone.desk.type("pause", str(broadcast))
    paused_at = time.monotonic()
    placed = len(zone.wire.asked_at)
    waits = "SELECT count(*) FROM attempt WHERE broadcast_id = %(id)s AND state = 'dialling'"
    zone.desk.until(lambda: zone.desk.ask(waits, id=broadcast) == [(0,)], seconds=60)
    late = [at - paused_at for at in zone.wire.asked_at[placed:]]
    assert all(after < QUIET_WITHIN for after in late), late
    seen = zone.desk.type("results", str(broadcast))
    assert seen["steered"]["paused_at"] is not None
    called = {name for name, [number] in people.items() if zone.wire.placed[number]}
    assert 6 <= len(called) < MANY
    sent = zone.desk.sent_in(broadcast)
    for name in called:
        [heard] = zone.desk.recorded(people[name][0], neighbourhood.recordings)
        assert compare(sent, read(heard)).whole, name
    zone.desk.type("resume", str(broadcast))
    zone.desk.until_closed(broadcast, seconds=120)
    zone.check(broadcast, people)


def test_while_it_is_paused_everything_can_be_started_anew(quiet: Zone) -> None:
    zone, people = quiet, listeners(9630)
    zone.desk.enrol("eik", people)
    broadcast = zone.desk.send("eik", "Brand in de kerk. Sluit de ramen.")
    zone.until_placed(4)
    zone.desk.type("pause", str(broadcast))
    zone.desk.until(lambda: zone.desk.ask("SELECT count(*) FROM open_call") == [(0,)], seconds=60)
    placed = len(zone.wire.asked_at)
    for node in zone.nodes:
        node.stop()
        node.start()
    zone.desk.until(
        lambda: all(one["standing"] == "serving" for one in zone.desk.type("node", "list")), seconds=60
    )
    ended_since = "SELECT count(*) FROM node WHERE renewed_at > now() - interval '3 seconds'"
    zone.desk.until(lambda: zone.desk.ask(ended_since) == [(len(NAMES),)], seconds=30)
    assert zone.desk.type("list")[0]["steered"]["paused_at"] is not None
    assert len(zone.wire.asked_at) == placed, "nobody is rung by who begins anew"
    zone.desk.type("resume", str(broadcast))
    zone.desk.until_closed(broadcast, seconds=120)
    zone.check(broadcast, people)


def test_two_nodes_keep_to_one_pace_on_the_wire(quiet: Zone) -> None:
    """All lines are in use when it is slowed down, and are free at nearly the same time."""
    zone, people = quiet, listeners(9700, LINES + 10)
    zone.desk.enrol("els", people)
    broadcast = zone.desk.send("els", "Brand in de kerk. Sluit de ramen.")
    zone.desk.type("pace", str(broadcast), "--calls-per-second", "2", "--lines", "6")
    before = len(zone.wire.asked_at)
    zone.until_placed(before + 6)
    up = "SELECT count(*) FROM attempt WHERE broadcast_id = %(id)s AND state = 'dialling'"
    assert zone.desk.ask(up, id=broadcast)[0][0] <= 6
    slowly = zone.wire.asked_at[before:]
    zone.desk.type("pace", str(broadcast))
    zone.desk.until_closed(broadcast, seconds=120)
    zone.check(broadcast, people)
    for at in slowly:
        assert sum(at <= other < at + 1.0 for other in slowly) <= 2, slowly


def test_a_network_that_shares_members_and_telephones_is_added(quiet: Zone) -> None:
    zone, people, others = quiet, listeners(9800, 10), listeners(9806, 10)
    zone.desk.enrol("den", people)
    zone.desk.enrol("spar", others)
    in_both = "INSERT INTO membership SELECT m.id, n.id FROM member AS m, network AS n"
    zone.desk.ask(f"{in_both} WHERE m.name LIKE 'Listener 9800 %%' AND n.slug = 'spar' RETURNING 1")
    broadcast = zone.desk.send("den", "Brand in de kerk. Sluit de ramen.")
    zone.until_placed(3)
    added = zone.desk.type("add", str(broadcast), "--network", "spar")
    assert added["recipients"] == 10
    zone.desk.until_closed(broadcast, seconds=120)
    recipients = zone.desk.recipients(broadcast)
    assert {one.result for one in recipients.values()} == {"confirmed"}
    assert zone.wire.two_at_once == []
    for number in {one for those in (people, others) for [one] in those.values()}:
        assert zone.wire.placed[number] == 1, number


def test_an_urgent_alert_takes_lines_of_calls_that_only_ring_and_never_of_one_that_speaks(
    quiet: Zone,
) -> None:
    """All lines of both nodes ring for half a minute; one of them is picked up and listened to."""
    zone, urgent = quiet, listeners(9900, 8)
    rung = {f"Nobody {n} picks up": [phone(17, n)] for n in range(9920, 9920 + LINES + 4)}
    zone.desk.enrol("lork", {"Listener 9919 presses 1 after the message": [phone(11, 9919)], **rung})
    zone.desk.enrol("linde", urgent)
    zone.desk.ask("UPDATE network SET hours_from = '00:00', hours_until = '23:59:59.999' WHERE slug = 'lork'")
    told = "nl=Vrijdag is er een vergadering in de parochiezaal. Iedereen is welkom."
    message = int(zone.desk.type("send", "--network", "lork", "--text", told)["broadcast"])
    up = "SELECT count(*) FROM attempt WHERE broadcast_id = %(id)s AND state = 'dialling'"
    zone.desk.until(lambda: zone.desk.ask(up, id=message)[0][0] >= LINES - 1, seconds=30)
    alert = zone.desk.send("linde", "Brand in de kerk. Sluit de ramen.")
    zone.desk.until_closed(alert, seconds=60)
    zone.check(alert, urgent)
    [(last,)] = zone.desk.ask(
        "SELECT extract(epoch FROM max(dialled_at) - min(created_at)) FROM attempt JOIN broadcast"
        " ON broadcast.id = broadcast_id WHERE broadcast_id = %(id)s",
        id=alert,
    )
    assert last < 15, "they did not wait until telephones had rung out"
    ended = zone.desk.ask(
        "SELECT answered_at IS NOT NULL, count(*) FROM attempt WHERE outcome = 'preempted' GROUP BY 1"
    )
    assert [answered for answered, _ in ended] == [False]
    assert zone.desk.outcomes(message)["Listener 9919 presses 1 after the message"] == ["confirmed"]
    again = (
        "SELECT count(*) FROM attempt AS one WHERE outcome = 'preempted' AND NOT EXISTS (SELECT FROM attempt"
        " AS later WHERE later.recipient_id = one.recipient_id AND later.due_at > one.ended_at)"
    )
    assert zone.desk.ask(again) == [(0,)], "nobody is lost"
    zone.desk.type("stop", str(message))
    zone.desk.until_closed(message, seconds=60)


def test_a_correction_is_heard_on_the_calls_of_both_nodes_and_rings_nobody_anew(
    quiet: Zone, neighbourhood: RunningNeighbourhood
) -> None:
    """Who is spoken to on either machine hears the right text on that call; who waits hears it alone."""
    zone, people = quiet, listeners(9850)
    wrong = "Brand in de kerk. Sluit alle ramen en deuren, blijf binnen, en bel niemand op. " * 2
    right = "De brand is in de school, en niet in de kerk. Kom niet naar buiten."
    zone.desk.enrol("wilg", people)
    first = zone.desk.send("wilg", wrong)
    zone.until_placed(6)
    both = "SELECT count(DISTINCT node) FROM attempt WHERE broadcast_id = %(id)s"
    zone.desk.until(lambda: zone.desk.ask(both, id=first) == [(len(NAMES),)], seconds=20)
    words = ("follow-up", str(first), "--kind", "correction", "--text", f"nl={right}")
    second = int(zone.desk.type(*words)["broadcast"])
    zone.desk.until_closed(second, seconds=180)
    got = zone.desk.recipients(second)
    assert {one.result for one in got.values()} == {"confirmed"}
    assert zone.wire.two_at_once == []
    sent, told = zone.desk.sent_in(second), zone.desk.sent_in(first)
    on_their_call = {name for name, one in got.items() if any(call.dialled_at is None for call in one.calls)}
    nodes = "SELECT count(DISTINCT node) FROM attempt WHERE broadcast_id = %(id)s AND dialled_at IS NULL"
    assert zone.desk.ask(nodes, id=second) == [(len(NAMES),)]
    for name, [number] in people.items():
        calls = [read(file) for file in zone.desk.recorded(number, neighbourhood.recordings)]
        assert any(compare(sent, heard).whole for heard in calls), name
        heard_first = zone.desk.recipients(first)[name].result
        assert heard_first != "nothing" or not any(compare(told, heard).whole for heard in calls), name
        if name in on_their_call:
            assert zone.wire.placed[number] == 1, name
