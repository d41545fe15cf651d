"""A machine is lost in the middle of an alert, and its backup comes back on another: nobody is rung twice."""

from pathlib import Path

import pytest

from tests.pbx_fixtures import RunningNeighbourhood
from tests.support.people import phone
from tests.support.server import Server
from tests.support.settings_of_nodes import SHORT, own_pbx
from tests.system.conftest import NewServer

pytestmark = [pytest.mark.pbx, pytest.mark.timeout(600)]

TEXT = "Brand. Sluit de ramen. Blijf binnen tot de brandweer weg is."
LISTENERS = {f"Listener {n} presses 1 after the message": [phone(11, 6700 + n)] for n in range(3)}
WAITING = {f"Busy {n} is called again in an hour": [phone(16, 6710 + n)] for n in range(2)}
LATER = {"Lien presses 1 after the message": [phone(11, 6720)]}


@pytest.fixture
def machines(
    new_server: NewServer, neighbourhood: RunningNeighbourhood, asterisk_root: Path
) -> tuple[Server, Server]:
    trunk = {"uri": neighbourhood.uri, "simulated": "true"}
    retry = SHORT["retry"] | {"busy": "3600"}
    made = [
        new_server({"pbx": own_pbx(asterisk_root), "trunk": trunk, "retry": retry}, node=name)
        for name in ("lost", "new")
    ]
    return made[0], made[1]


def lose(machine: Server) -> None:
    """All of it at once, the database too."""
    machine.die()
    machine.kill("postgres-run/program.json")


def test_nobody_is_rung_twice(machines: tuple[Server, Server], neighbourhood: RunningNeighbourhood) -> None:
    lost, new = machines
    lost.start()
    lost.enrol("brand", LISTENERS | WAITING)
    broadcast = lost.send("brand", TEXT)
    lost.until_all_hear(LISTENERS.values(), neighbourhood.recordings)
    lost.until(lambda: [v for v in lost.outcomes(broadcast).values() if v[:1] == ["busy"]])
    backup = lost.folder.parent / "saved.backup"
    saved = lost.type("backup", str(backup))
    assert saved["rows"]["broadcast"] == 1
    assert backup.stat().st_mode & 0o777 == 0o600
    lose(lost)

    assert new.type("restore", str(backup), "--dry-run")["journal"] == saved["journal"]
    assert new.type("restore", str(backup))["running"] == [broadcast]
    new.start()
    rung = {number: heard(number, neighbourhood.recordings) for [number] in LISTENERS.values()}
    new.enrol("later", LATER)
    following = new.send("later", TEXT)
    new.until_closed(following)
    assert new.outcomes(following) == {name: ["confirmed"] for name in LATER}
    new.until_placed(following, {1})
    new.until_placed(broadcast, {0})
    assert {number: heard(number, neighbourhood.recordings) for number in rung} == rung
    assert all(calls == 1 for calls in rung.values())
    outcomes = new.outcomes(broadcast)
    assert {outcomes[name][0] for name in WAITING} == {"busy"}
    assert {outcomes[name][0] for name in LISTENERS} <= {"confirmed", "unknown"}
    assert [state for [state] in new.ask("SELECT DISTINCT state FROM attempt")] == ["done"]


def heard(number: str, recordings: Path) -> int:
    """How many calls this phone has taken."""
    return len(list(recordings.glob(f"{number.removeprefix('+')}-*.wav")))
