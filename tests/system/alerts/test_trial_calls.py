"""`buurtbel doctor --call`: one real test call through the line that serves, and what was answered."""

import json
from asyncio import to_thread
from pathlib import Path

import pytest

from simulation.phones.handset import Handsets
from tests.pbx_fixtures import RunningNeighbourhood
from tests.support.callers import MOST, Says
from tests.support.people import phone
from tests.support.server import Server
from tests.support.settings_of_nodes import own_pbx
from tests.system.conftest import NewServer

pytestmark = [pytest.mark.pbx, pytest.mark.timeout(240)]


def tried(server: Server, number: str, *more: str) -> tuple[bool, str]:
    """What the doctor says of the test call."""
    return said(server, "doctor", "--call", number, *more)["test call"]


def said(server: Server, *words: str) -> dict[str, tuple[bool, str]]:
    document = json.loads(server.try_to(*words, "--json").stdout)
    return {one["what"]: (one["ok"], one["says"]) for one in document["findings"]}


async def test_whoever_picks_up_hears_that_it_is_a_test_and_presses_a_key(
    town: Server, phones: Handsets, says: Says
) -> None:
    number = phone(33, 8101)
    asked = await to_thread(town.started, "doctor", "--call", number, "--json")
    async with phones.called(number) as call:
        await call.hears(says("test_call", zone="Politie"), share=MOST)
        await call.presses("1")
        await call.hears(says("goodbye"), share=MOST)
    done = await to_thread(asked.result)
    assert "and 1 was pressed: sound and keys get through." in done.stdout
    assert await to_thread(town.ask, "SELECT count(*) FROM attempt WHERE e164 = %(n)s", n=number) == [(0,)]


def test_each_end_is_told_in_words(town: Server) -> None:
    for number, ok, words in (
        (phone(16, 8102), True, "The number is engaged (486); the trunk carries calls."),
        (phone(19, 8103), True, "refused the call (603); the trunk carries calls."),
        (phone(20, 8104), False, "here is no such number, says the trunk (404); check it."),
        (phone(14, 8105), True, "and whoever answered hung up."),
    ):
        came = tried(town, number)
        assert came[0] == ok
        assert words in came[1]


@pytest.mark.timeout(300)
def test_a_wrong_password_is_told_by_the_doctor_by_who_sends_and_by_the_test_call(
    new_server: NewServer, neighbourhood: RunningNeighbourhood, asterisk_root: Path
) -> None:
    trunk = {
        "uri": neighbourhood.subscriber_uri,
        "simulated": "true",
        "user": "subscriber",
        "password": "wrong",
        "register_with": "true",
        "qualify": "0",
    }
    server = new_server({"pbx": own_pbx(asterisk_root), "trunk": trunk}, "registers")
    server.start()
    server.until(lambda: "401" in said(server, "doctor").get("registration", (True, ""))[1])
    ok, says = said(server, "doctor")["registration"]
    assert not ok
    assert "The trunk has refused to register us with 401 since" in says
    assert "BUURTBEL_TRUNK_PASSWORD" in says
    assert tried(server, phone(10, 8106)) == (
        False,
        "The trunk refused the call (401): user name or password is wrong; correct BUURTBEL_TRUNK_USER and "
        "BUURTBEL_TRUNK_PASSWORD.",
    )
    server.enrol("refused", {"An": [phone(10, 8107)]})
    sent = server.try_to("send", "--network", "refused", "--text", "nl=Blijf binnen.", "--urgent")
    assert "The trunk has refused to register us with 401" in sent.stderr
    server.stop()
