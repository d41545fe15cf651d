"""Members who press more than 1 on an alert, and callers whom nobody knows, over real SIP."""

from asyncio import to_thread

import pytest

from prompts.audio import read, tone, write_sound
from prompts.comparator import compare
from simulation.phones.handset import Handsets
from tests.pbx_fixtures import RunningNeighbourhood, speech
from tests.support.callers import MOST, Says, alert, beginning
from tests.support.people import phone
from tests.support.server import Server

pytestmark = [pytest.mark.pbx, pytest.mark.timeout(240)]

TEXT = "Inbraak in de Beukenlaan. Blijf binnen."


async def test_who_presses_9_on_an_alert_reports_on_it_and_is_rung_no_more(
    town: Server, phones: Handsets, says: Says, neighbourhood: RunningNeighbourhood
) -> None:
    griet, home = phone(33, 9201), phone(17, 9201)
    words = speech("Ik zie een man met een ladder achter de kerk, en hij kijkt naar binnen.")
    spoken = neighbourhood.recordings / "griet-says"
    write_sound(spoken, words)
    await to_thread(town.enrol, "nines", {"Griet": [griet, home]})
    broadcast = await to_thread(town.send, "nines", TEXT)
    async with phones.called(griet) as call:
        await call.hears(await to_thread(alert, town, broadcast), share=MOST)
        await call.presses("9")
        await call.hears(says("report_speak"), share=MOST)
        recipients = await to_thread(town.recipients, broadcast)
        assert recipients["Griet"].result == "confirmed", "before a word of the report is said"
        await call.hears(tone())
        await call.says(spoken)
        await call.presses("#")
        await call.hears(says("report_menu"), share=MOST)
        await call.presses("1")
        await call.hears(says("report_thanks"), share=MOST)
        await call.hears(says("line_menu"), share=MOST)
    await to_thread(town.until_closed, broadcast)
    assert [one.outcome for one in (await to_thread(town.recipients, broadcast))["Griet"].calls] == [
        "confirmed"
    ]
    [report] = [one for one in await to_thread(town.type, "report-inbox", "list") if one["number"] == griet]
    assert (report["member"], report["broadcast"]) == ("Griet", broadcast)
    heard = town.folder / "griet.wav"
    await to_thread(town.try_to, "report-inbox", "play", str(report["id"]), "--to", str(heard))
    assert compare(words, read(heard)).whole
    # Or the officers on duty of other tests would be rung for it.
    await to_thread(town.try_to, "report-inbox", "claim", str(report["id"]), "--by", "Maes")


async def test_who_presses_0_0_on_an_alert_leaves_and_who_shares_the_number_stays(
    town: Server, phones: Handsets, says: Says
) -> None:
    shared = phone(33, 9202)
    await to_thread(town.enrol, "leavers", {"Omer": [shared], "Paula": [shared]})
    broadcast = await to_thread(town.send, "leavers", TEXT)
    async with phones.called(shared) as call:
        await call.hears(await to_thread(alert, town, broadcast), share=MOST)
        await call.presses("0")
        await call.hears(beginning(says("leave_sure")), share=MOST)
        await call.presses("0")
        await call.presses("1")
        await call.hears(says("leave_done"), share=MOST)
        await call.until_over()
    asked = "SELECT name FROM member WHERE left_on IS NOT NULL AND name IN ('Omer', 'Paula')"
    assert await to_thread(town.ask, asked) == [("Omer",)]
    assert (await to_thread(town.recipients, broadcast))["Omer"].state == "final"


async def test_who_asks_by_phone_to_leave_is_rung_to_make_sure_and_a_forged_number_changes_nothing(
    town: Server, phones: Handsets, says: Says
) -> None:
    rik, sara = phone(33, 9203), phone(33, 9204)
    await to_thread(town.enrol, "askers", {"Rik": [rik], "Sara": [sara]})
    for number in (rik, sara):
        async with phones.calling(number) as call:
            await call.hears(says("line_menu"), share=MOST)
            await call.presses("0")
            await call.hears(beginning(says("leave_sure")), share=MOST)
            await call.presses("0")
            await call.hears(says("leave_calls_back"), share=MOST)
            await call.until_over()
    async with phones.called(rik) as call:
        await call.hears(says("leave_confirm"), share=MOST)
        await call.presses("0")
        await call.hears(says("leave_done"), share=MOST)
    async with phones.called(sara) as call:
        await call.hears(says("leave_asked", zone="Politie"), share=MOST)
    asked = "SELECT name FROM member WHERE left_on IS NOT NULL AND name IN ('Rik', 'Sara')"
    assert await to_thread(town.ask, asked) == [("Rik",)]


async def test_who_withholds_the_number_hears_an_alert_by_its_code_and_reports_on_it(
    town: Server, phones: Handsets, says: Says
) -> None:
    await to_thread(town.enrol, "codes", {"Tuur whose phone rings out": [phone(17, 9205)]})
    broadcast = await to_thread(town.send, "codes", TEXT)
    [(code,)] = await to_thread(town.ask, "SELECT code FROM broadcast WHERE id = %(id)s", id=broadcast)
    async with phones.calling("anonymous") as call:
        await call.hears(says("line_unknown"), share=MOST)
        await call.hears(says("line_unknown_menu"), share=MOST)
        await call.presses("1")
        await call.hears(says("line_code"), share=MOST)
        await call.presses(f"{code}#")
        await call.hears(await to_thread(alert, town, broadcast), share=MOST)
        await call.hears(says("line_after_code"), share=MOST)
        await call.presses("#")
        await call.hears(says("line_unknown_menu"), share=MOST)
