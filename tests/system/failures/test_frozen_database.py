"""The database is frozen while an alert is called: it is killed, comes back, and what was heard counts."""

import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import psycopg
import pytest

from tests.pbx_fixtures import RunningNeighbourhood
from tests.support.hanging import TEXT, asterisk_of, database_of, has_ended, listeners
from tests.support.server import Server
from tests.support.settings_of_nodes import own_pbx
from tests.system.conftest import NewServer

pytestmark = [pytest.mark.pbx, pytest.mark.timeout(300)]

KEEPERS = ("pbx/run/keeper.json", "postgres-run/keeper.json")


@pytest.fixture(scope="module")
def house(
    new_server: NewServer, neighbourhood: RunningNeighbourhood, asterisk_root: Path
) -> Iterator[Server]:
    """One node with all that is its own."""
    server = new_server(
        {"pbx": own_pbx(asterisk_root), "trunk": {"uri": neighbourhood.uri, "simulated": "true"}}
    )
    server.start()
    yield server
    server.stop()


@pytest.mark.parametrize("whole", [False, True], ids=["its postmaster alone", "all of it"])
def test_a_frozen_database_is_killed_and_calls_that_were_up_count(
    house: Server, neighbourhood: RunningNeighbourhood, *, whole: bool
) -> None:
    people = listeners(7400 + 10 * whole)
    slug = f"archief-{whole:d}"
    house.enrol(slug, people)
    broadcast = house.send(slug, TEXT)
    house.until_all_hear(people.values(), neighbourhood.recordings)
    postmaster, *others = database_of(house)
    pbx, line = asterisk_of(house).pid, house.pid_of("line.json")
    for process in (postmaster, *others) if whole else (postmaster,):
        process.suspend()
    house.until(lambda: has_ended(postmaster))
    house.until(lambda: database_is_up(house))
    house.until_closed(broadcast)
    assert (asterisk_of(house).pid, house.pid_of("line.json")) == (pbx, line)
    assert house.outcomes(broadcast) == {name: ["confirmed"] for name in people}


def database_is_up(server: Server) -> bool:
    try:
        return bool(server.ask("SELECT 1"))
    except (psycopg.Error, AssertionError):
        return False


def test_a_serve_that_starts_beside_a_frozen_database_and_a_frozen_asterisk_gets_them_going(
    house: Server,
) -> None:
    frozen = [asterisk_of(house), *database_of(house)]
    assert house.process is not None
    house.process.kill()
    house.process.wait()
    keepers = [house.pid_of(note) for note in KEEPERS]
    house.launch()
    # The end of the keepers of before wakes up whoever was stopped below them.
    while any(house.pid_of(note) in keepers for note in KEEPERS):
        time.sleep(0.01)
    for process in frozen:
        with suppress(psutil.NoSuchProcess):  # who served the serve that died may be gone
            process.suspend()
    house.until(lambda: all(has_ended(process) for process in frozen))
    house.until(lambda: database_is_up(house))
    people = listeners(7500)
    house.enrol("nieuw", people)
    house.until_closed(house.send("nieuw", TEXT))
