"""Our programs' accounts attack the others, and all is killed or frozen once: nothing comes of it."""

import signal
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import psutil
import pytest

from embedded.network.free_ports import LOOPBACK
from tests.hostile.attack import ATTACKS, PROGRAMS, play
from tests.hostile.attacks import links
from tests.hostile.logs import Logs
from tests.hostile.sending import FOREIGN, throw
from tests.hostile.site import Site
from tests.pbx_fixtures import RunningNeighbourhood
from tests.support.processes import ASTERISK, LINE, POSTGRES, SERVE, of_kind, ours, wait_for
from tests.support.settings_of_nodes import own_pbx
from tests.system.conftest import NewServer

pytestmark = [pytest.mark.pbx, pytest.mark.timeout(300)]

BACK_WITHIN = 90.0
FROZEN_FOR = 10.0
PACKETS = 2_000


@pytest.fixture(scope="module")
def site(new_server: NewServer, neighbourhood: RunningNeighbourhood, asterisk_root: Path) -> Iterator[Site]:
    trunk = {"uri": neighbourhood.uri, "simulated": "true"}
    server = new_server({"pbx": own_pbx(asterisk_root), "trunk": trunk})
    server.start()
    here = Site(server.folder.parent, server, neighbourhood.recordings)
    assert wait_for(here.is_ready, BACK_WITHIN), here.what_is_missing()
    yield here
    server.stop()
    here.kill_everything()


def back(site: Site, kind: str, was: list[int]) -> None:
    """There is another one of its kind, and the next alert can be placed."""
    assert wait_for(lambda: site.is_new(kind, was), BACK_WITHIN), f"{kind} is still the one that hangs"
    assert wait_for(site.is_ready, BACK_WITHIN), site.what_is_missing()


def run_by_root(site: Site) -> list[str]:
    return [str(one) for one in ours(site.folder) if 0 in one.uids]


def test_links_in_the_place_of_what_others_open_change_nothing(site: Site) -> None:
    both = [one for one in ATTACKS if one.group == "links" and (one.restarts, one.turn) == (PROGRAMS, 1)]
    assert {links.the_folder_for_recordings_is_a_link, links.the_settings_of_the_database_are_a_link} <= {
        one.play for one in both
    }
    verdicts = play(both, site)
    assert {one.attack.name: one.problems for one in verdicts if not one.repelled} == {}


@pytest.mark.parametrize("kind", [ASTERISK, POSTGRES, LINE])
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_a_program_that_is_killed_or_frozen_comes_back_under_its_account(
    site: Site, kind: str, how: signal.Signals
) -> None:
    was = of_kind(site.folder, kind)
    for pid in was:
        psutil.Process(pid).send_signal(how)
    back(site, kind, was)
    assert run_by_root(site) == []


def test_a_serve_that_is_killed_finds_its_programs_again(site: Site) -> None:
    was = {kind: of_kind(site.folder, kind) for kind in (ASTERISK, POSTGRES, LINE)}
    serve = of_kind(site.folder, SERVE)
    process = site.server.process
    assert process is not None
    process.kill()
    process.wait()
    site.server.launch()
    back(site, SERVE, serve)
    # It begins as root, to see whether it must install anything, and gives that up.
    assert wait_for(lambda: not run_by_root(site), BACK_WITHIN), run_by_root(site)
    assert {kind: of_kind(site.folder, kind) for kind in was} == was


def test_a_serve_that_was_frozen_goes_on(site: Site) -> None:
    was = {kind: of_kind(site.folder, kind) for kind in (SERVE, ASTERISK, POSTGRES, LINE)}
    for pid in was[SERVE]:
        psutil.Process(pid).suspend()
    time.sleep(FROZEN_FOR)
    for pid in was[SERVE]:
        psutil.Process(pid).resume()
    assert wait_for(site.is_ready, BACK_WITHIN), site.what_is_missing()
    assert {kind: of_kind(site.folder, kind) for kind in was} == was
    assert run_by_root(site) == []


def test_no_log_holds_a_number_or_an_escape_of_hostile_packets(site: Site) -> None:
    for name, sources in (("trunk", (LOOPBACK,)), ("foreign", FOREIGN)):
        sent = throw(islice(site.packets(name), PACKETS // 2), PACKETS // 2, site.sip, sources)
        assert (sent.packets, sent.lost) == (PACKETS // 2, 0)
    assert wait_for(site.is_ready, BACK_WITHIN), site.what_is_missing()
    logs = Logs.of(site.folder, site.server.log)
    assert {"messages", "line.log", "serve.log"} <= {file.name for file in logs.files}
    assert logs.with_numbers(site.numbers) == []
    assert logs.with_controls() == []
    assert logs.forged() == []
    assert logs.kilobytes < 4096
