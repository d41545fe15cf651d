"""Asterisk is frozen, for ever or for seconds; `serve` is stopped, and a whole machine suspended."""

import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import psutil
import pytest

from tests.pbx_fixtures import RunningNeighbourhood
from tests.support.hanging import (
    TEXT,
    asterisk_of,
    children_of,
    database_of,
    listeners,
    stopped,
    until_rung_again,
)
from tests.support.server import Server
from tests.support.settings_of_nodes import own_pbx
from tests.support.wires import SipTap
from tests.system.conftest import NewServer

pytestmark = [pytest.mark.pbx, pytest.mark.timeout(300)]

WIRE = "127.0.0.6"
NOTICED_WITHIN = 20.0
"""Seconds from the freeze; the eleventh is the one in which it should be."""
HANGS = "Asterisk hangs"
SUSPENDED = 30.0


@pytest.fixture(scope="module")
def house(
    new_server: NewServer, tap: SipTap, tapped_trunk: Mapping[str, str], asterisk_root: Path
) -> Iterator[Server]:
    """One node with all that is its own."""
    server = new_server({"pbx": own_pbx(asterisk_root), "trunk": tapped_trunk})
    server.start()
    yield server
    server.stop()


def test_a_frozen_asterisk_is_killed_and_whom_it_was_calling_is_called_again(
    house: Server, tap: SipTap, neighbourhood: RunningNeighbourhood
) -> None:
    people = listeners(7000)
    house.enrol("bevroren", people)
    broadcast = house.send("bevroren", TEXT)
    house.until_all_hear(people.values(), neighbourhood.recordings)
    frozen, line, rung = asterisk_of(house), house.pid_of("line.json"), len(tap.invites)
    frozen.suspend()
    began = time.monotonic()
    house.until(lambda: HANGS in house.log.read_text(), seconds=NOTICED_WITHIN)
    noticed = time.monotonic() - began
    until_rung_again(house, tap, people, rung)
    house.until_closed(broadcast)
    assert asterisk_of(house).pid != frozen.pid
    assert house.pid_of("line.json") == line, "the line lives on without its PBX"
    assert house.outcomes(broadcast) == {name: ["lost", "confirmed"] for name in people}
    assert house.log.read_text().count(HANGS) == 1
    assert noticed > 9, "ten pings have had their time"


def test_an_asterisk_that_is_frozen_for_seconds_and_goes_on_is_left_alone(
    house: Server, neighbourhood: RunningNeighbourhood
) -> None:
    people = listeners(7100)
    house.enrol("even", people)
    pbx, killed = asterisk_of(house), house.log.read_text().count(HANGS)
    broadcast = house.send("even", TEXT)
    house.until_all_hear(people.values(), neighbourhood.recordings)
    with stopped(pbx):
        time.sleep(6)
    house.until_closed(broadcast)
    assert asterisk_of(house).pid == pbx.pid
    assert house.log.read_text().count(HANGS) == killed
    for name, ends in house.outcomes(broadcast).items():
        assert ends[-1] == "confirmed", (name, ends)
        assert "unknown" not in ends, (name, ends)


def test_a_serve_that_is_stopped_for_half_a_minute_kills_nothing_when_it_goes_on_and_no_call_is_lost(
    house: Server, neighbourhood: RunningNeighbourhood
) -> None:
    people = listeners(7200, count=20)
    house.enrol("toezicht", people)
    children, said = children_of(house), house.log.read_text()
    broadcast = house.send("toezicht", f"{TEXT} {TEXT}")
    house.until_all_hear(list(people.values())[:3], neighbourhood.recordings)
    assert house.process is not None
    with stopped(psutil.Process(house.process.pid)):
        time.sleep(SUSPENDED)
    house.until_closed(broadcast)
    assert children_of(house) == children
    assert house.log.read_text() == said, "nothing was worth a word"
    assert house.outcomes(broadcast) == {name: ["confirmed"] for name in people}


def test_a_machine_that_was_suspended_for_half_a_minute_finds_nothing_hung(house: Server) -> None:
    """All of it: its clock ran on, and nobody had the time to answer."""
    children = children_of(house)
    assert house.process is not None
    ours = [psutil.Process(pid) for pid in (house.process.pid, house.pid_of("line.json"))]
    with stopped(*ours, asterisk_of(house), *database_of(house)):
        time.sleep(SUSPENDED)
    people = listeners(7300)
    house.enrol("slaap", people)
    broadcast = house.send("slaap", TEXT)
    house.until_closed(broadcast)
    assert children_of(house) == children
    assert house.outcomes(broadcast) == {name: ["confirmed"] for name in people}
