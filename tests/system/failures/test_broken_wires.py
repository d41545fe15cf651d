"""The link to the PBX or to the trunk breaks before or during an alert: calls go on, or wait."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from pydantic import SecretStr

from embedded.network.free_ports import LOOPBACK, free_ports
from ivr.pbx.trunk import Trunk
from tests.pbx_fixtures import RunningNeighbourhood, pbx_settings, start_pbx_for_test
from tests.support.people import phone
from tests.support.server import Server
from tests.support.wires import SipTap, TcpGate
from tests.system.conftest import NewServer

pytestmark = [pytest.mark.pbx, pytest.mark.timeout(240)]

TEXT = "Gaslek. Blijf binnen."
LISTENERS = {f"Listener {n} presses 1 after the message": [phone(11, 7800 + n)] for n in range(6)}
LISTENERS |= {f"Listener {n} hangs up after the message": [phone(12, 7800 + n)] for n in range(2)}


@dataclass
class Wired:
    """A node whose PBX stands beyond one wire, and the trunk of that PBX beyond another."""

    server: Server
    gate: TcpGate
    tap: SipTap

    def send(self, network: str, first: int) -> tuple[int, str]:
        """Send to four people who press 1 during the message; which broadcast, and what we were warned of."""
        people = {f"Bewoner {n} presses 1": [phone(10, n)] for n in range(first, first + 4)}
        self.server.enrol(network, people)
        sent = self.server.type("send", "--network", network, "--text", f"nl={TEXT}", "--urgent")
        return sent["broadcast"], " ".join(sent["warnings"])

    def states(self, broadcast: int) -> set[str]:
        asked = "SELECT DISTINCT state FROM attempt WHERE broadcast_id = %(id)s"
        return {state for [state] in self.server.ask(asked, id=broadcast)}

    def all_confirm_at_their_only_call(self, broadcast: int) -> bool:
        self.server.until_closed(broadcast)
        return list(self.server.outcomes(broadcast).values()) == [["confirmed"]] * 4


@pytest.fixture(scope="module")
def wired(
    new_server: NewServer, neighbourhood: RunningNeighbourhood, asterisk_root: Path, pbx_folder: Path
) -> Iterator[Wired]:
    """Its trunk goes to the door for subscribers, who register and say who they are at each call."""
    door, password = neighbourhood.sip_port + 2, neighbourhood.passwords.subscriber
    trunk = {"uri": f"sip:127.0.0.2:{door}", "simulated": "true", "user": "subscriber", "password": password}
    settings = pbx_settings(
        pbx_folder,
        # Who is called puts the phone down past the wire: from another address than the trunk has.
        Trunk(
            uri=trunk["uri"],
            networks=LOOPBACK,
            user="subscriber",
            password=SecretStr(password),
            register_with=True,
            qualify=1,
        ),
    )
    with SipTap(("127.0.0.2", door), (LOOPBACK, door)) as tap:
        pbx = start_pbx_for_test(asterisk_root, pbx_folder / "wired", settings)
        ari_port = free_ports(1)
        gate = TcpGate((LOOPBACK, ari_port), (LOOPBACK, int(settings.pbx.ari_bind.split(":")[1])))
        gate.open()
        ari = {"ari_url": f"http://{LOOPBACK}:{ari_port}", "ari_password": pbx.ari_password}
        server = new_server({"pbx": ari | {"sounds": str(pbx.sounds)}, "trunk": trunk})
        server.start()
        yield Wired(server, gate, tap)
        server.stop()
        gate.close()
        asyncio.run(pbx.asterisk.stop())


@pytest.fixture(scope="module")
def broken(wired: Wired, neighbourhood: RunningNeighbourhood) -> int:
    """A broadcast in which the event socket broke while everybody listened."""
    wired.server.enrol("kerk", LISTENERS)
    broadcast = wired.server.send("kerk", TEXT)
    wired.server.until_all_hear(LISTENERS.values(), neighbourhood.recordings)
    with wired.server.until_logged("connecting again"):
        assert wired.gate.cut() > 0
    wired.server.until_closed(broadcast)
    return broadcast


def test_calls_go_on_while_the_event_socket_breaks_and_nobody_is_rung_twice(
    wired: Wired, broken: int, neighbourhood: RunningNeighbourhood
) -> None:
    assert wired.server.outcomes(broken) == {
        name: ["confirmed" if "presses" in name else "heard"] for name in LISTENERS
    }
    for [number] in LISTENERS.values():
        assert len(list(neighbourhood.recordings.glob(f"{number[1:]}-*.wav"))) == 1


def test_every_call_on_a_trunk_that_wants_a_password_is_signed_with_it(wired: Wired, broken: int) -> None:
    for [number] in LISTENERS.values():
        first, signed = (invite for invite in wired.tap.invites if f"sip:{number}@" in invite)
        assert "Authorization:" not in first
        assert 'Authorization: Digest username="subscriber"' in signed


def test_an_alert_sent_while_the_trunk_does_not_answer_begins_when_it_is_back(wired: Wired) -> None:
    with wired.server.until_logged("The trunk does not answer"):
        wired.tap.cut()
    broadcast, warning = wired.send("trunk", 7300)
    assert "trunk does not answer" in warning
    assert wired.states(broadcast) == {"queued"}
    with wired.server.until_logged("The trunk answers again"):
        wired.tap.mend()
    assert wired.all_confirm_at_their_only_call(broadcast)


def test_an_alert_sent_while_the_pbx_does_not_answer_begins_when_it_is_back(wired: Wired) -> None:
    with wired.server.until_logged("No event socket"):
        wired.gate.close()
    broadcast, warning = wired.send("centrale", 7400)
    assert "Asterisk does not answer" in warning
    assert wired.states(broadcast) == {"queued"}
    wired.gate.open()
    assert wired.all_confirm_at_their_only_call(broadcast)
