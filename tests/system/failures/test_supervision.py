"""The database dies under live calls: they go on, it comes back, and what was heard is not forgotten."""

from contextlib import suppress

import psutil
import pytest

from embedded.postgres import url_of_running
from tests.pbx_fixtures import RunningNeighbourhood
from tests.support.people import phone
from tests.support.server import Server

pytestmark = [pytest.mark.pbx, pytest.mark.timeout(240)]

TEXT = "Wateroverlast. Blijf weg van de Nete."
HEARERS = {f"Hearer {n} presses 1 after the message": [phone(11, 6400 + n)] for n in range(6)}
LATER = {f"Hearer {n} presses 1 after the message": [phone(11, 6500 + n)] for n in range(6)}


def kill_database(town: Server) -> None:
    """As a machine without memory does it: the server ends at once, with all that belongs to it."""
    noted = (town.folder / "postgres" / "postmaster.pid").read_text().splitlines()
    server = psutil.Process(int(noted[0]))
    for process in [*server.children(), server]:
        # The server itself ends the others once it misses one.
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs([server], timeout=10)


def test_a_database_that_is_killed_comes_back_and_the_calls_that_were_up_count(
    town: Server, neighbourhood: RunningNeighbourhood
) -> None:
    town.enrol("nete", HEARERS)
    broadcast = town.send("nete", TEXT)
    town.until_all_hear(HEARERS.values(), neighbourhood.recordings)
    line = town.pid_of("line.json")
    kill_database(town)
    town.until(lambda: url_of_running(town.folder))
    town.until_closed(broadcast)
    assert town.pid_of("line.json") == line, "the line lives on without its database"
    assert town.outcomes(broadcast) == {name: ["confirmed"] for name in HEARERS}
    town.until_placed(broadcast, {1})
    # The workers are back too.
    town.enrol("nete-2", {"Hearer presses 1 after": [phone(11, 6450)]})
    town.until_closed(town.send("nete-2", TEXT))


def test_who_confirmed_is_not_rung_again_when_database_and_line_die_before_it_is_written(
    town: Server, neighbourhood: RunningNeighbourhood
) -> None:
    town.enrol("later", LATER)
    broadcast = town.send("later", TEXT)
    town.until_all_hear(LATER.values(), neighbourhood.recordings)
    assert town.process is not None
    supervisor = psutil.Process(town.process.pid)
    supervisor.suspend()
    try:
        kill_database(town)
        spool = town.folder / "outcomes"
        town.until(lambda: len(list(spool.glob("*.outcome"))) == len(LATER))
        town.kill("line.json")
    finally:
        supervisor.resume()
    town.until(lambda: url_of_running(town.folder))
    town.until_closed(broadcast)
    assert town.outcomes(broadcast) == {name: ["confirmed"] for name in LATER}
    town.until_placed(broadcast, {1})
    town.until(lambda: not list(spool.iterdir()))
