"""A line that dies while an officer is called back: the alert is not forgotten, and goes out once."""

import asyncio
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import pytest

from broadcast.audio.kept_sounds import keep_sound
from broadcast.draft import Draft, SpokenMessage
from broadcast.service_calls import pending_alerts
from buurtbel.database.address import database
from directory.officers.officers import officers
from ivr.ari.errors import ChannelGone
from simulation.phones.handset import Handset, Handsets
from tests.pbx_fixtures import RunningNeighbourhood, speech
from tests.support.people import phone
from tests.support.server import Server
from tests.support.settings_of_nodes import own_pbx
from tests.system.alerts.test_officer_calls import add_officer
from tests.system.alerts.test_officer_on_duty import placed
from tests.system.conftest import NewServer

pytestmark = [pytest.mark.pbx, pytest.mark.timeout(240)]

MEMBER, REGISTERED = phone(11, 9702), phone(33, 9702)
RUNG_WITHIN = 120.0
AGAIN_AFTER = 2.0
"""Seconds from one press of a key to the next."""


@pytest.fixture(scope="module")
def town(new_server: NewServer, neighbourhood: RunningNeighbourhood, asterisk_root: Path) -> Server:
    """A node whose officers are called back."""
    trunk = {"uri": neighbourhood.uri, "simulated": "true", "calls_per_second": "20"}
    server = new_server({"pbx": own_pbx(asterisk_root), "trunk": trunk, "officers": {"call_back": "true"}})
    server.start()
    return server


async def is_to_be_called_back(town: Server, network: str) -> None:
    """Inspecteur Maes has spoken an alert to this network, pressed 1 and hung up."""
    async with database(town.settings) as engine, engine.begin() as connection:
        audio = await keep_sound(connection, speech("Inbraak bezig bij de kerk. Blijf binnen."))
        [maes] = await officers(connection)
        draft = Draft([network], {}, urgent=True, recording=SpokenMessage(audio, maes.language))
        request = uuid4()
        assert await pending_alerts.keep(connection, request, maes.id, draft, a_day=1)
        await pending_alerts.allow_ring(connection, request)


async def presses_1_until_it_is_over(rung: Handset) -> None:
    """Whoever leads the call, and whenever it comes to the question; before that a key is nobody's."""
    over = asyncio.create_task(rung.until_over())
    while not over.done():
        with suppress(ChannelGone):
            await rung.presses("1")
        await asyncio.wait({over}, timeout=AGAIN_AFTER)
    over.result()


def came_to(town: Server) -> list[str | None]:
    """The outcomes of its calls, in their order."""
    return [outcome for [outcome] in town.ask("SELECT outcome FROM release_call ORDER BY placed_at")]


async def test_a_call_back_survives_the_line_and_is_never_placed_twice(
    town: Server, phones: Handsets
) -> None:
    await asyncio.to_thread(town.enrol, "kerk", {"Greet listens and confirms": [MEMBER]})
    await asyncio.to_thread(add_officer, town, "kerk", REGISTERED)
    await is_to_be_called_back(town, "kerk")
    async with phones.called(REGISTERED, patience=RUNG_WITHIN) as rung:
        await asyncio.to_thread(town.kill, "line.json")  # while it says what it is about
        await presses_1_until_it_is_over(rung)
    await asyncio.to_thread(town.until, lambda: came_to(town)[0] is not None, seconds=RUNG_WITHIN)
    assert came_to(town)[0] in {"lost", "sent"}, came_to(town)
    if is_lost := came_to(town)[0] == "lost":  # no line was there in time
        async with phones.called(REGISTERED, patience=RUNG_WITHIN) as rung:
            await presses_1_until_it_is_over(rung)
    sent = "SELECT id FROM broadcast WHERE started_by = 'Inspecteur Maes'"
    [(broadcast,)] = await asyncio.to_thread(town.ask, sent)
    await asyncio.to_thread(town.until_closed, broadcast)
    [recipient] = (await asyncio.to_thread(town.recipients, broadcast)).values()
    assert recipient.result == "confirmed"
    await asyncio.to_thread(town.until, lambda: came_to(town)[-1:] == ["sent"])
    assert came_to(town) == (["lost", "sent"] if is_lost else ["sent"])
    assert {placed(town, str(call)) for [call] in town.ask("SELECT id FROM release_call")} == {1}
    forgotten = "SELECT count(*) FROM pending_alert WHERE audio IS NOT NULL"
    await asyncio.to_thread(town.until, lambda: town.ask(forgotten) == [(0,)])
