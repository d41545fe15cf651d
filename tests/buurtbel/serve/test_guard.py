"""The guard: a line that beats is left alone; what a mute one leaves behind, the PBX leads."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from buurtbel.serve.guard import PATIENCE, Guard
from buurtbel.serve.heartbeat import Heartbeat
from embedded.keeping.program import Program
from ivr.ari.client import AriClient
from tests.fakes.ari_call import FakeCall
from tests.fakes.ari_server import FakeAri
from tests.ivr.conftest import until
from tests.support.people import phone


async def picks_up_and_stays(call: FakeCall) -> None:
    call.pick_up()
    await call.stay()


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Program]:
    """A process that does nothing, like a frozen line."""
    sleeping = [sys.executable, "-c", "import time; time.sleep(600)"]
    with Path(os.devnull).open("w") as nowhere:
        program = Program.launch(
            sleeping, cwd=tmp_path, output=nowhere.fileno(), env={}, note=tmp_path / "note"
        )
    yield program
    program.stop(1.0)


async def look_often(guard: Guard, line: Program, looks: int = PATIENCE) -> None:
    for _ in range(looks):
        await guard.look(line)


async def test_calls_of_a_line_that_beats_are_left_alone_and_those_of_a_mute_one_go_to_the_pbx(
    tmp_path: Path, line: Program
) -> None:
    ours, foreign = str(uuid4()), "1763760000.42"
    async with FakeAri() as ari, AriClient(ari.url, ari.user, ari.password, app="buurtbel") as client:
        ari.phones[phone(15)] = picks_up_and_stays
        socket = await client.http.listen("buurtbel", 5.0)
        for channel in (ours, foreign):
            ari.places(channel, phone(15), {"timeout": 3600, "variables": {}})
        await until(lambda: ari.calls[ours].in_stasis and ari.calls[foreign].in_stasis)
        heart = Heartbeat(tmp_path, line.pid)
        guard = Guard(client, heart)
        for _ in range(2 * PATIENCE):
            heart.beat()
            await guard.look(line)
        assert line.is_running
        assert ari.calls[ours].in_stasis
        await look_often(guard, line)
        await until(lambda: not line.is_running)
        await until(lambda: ours not in ari.calls)
        assert ari.notes[ours].startswith("fallback=")
        assert ari.calls[foreign].in_stasis
        await socket.close()


async def test_who_calls_while_the_line_is_mute_is_told_whom_to_call(tmp_path: Path, line: Program) -> None:
    async with FakeAri() as ari, AriClient(ari.url, ari.user, ari.password, app="buurtbel") as client:
        socket = await client.http.listen("buurtbel", 5.0)
        heart = Heartbeat(tmp_path, line.pid)
        guard = Guard(client, heart)
        caller = ari.rings_in("1763760000.42", phone(10))
        heart.beat()
        await guard.look(line)
        assert caller.in_stasis
        await look_often(guard, line)
        await until(lambda: caller.extension == "away")
        await socket.close()


async def test_a_line_that_beat_and_froze_before_this_guard_began_is_killed_too(
    tmp_path: Path, line: Program
) -> None:
    Heartbeat(tmp_path, line.pid).beat()
    async with AriClient("http://127.0.0.1:9", "nobody", "", app="buurtbel") as nowhere:
        await look_often(Guard(nowhere, Heartbeat(tmp_path)), line)
    await until(lambda: not line.is_running)


async def test_a_line_that_has_not_begun_to_beat_has_time_to_start(tmp_path: Path, line: Program) -> None:
    heart = Heartbeat(tmp_path, line.pid)
    heart.beat()  # the line before it, which had the same number in another life of the machine
    heart.forget()
    async with AriClient("http://127.0.0.1:9", "nobody", "", app="buurtbel") as nowhere:
        await look_often(Guard(nowhere, Heartbeat(tmp_path)), line, 3 * PATIENCE)
    assert line.is_running


def test_another_process_sees_the_beats(tmp_path: Path) -> None:
    heart = Heartbeat(tmp_path)
    before = heart.count
    once = (
        "import sys, pathlib, buurtbel.serve.heartbeat as it; it.Heartbeat(pathlib.Path(sys.argv[1])).beat()"
    )
    with subprocess.Popen([sys.executable, "-c", once, str(tmp_path)]) as other:
        assert other.wait() == 0
    assert (heart.count, heart.pid) == (before + 1, other.pid)
