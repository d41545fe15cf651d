"""Floods over real SIP: too many reports, guesses at an officer's PIN, and a code that was withdrawn."""

import asyncio
from asyncio import to_thread

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from buurtbel.database.address import database
from directory.officers.officers import add_officer
from prompts.audio import tone, write_sound
from simulation.phones.handset import Handsets
from tests.pbx_fixtures import RunningNeighbourhood, speech
from tests.support.callers import MOST, Says, beginning
from tests.support.people import ADMIN, phone
from tests.support.server import Server

pytestmark = [pytest.mark.pbx, pytest.mark.timeout(240)]

WITHHELD = "anonymous"
OFFICER, PIN, OWN = "4719", "846203", phone(10, 9719)
"""The officer's registered telephone."""


async def test_of_reports_without_a_number_three_a_minute_ring_and_all_are_kept_and_marked(
    town: Server, phones: Handsets, says: Says, neighbourhood: RunningNeighbourhood
) -> None:
    spoken = neighbourhood.recordings / "a-flood-says"
    write_sound(spoken, speech("Ik zie een man met een ladder achter de kerk."))

    async def reports() -> None:
        async with phones.calling(WITHHELD) as call:
            await call.hears(says("line_unknown_menu"), share=MOST)
            await call.presses("2")
            await call.hears(tone())
            await call.says(spoken)
            await call.presses("#")
            await call.hears(beginning(says("report_menu")), share=MOST)

    asked = "SELECT beyond_limit FROM member_report WHERE e164 IS NULL AND state = 'new' ORDER BY kept_at"
    before = len(await to_thread(town.ask, asked))
    await asyncio.gather(*(reports() for _ in range(5)))
    await to_thread(town.until, lambda: len(town.ask(asked)) == before + 5)
    assert [mark for (mark,) in town.ask(asked)][before:].count(True) >= 2
    listed = await to_thread(town.type, "report-inbox", "list")
    assert sum(one["beyond_limit"] for one in listed if one["number"] is None) >= 2
    for one in (one for one in listed if one["number"] is None):
        await to_thread(town.try_to, "report-inbox", "judge", str(one["id"]), "nothing", "--by", "Maes")


async def test_while_others_guess_the_pin_the_officer_gets_in_from_the_registered_telephone(
    town: Server, phones: Handsets, says: Says
) -> None:
    async with database(town.settings) as engine, AsyncSession(engine) as session, session.begin():
        await add_officer(session, ADMIN, OFFICER, name="Claes", phone=OWN, pin=PIN)
    async with phones.calling(WITHHELD) as call:
        await call.hears(says("line_unknown_menu"), share=MOST)
        await call.presses("*")
        for _ in range(3):
            await call.hears(beginning(says("police_number")), share=MOST)
            await call.presses(f"{OFFICER}#")
            await call.hears(beginning(says("police_pin")), share=MOST)
            await call.presses("111111#")
            await call.hears(says("police_refused"), share=MOST)
        await call.until_over()
    # Or a minute is over before a busy machine has said all it says first.
    longer = "UPDATE lockout SET locked_until = locked_until + interval '1 hour' WHERE whom LIKE %(whom)s"
    await to_thread(town.ask, longer, whom=f"officer {OFFICER} %")
    for caller, comes_of_it in ((WITHHELD, "police_locked"), (OWN, "police_menu")):
        async with phones.calling(caller) as call:
            await call.hears(says("line_unknown_menu"), share=MOST)
            await call.presses("*")
            await call.hears(beginning(says("police_number")), share=MOST)
            await call.presses(f"{OFFICER}#")
            await call.hears(beginning(says("police_pin")), share=MOST)
            await call.presses(f"{PIN}#")
            await call.hears(says(comes_of_it), share=MOST)


async def test_a_code_that_was_withdrawn_is_not_known_on_the_line(
    town: Server, phones: Handsets, says: Says
) -> None:
    await to_thread(town.enrol, "withdrawn", {"Tuur whose phone rings out": [phone(17, 9712)]})
    broadcast = await to_thread(town.send, "withdrawn", "Inbraak in de Lindelaan. Blijf binnen.")
    [(code,)] = await to_thread(town.ask, "SELECT code FROM broadcast WHERE id = %(id)s", id=broadcast)
    await to_thread(town.type, "withdraw-code", str(broadcast), "--by", "Maes")
    async with phones.calling(WITHHELD) as call:
        await call.hears(says("line_unknown_menu"), share=MOST)
        await call.presses("1")
        await call.hears(says("line_code"), share=MOST)
        await call.presses(f"{code}#")
        await call.hears(says("line_wrong_code"), share=MOST)
