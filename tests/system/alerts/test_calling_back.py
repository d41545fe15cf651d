"""Members call our number over real SIP: they hear their alert again, confirm it, and are rung no more."""

import signal
from asyncio import to_thread

import numpy as np
import psutil
import pytest

from prompts.audio import Audio, read, tone, write_sound
from prompts.comparator import compare
from simulation.phones.handset import Handsets
from tests.pbx_fixtures import RunningNeighbourhood, speech
from tests.support.callers import MOST, Says, alert
from tests.support.people import phone
from tests.support.server import EVENTS_FLOW, Server, text_of

pytestmark = [pytest.mark.pbx, pytest.mark.timeout(240)]

TEXT = "Inbraak. Blijf binnen."


async def test_who_calls_back_hears_the_alert_again_and_confirms_it_and_is_rung_no_more(
    town: Server, phones: Handsets, says: Says
) -> None:
    mia, at_work = phone(17, 9001), phone(17, 9002)
    await to_thread(town.enrol, "callers", {"Mia whose phones ring out": [mia, at_work]})
    broadcast = await to_thread(town.send, "callers", TEXT)
    async with phones.calling(mia) as call:
        await call.hears(says("line_urgent_help"), share=MOST)
        await call.hears(says("line_welcome", zone="Politie"), share=MOST)
        await call.hears(says("line_menu"), share=MOST)
        await call.presses("1")
        await call.hears(alert(town, broadcast))
        await call.presses("1")
        await call.hears(says("thank_you"), share=MOST)
    [recipient] = (await to_thread(town.recipients, broadcast)).values()
    assert (recipient.state, recipient.result) == ("final", "confirmed")
    assert "confirmed_by_callback" in [one.outcome for one in recipient.calls]
    await to_thread(town.until_closed, broadcast)


async def test_what_a_member_reports_is_kept_and_can_be_listed_heard_claimed_and_judged(
    town: Server, phones: Handsets, says: Says, neighbourhood: RunningNeighbourhood
) -> None:
    lotte = phone(10, 9003)
    words = speech("Er staat een grijze bestelwagen in de Beukenlaan, en er lopen twee mannen weg.")
    spoken = neighbourhood.recordings / "lotte-says"
    write_sound(spoken, words)
    await to_thread(town.enrol, "reporters", {"Lotte": [lotte]})
    async with phones.calling(lotte) as call:
        await call.hears(says("line_menu"), share=MOST)
        await call.presses("2")
        await call.hears(says("report_speak"), share=MOST)
        await call.hears(tone())
        await call.says(spoken)
        await call.presses("#")
        await call.hears(says("report_menu"), share=MOST)
        await call.presses("2")
        await call.hears(words)
        await call.hears(says("report_menu"), share=MOST)
        await call.presses("1")
        await call.hears(says("report_thanks"), share=MOST)
    [report] = await to_thread(town.type, "report-inbox", "list")
    assert (report["member"], report["number"], report["network"]) == ("Lotte", lotte, "reporters")
    number = str(report["id"])
    heard = town.folder / "lotte.wav"
    await to_thread(town.try_to, "report-inbox", "play", number, "--to", str(heard))
    assert compare(words, read(heard)).whole
    await to_thread(town.type, "report-inbox", "claim", number, "--by", "Maes")
    await to_thread(town.type, "report-inbox", "judge", number, "useful", "--by", "Maes")
    assert await to_thread(town.type, "report-inbox", "list") == []


async def test_a_report_is_kept_when_the_caller_hangs_up_and_when_line_or_pbx_dies_while_it_is_spoken(
    town: Server, phones: Handsets, says: Says, neighbourhood: RunningNeighbourhood
) -> None:
    words = speech("Twee mannen op een scooter rijden naar de kerk.")
    spoken, log = neighbourhood.recordings / "gust-says", town.folder / "line.log"
    # Three times: Asterisk writes its file in pieces, and the last one dies with it.
    write_sound(spoken, Audio(np.tile(words.samples, 3), words.rate))
    callers = {"hangs up": phone(10, 9004), "line dies": phone(10, 9005), "pbx dies": phone(10, 9007)}
    for ends, number in callers.items():
        async with phones.calling(number) as call:
            await call.hears(says("line_unknown_menu"), share=MOST)
            await call.presses("2")
            await call.hears(says("report_speak"), share=MOST)
            await call.hears(tone())
            await call.says(spoken)
            if ends == "line dies":
                killed = await to_thread(town.kill, "line.json")
            if ends == "pbx dies":
                connected = text_of(log).count(EVENTS_FLOW)
                await to_thread(town.kill, "pbx/run/program.json")
        if ends == "line dies":
            await to_thread(town.until_led_again, killed)
    # The tests after this one call at once.
    await to_thread(town.until, lambda: text_of(log).count(EVENTS_FLOW) > connected)

    def numbers() -> set[str]:
        return {one["number"] for one in town.type("report-inbox", "list")}

    await to_thread(town.until, lambda: numbers() == set(callers.values()))
    for one in await to_thread(town.type, "report-inbox", "list"):
        heard = town.folder / "gust.wav"
        await to_thread(town.try_to, "report-inbox", "play", str(one["id"]), "--to", str(heard))
        assert compare(words, read(heard)).whole


async def test_who_is_not_known_is_told_so_after_the_first_words(phones: Handsets, says: Says) -> None:
    async with phones.calling(phone(10, 9999)) as call:
        await call.hears(says("line_urgent_help"), share=MOST)
        await call.hears(says("line_unknown"), share=MOST)
        await call.hears(says("line_unknown_menu"), share=MOST)


async def test_who_calls_while_the_line_hangs_is_told_whom_to_call_instead_of_hearing_silence(
    town: Server, phones: Handsets, says: Says
) -> None:
    frozen = await to_thread(town.pid_of, "line.json")
    async with phones.calling(phone(10, 9006)) as call:
        await call.hears(says("line_urgent_help"), share=MOST)
        psutil.Process(frozen).send_signal(signal.SIGSTOP)
        await call.hears(says("line_away"), share=MOST)
        await call.until_over()
    await to_thread(town.until_led_again, frozen)
