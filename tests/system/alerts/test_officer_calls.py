"""An officer calls our number over real SIP, speaks an alert and hangs up; the member hears that voice."""

import asyncio
import subprocess
import sys

import pytest

from prompts.audio import read, tone, write_sound
from prompts.comparator import compare
from simulation.phones.handset import Handsets
from tests.pbx_fixtures import RunningNeighbourhood, speech
from tests.support.callers import Says
from tests.support.people import phone
from tests.support.server import Server

pytestmark = [pytest.mark.pbx, pytest.mark.timeout(240)]

OFFICER, PIN = "4713", "846203"
MOST = 0.85
"""Of what the officer said: it has been on the line three times."""


def add_officer(town: Server, network: str, registered: str = phone(10, 9101)) -> None:
    words = ["officer", "add", OFFICER, "Inspecteur Maes", registered, "--network", network]
    command = [sys.executable, "-m", "buurtbel", *words]
    subprocess.run(
        command,
        check=True,
        capture_output=True,
        input=f"{PIN}\n",
        text=True,
        env=town.environment,
        cwd=town.folder,
    )


async def test_what_an_officer_speaks_is_what_members_hear_though_the_officer_hangs_up(
    town: Server, phones: Handsets, says: Says, neighbourhood: RunningNeighbourhood
) -> None:
    member = phone(11, 9602)
    await asyncio.to_thread(town.enrol, "linde", {"Greet listens and confirms": [member]})
    await asyncio.to_thread(add_officer, town, "linde")
    words = speech("Inbraak bezig in de Lindelaan. Twee mannen in een grijze bestelwagen.")
    spoken = neighbourhood.recordings / "maes-says"
    write_sound(spoken, words)
    async with phones.calling(phone(10, 9103)) as call:
        await call.hears(says("line_unknown_menu"))
        await call.presses("*")
        await call.hears(says("police_number"))
        await call.presses(f"{OFFICER}#")
        await call.hears(says("police_pin"))
        await call.presses(f"{PIN}#")
        await call.hears(says("police_menu"))
        await call.presses("1")
        await call.hears(tone())
        await call.says(spoken)
        await call.presses("#")
        await call.hears(words, share=MOST)
        await call.presses("1")
        await call.hears(says("police_urgent"))
        await call.presses("1")
        await call.hears(says("police_send_menu"))
        await call.presses("1")
        sent = "SELECT id FROM broadcast WHERE started_by = 'Inspecteur Maes'"
        await asyncio.to_thread(town.until, lambda: town.ask(sent))
    [(broadcast,)] = town.ask(sent)
    await asyncio.to_thread(town.until_closed, broadcast)
    [recipient] = (await asyncio.to_thread(town.recipients, broadcast)).values()
    assert recipient.result == "confirmed"
    assert [one.outcome for one in recipient.calls] == ["confirmed"], recipient.calls
    [heard] = neighbourhood.recordings.glob(f"{member.removeprefix('+')}-*.wav")
    hearing = compare(words, read(heard))
    assert hearing.found >= MOST * hearing.active
