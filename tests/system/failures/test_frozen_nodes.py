"""Two nodes, one with an Asterisk that is not ours: what a frozen one was calling, the other node calls."""

import asyncio
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import psutil
import pytest

from embedded.account import SERVES, account_for
from ivr.pbx.trunk import Trunk
from tests.pbx_fixtures import RunningPbx, pbx_settings, start_pbx_for_test
from tests.support.databases import new_database
from tests.support.hanging import TEXT, People, asterisk_of, listeners, stopped, until_rung_again
from tests.support.server import Server
from tests.support.settings_of_nodes import own_pbx
from tests.support.wires import SipTap
from tests.system.conftest import NewServer

pytestmark = [pytest.mark.pbx, pytest.mark.timeout(300)]

WIRE = "127.0.0.7"


@pytest.fixture(scope="module")
def foreign(pbx_folder: Path, asterisk_root: Path, tapped_trunk: Mapping[str, str]) -> Iterator[RunningPbx]:
    folder = pbx_folder / "foreign"
    folder.mkdir()
    settings = pbx_settings(folder, Trunk.model_validate(tapped_trunk))
    assert settings.pbx.sounds
    os.chown(settings.pbx.sounds, account_for(SERVES).uid, -1)
    running = start_pbx_for_test(asterisk_root, folder / "pbx", settings)
    yield running
    asyncio.run(running.asterisk.stop())


@pytest.fixture(scope="module")
def pair(
    new_server: NewServer,
    tap: SipTap,
    tapped_trunk: Mapping[str, str],
    asterisk_root: Path,
    foreign: RunningPbx,
    postgres_url: str,
) -> Iterator[tuple[Server, Server]]:
    with new_database(postgres_url, "frozen") as url:
        at_once = {"urgent_at_once": "true"}
        shared = {"database": {"url": url}, "trunk": tapped_trunk, "nodes": at_once}
        theirs = {
            "ari_url": foreign.ari_url,
            "ari_user": foreign.ari_user,
            "ari_password": foreign.ari_password,
            "sounds": str(foreign.sounds),
        }
        nodes = (
            new_server(shared | {"pbx": own_pbx(asterisk_root)}, "westerlo"),
            new_server(shared | {"pbx": theirs}, "tongerlo"),
        )
        for node in nodes:
            node.start()
        yield nodes
        for node in nodes:
            node.stop()


def standing(node: Server) -> dict[str, str]:
    return {one["name"]: one["standing"] for one in node.type("node", "list")}


def until_standing(asked: Server, **wanted: str) -> None:
    asked.until(lambda: wanted.items() <= standing(asked).items())


def until_calls_of(asked: Server, name: str, broadcast: int, *, at_least: int) -> None:
    question = (
        "SELECT count(*) FROM attempt WHERE broadcast_id = %(id)s AND node = %(node)s AND state = 'dialling'"
        " AND dialled_at < now() - interval '2 seconds'"
    )
    asked.until(lambda: asked.ask(question, id=broadcast, node=name)[0][0] >= at_least)


def check(asked: Server, broadcast: int, people: People) -> int:
    """Everybody confirmed, after ends of our own fault only; returns how many of these there were."""
    faults = 0
    for name, ends in asked.outcomes(broadcast).items():
        assert ends[-1] == "confirmed", (name, ends)
        assert set(ends[:-1]) <= {"unknown", "lost"}, (name, ends)
        faults += len(ends) - 1
    assert len(asked.outcomes(broadcast)) == len(people)
    return faults


def test_a_foreign_asterisk_that_is_frozen_lives_and_another_node_does_its_work_meanwhile(
    pair: tuple[Server, Server], foreign: RunningPbx, tap: SipTap
) -> None:
    ours, theirs = pair
    until_standing(ours, westerlo="serving", tongerlo="serving")
    people = listeners(7600, count=16)
    ours.enrol("vreemd", people)
    broadcast = ours.send("vreemd", TEXT)
    until_calls_of(ours, "tongerlo", broadcast, at_least=3)
    frozen = psutil.Process(foreign.asterisk.pid)
    log = theirs.folder / "line.log"
    with stopped(frozen):
        until_standing(ours, tongerlo="away")
        ours.until_closed(broadcast)
        assert standing(ours)["tongerlo"] == "away"
    assert check(ours, broadcast, people) >= 3
    until_standing(ours, tongerlo="serving")
    assert frozen.is_running()
    assert log.read_text().count("other nodes do our work") == 1
    assert log.read_text().count("The PBX answers again") == 1
    late = listeners(7650, count=20)
    ours.enrol("vreemd-2", late)
    again = ours.send("vreemd-2", TEXT)
    ours.until_closed(again)
    assert check(ours, again, late) == 0
    by = ours.ask("SELECT DISTINCT node FROM attempt WHERE broadcast_id = %(id)s", id=again)
    assert {name for [name] in by} == {"westerlo", "tongerlo"}


def test_of_two_nodes_whose_own_asterisk_is_frozen_one_calls_again_those_it_was_calling(
    pair: tuple[Server, Server], tap: SipTap
) -> None:
    ours, other = pair
    until_standing(other, westerlo="serving", tongerlo="serving")
    people = listeners(7700, count=16)
    other.enrol("eigen", people)
    broadcast = other.send("eigen", TEXT)
    until_calls_of(other, "westerlo", broadcast, at_least=3)
    rung, frozen = len(tap.invites), asterisk_of(ours)
    held = other.ask(
        "SELECT e164 FROM attempt WHERE broadcast_id = %(id)s AND node = 'westerlo' AND state = 'dialling'",
        id=broadcast,
    )
    frozen.suspend()
    until_rung_again(ours, tap, {number: [number] for [number] in held}, rung)
    other.until_closed(broadcast)
    assert check(other, broadcast, people) >= 3
    assert asterisk_of(ours).pid != frozen.pid
