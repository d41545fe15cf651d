"""Who holds a data folder: one `serve`, under an account of its own, with keepers that outlive it."""

import os
from functools import partial
from pathlib import Path

import psutil
import pytest

from embedded.account import DATABASE, PBX, SERVES, account_for
from tests.pbx_fixtures import RunningNeighbourhood
from tests.support.people import phone
from tests.support.server import Server

pytestmark = [pytest.mark.pbx, pytest.mark.timeout(300)]

TEXT = "Inbraak bezig. Blijf binnen."
PROGRAMS = {
    "line": "line.json",
    "asterisk": "pbx/run/program.json",
    "asterisk's keeper": "pbx/run/keeper.json",
    "postgres": "postgres-run/program.json",
    "postgres's keeper": "postgres-run/keeper.json",
}


def running(town: Server) -> dict[str, int]:
    """Process ids of what runs for this server, by name."""
    return {name: town.pid_of(note) for name, note in PROGRAMS.items()}


def is_no_more(pid: int) -> bool:
    return not psutil.pid_exists(pid)


def status_of(pid: int) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def test_each_program_has_an_account_of_its_own_and_can_gain_no_right(town: Server) -> None:
    assert town.process is not None
    expected = {
        SERVES: ["line"],
        PBX: ["asterisk", "asterisk's keeper"],
        DATABASE: ["postgres", "postgres's keeper"],
    }
    pids = running(town)
    for account, names in expected.items():
        for name in names:
            status = status_of(pids[name])
            assert set(status["Uid"].split()) == {str(account_for(account).uid)}, name
            assert status["NoNewPrivs"] == "1", name
            assert "0" not in status["Groups"].split(), name
            if os.geteuid() == 0:
                assert int(status["CapBnd"], 16) == int(status["CapPrm"], 16) == 0, name
    serve = status_of(town.process.pid)
    assert set(serve["Uid"].split()) == {str(account_for(SERVES).uid)}
    assert int(serve["CapPrm"], 16) == 0


def test_of_roots_environment_only_settings_and_the_like_reach_the_line(town: Server) -> None:
    if os.geteuid() == 0:
        told = Path(f"/proc/{town.pid_of('line.json')}/environ").read_bytes().split(b"\0")
        names = {one.partition(b"=")[0].decode() for one in told if one}
        assert "BUURTBEL_DATA_DIR" in names
        kept = {"PATH", "LANG", "TZ", "TERM", "HOME", "OPENBLAS_NUM_THREADS"}  # the last two are ours
        assert {name for name in names if not name.startswith(("BUURTBEL_", "LC_"))} <= kept


def test_a_second_serve_says_who_serves_and_touches_nothing(
    town: Server, neighbourhood: RunningNeighbourhood
) -> None:
    assert town.process is not None
    people = {"Hearer presses 1 after": [phone(11, 8100)], "Hearer presses 1 too": [phone(11, 8101)]}
    town.enrol("tweede", people)
    broadcast = town.send("tweede", TEXT)
    town.until_all_hear(people.values(), neighbourhood.recordings)
    before = running(town)
    second = town.try_to("serve")
    assert second.returncode == 1
    assert second.stderr.count("\n") == 1
    assert f"already serves from {town.folder} (process {town.process.pid})" in second.stderr
    assert running(town) == before
    assert all(psutil.pid_exists(pid) for pid in before.values())
    town.until_closed(broadcast)
    assert town.outcomes(broadcast) == {name: ["confirmed"] for name in people}


def test_after_a_kill_of_serve_the_next_one_finds_everything_at_work(
    town: Server, neighbourhood: RunningNeighbourhood
) -> None:
    assert town.process is not None
    people = {"Hearer presses 1 after": [phone(11, 8110)]}
    town.enrol("derde", people)
    broadcast = town.send("derde", TEXT)
    town.until_all_hear(people.values(), neighbourhood.recordings)
    before = running(town)
    town.process.kill()
    town.process.wait()
    town.start()
    after = running(town)
    for program in ("line", "asterisk", "postgres"):
        assert after[program] == before[program]
    for keeper in ("asterisk's keeper", "postgres's keeper"):
        assert after[keeper] != before[keeper]
        # Its parent was killed: who has it now may take a moment to notice its end.
        town.until(partial(is_no_more, before[keeper]))
    town.until_closed(broadcast)
    assert town.outcomes(broadcast) == {"Hearer presses 1 after": ["confirmed"]}


@pytest.mark.parametrize("end", ["kill", "suspend"])
def test_without_its_keeper_serve_ends_and_the_next_one_goes_on_with_what_runs(
    town: Server, end: str
) -> None:
    assert town.process is not None
    before = running(town)
    getattr(psutil.Process(before["asterisk's keeper"]), end)()
    assert town.process.wait(60) == 1
    assert "A keeper has ended" in town.log.read_text().splitlines()[-1]
    assert psutil.pid_exists(before["asterisk"])
    assert psutil.pid_exists(before["line"])
    town.start()
    after = running(town)
    for program in ("line", "asterisk", "postgres"):
        assert after[program] == before[program]
    # What it keeps now is looked after again.
    with town.until_logged("events flow"):
        psutil.Process(after["asterisk"]).kill()
