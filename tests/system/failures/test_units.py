"""Under a service manager: all of it as one unit, or each keeper as a unit with a user of its own."""

import asyncio
import configparser
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from embedded.account import DATABASE, PBX, SERVES, Account, account_for, as_account
from embedded.asterisk import keeper_of as pbx_keeper
from embedded.folders import make_folder
from embedded.postgres import keeper_of as database_keeper
from tests.pbx_fixtures import RunningNeighbourhood, eventually
from tests.support.people import phone
from tests.support.processes import end_those_in, ours, wait_for
from tests.support.server import Server
from tests.support.settings_of_nodes import SHORT, own_pbx
from tests.system.conftest import NewServer

pytestmark = [pytest.mark.pbx, pytest.mark.timeout(240)]

KEEPER = [sys.executable, "-I", "-m", "embedded.keeping.process"]


class Unit(Server):
    """`serve` as the user of its unit."""

    @property
    def command(self) -> list[str]:
        return as_account(account_for(SERVES), [], super().command)


@pytest.fixture
def unit(neighbourhood: RunningNeighbourhood, asterisk_root: Path) -> Iterator[Unit]:
    """Folders as an installation makes them, and the keepers at work."""
    around = Path(tempfile.mkdtemp(prefix="bbs-", dir="/var/tmp"))
    around.chmod(0o755)
    data = around / "data"
    serves, pbx, database = account_for(SERVES), account_for(PBX), account_for(DATABASE)
    with make_folder(data, serves, 0o710):
        pass
    with make_folder(data / "sounds", Account(serves.uid, pbx.gid), 0o2750):
        pass
    pbx_keeper(asterisk_root, data / "pbx", serves, pbx).release()
    database_keeper(data, serves, database).release()
    assert wait_for(lambda: not ours(data), 20.0)  # the folders are there, and who made them is gone
    own = {"pbx": own_pbx(asterisk_root), "trunk": {"uri": neighbourhood.uri, "simulated": "true"}}
    server = Unit(data, {name: SHORT.get(name, {}) | own.get(name, {}) for name in SHORT.keys() | own.keys()})
    commands = {
        pbx: ["asterisk", str(data / "pbx"), "--root", str(asterisk_root), "--listen"],
        database: [
            "postgres",
            str(data),
            "--client",
            SERVES if os.geteuid() == 0 else os.environ["USER"],
            "--listen",
        ],
    }
    keepers = [
        subprocess.Popen(as_account(who, serves.walkable_by, [*KEEPER, *command]), cwd="/")
        for who, command in commands.items()
    ]
    yield server
    server.stop()
    for keeper in keepers:
        keeper.terminate()
        keeper.wait()
    shutil.rmtree(around)


def test_serve_and_keepers_as_units_ring_and_start_again_what_dies(
    unit: Unit, neighbourhood: RunningNeighbourhood
) -> None:
    if os.geteuid() == 0:  # without root there is one account, and nobody waits at its socket
        doors = [unit.folder / "pbx" / "run" / "keeper", unit.folder / "postgres-run" / "keeper"]
        asyncio.run(eventually(lambda: all(door.is_socket() for door in doors)))
    unit.start()
    people = {"Hearer presses 1 after": [phone(11, 8300)]}
    unit.enrol("eenheid", people)
    broadcast = unit.send("eenheid", "Inbraak bezig. Blijf binnen.")
    unit.until_closed(broadcast)
    assert unit.outcomes(broadcast) == {"Hearer presses 1 after": ["confirmed"]}
    assert unit.process is not None
    owners = {psutil.Process(pid).username() for pid in (unit.process.pid, unit.pid_of("line.json"))}
    assert owners == {psutil.Process(unit.process.pid).username()}
    with unit.until_logged("events flow"):
        psutil.Process(unit.pid_of("pbx/run/program.json")).kill()
    # The next one finds the keepers where they are.
    pids = [unit.pid_of(note) for note in ("pbx/run/program.json", "pbx/run/keeper.json", "line.json")]
    unit.process.kill()
    unit.process.wait()
    unit.start()
    assert [
        unit.pid_of(note) for note in ("pbx/run/program.json", "pbx/run/keeper.json", "line.json")
    ] == pids


UNIT = Path(__file__).parents[3] / "examples" / "buurtbel.service"


class AsWritten(configparser.ConfigParser):
    """Systemd's names are not in lower case."""

    def optionxform(self, optionstr: str) -> str:
        return optionstr


@pytest.fixture
def service() -> configparser.SectionProxy:
    """What the unit that comes along says of its service."""
    unit = AsWritten(interpolation=None)
    unit.read(UNIT)
    return unit["Service"]


def test_the_unit_that_comes_along_is_one_that_systemd_takes(tmp_path: Path) -> None:
    here = tmp_path / UNIT.name
    here.write_text(UNIT.read_text().replace("/opt/buurtbel", str(UNIT.parents[1])))
    if shutil.which("systemd-analyze"):
        command = ["systemd-analyze", "verify", "--man=no", str(here)]
        checked = subprocess.run(command, capture_output=True, text=True, check=False)
        assert (checked.returncode, checked.stderr) == (0, "")


def test_as_one_unit_its_end_is_the_end_of_all_and_after_a_crash_it_begins_anew(
    service: configparser.SectionProxy,
    new_server: NewServer,
    neighbourhood: RunningNeighbourhood,
    asterisk_root: Path,
) -> None:
    class Whole(Server):
        @property
        def command(self) -> list[str]:
            program, *words = service["ExecStart"].split()
            return [str(Path(sys.executable).with_name(Path(program).name)), *words]

    trunk = {"uri": neighbourhood.uri, "simulated": "true"}
    made = new_server({"pbx": own_pbx(asterisk_root), "trunk": trunk})
    server = Whole(made.folder, made.values)
    server.start()
    assert (service["KillMode"], service["Restart"]) == ("mixed", "always")
    # `serve` crashes: of such a unit systemd ends all that is left, and starts it again.
    assert server.process is not None
    server.process.kill()
    server.process.wait()
    end_those_in(server.folder)
    server.start()
    # Its stop is a TERM to `serve` alone; what is left after that time would be killed.
    server.process.terminate()
    server.process.wait(float(service["TimeoutStopSec"]))
    server.process = None
    asyncio.run(eventually(lambda: not ours(server.folder)))
