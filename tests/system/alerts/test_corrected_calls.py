"""Corrections and all-clears over real SIP: what each telephone hears that waits, rings or is spoken to."""

from asyncio import gather, to_thread
from collections.abc import Sequence
from pathlib import Path

import pytest

from prompts.audio import Audio, decode, read, tone, write_sound
from prompts.comparator import compare
from simulation.phones.handset import Handset, Handsets
from tests.pbx_fixtures import RunningNeighbourhood, eventually, is_closed, speech
from tests.support.callers import MOST, Says, beginning
from tests.support.people import phone
from tests.support.server import Server
from tests.support.settings_of_nodes import own_pbx
from tests.system.conftest import NewServer

pytestmark = [pytest.mark.pbx, pytest.mark.timeout(300)]

WRONG = "Inbraak bezig in de Kerkstraat. Blijf binnen en sluit alle deuren en ramen."
RIGHT = "De inbraak is niet daar, maar in de Molenstraat. Let op een witte bestelwagen."
LATER = "Rechtzetting. Het gaat om de Stationsstraat, en de wagen is een zwarte personenwagen."
OVER = "Alles is veilig. De politie heeft twee verdachten opgepakt. Dank u wel."
PATIENCE = 60.0


@pytest.fixture(scope="module")
def town(new_server: NewServer, neighbourhood: RunningNeighbourhood, asterisk_root: Path) -> Server:
    """A node whose calls ring long enough for an officer to change their mind, and rest as long."""
    trunk = {"uri": neighbourhood.uri, "simulated": "true", "calls_per_second": "20"}
    patient = {"alert": {"ring": "32"}, "retry": {"busy": "32"}}
    server = new_server({"pbx": own_pbx(asterisk_root), "trunk": trunk, **patient})
    server.start()
    return server


def follow(town: Server, first: int, kind: str, text: str, *more: str) -> int:
    words = ("follow-up", str(first), "--kind", kind, "--text", f"nl={text}", "--urgent", *more)
    return int(town.type(*words)["broadcast"])


def text_of(town: Server, broadcast: int) -> Audio:
    asked = "SELECT flac FROM audio JOIN pass ON audio = sha256 WHERE broadcast_id = %(id)s"
    return decode(town.ask(asked, id=broadcast)[0][0])


async def whole_recording(call: Handset) -> Audio:
    """What the phone heard, once it has put the phone down too."""
    await eventually(lambda: call.recording.exists() and is_closed(call.recording))
    return read(call.recording)


def rings(town: Server, number: str) -> bool:
    """A call to it is up."""
    asked = "SELECT count(*) FROM attempt WHERE e164 = %(n)s AND state = 'dialling'"
    return town.ask(asked, n=number) == [(1,)]


async def test_a_correction_reaches_who_listens_who_waits_and_who_has_heard_the_wrong_text(
    town: Server, phones: Handsets, says: Says
) -> None:
    listens, rung, late = phone(33, 9201), phone(34, 9202), phone(18, 9203)
    people = {
        "An listens": [listens],
        "Bert is rung": [rung],
        "Chris is engaged at first": [late],
        "Dora has confirmed": [phone(10, 9204)],
        "Emiel has a box": [phone(23, 62)],
    }
    await to_thread(town.enrol, "recht", people)
    first = await to_thread(town.send, "recht", WRONG)
    async with phones.called(listens, patience=PATIENCE) as an:
        wrong = await to_thread(text_of, town, first)
        await an.hears(beginning(wrong))
        asked = "SELECT 1 FROM recipient WHERE broadcast_id = %(id)s AND result = 'confirmed'"
        await to_thread(town.until, lambda: town.ask(asked, id=first), seconds=40)
        assert await to_thread(rings, town, rung)
        second = await to_thread(follow, town, first, "correction", RIGHT)
        right = await to_thread(text_of, town, second)
        await an.hears(says("changed"), share=MOST)
        await an.hears(right)
        await an.presses("1")
        await an.hears(says("thank_you"), share=MOST)
        async with phones.called(rung, patience=PATIENCE) as bert:
            await bert.hears(right)
            await bert.presses("1")
            await bert.until_over()
    await to_thread(town.until_closed, second, seconds=120)
    results = {name: line.result for name, line in (await to_thread(town.recipients, second)).items()}
    assert results["Emiel has a box"] == "voicemail"
    assert {result for name, result in results.items() if name != "Emiel has a box"} == {"confirmed"}
    heard = await whole_recording(bert)
    assert not compare(wrong, heard).whole
    first_results = {name: line.result for name, line in (await to_thread(town.recipients, first)).items()}
    assert first_results["Bert is rung"] == first_results["Chris is engaged at first"] == "nothing"
    assert first_results["An listens"] in {"partial", "heard"}
    assert first_results["Dora has confirmed"] == "confirmed"
    placed = await to_thread(calls_to, town, second, [listens, rung])
    assert placed == 0, "who heard it on the call that was up is rung no more"


def calls_to(town: Server, broadcast: int, numbers: Sequence[str]) -> int:
    asked = (
        "SELECT count(*) FROM attempt WHERE broadcast_id = %(b)s AND e164 = ANY(%(n)s)"
        " AND dialled_at IS NOT NULL"
    )
    return int(town.ask(asked, b=broadcast, n=list(numbers))[0][0])


async def test_an_all_clear_rings_only_who_heard_and_boxes_that_kept_it(town: Server) -> None:
    people = {
        "Fons confirms": [phone(11, 9211)],
        "Gust listens": [phone(12, 9212)],
        "Hilde has a box": [phone(23, 63)],
        "Ivo hangs up": [phone(14, 9214)],
        "Jef is engaged": [phone(16, 9215)],
        "Kris has gone": [phone(20, 9216)],
    }
    await to_thread(town.enrol, "veilig", people)
    first = await to_thread(town.send, "veilig", WRONG)
    await to_thread(town.until_closed, first, seconds=120)
    assert (await to_thread(town.recipients, first))["Hilde has a box"].result == "voicemail"
    second = await to_thread(follow, town, first, "all-clear", OVER)
    await to_thread(town.until_closed, second, seconds=120)
    assert set(await to_thread(town.recipients, second)) == {
        "Fons confirms",
        "Gust listens",
        "Hilde has a box",
    }
    rung = {
        number
        for [number] in town.ask("SELECT DISTINCT e164 FROM attempt WHERE broadcast_id = %(b)s", b=second)
    }
    assert rung == {phone(11, 9211), phone(12, 9212), phone(23, 63)}
    shown = await to_thread(town.type, "results", str(first))
    assert [(one["broadcast"], one["kind"]) for one in shown["others"]] == [(second, "all-clear")]
    by_name = {one["name"]: one["others"] for one in shown["recipients"]}
    assert by_name["Fons confirms"] == {str(second): "confirmed"}
    assert by_name["Jef is engaged"] == {}


async def test_who_calls_hears_the_newest_and_never_what_was_withdrawn(
    town: Server, phones: Handsets, says: Says
) -> None:
    lotte = phone(17, 9221)
    await to_thread(town.enrol, "bellers", {"Lotte is not at home": [lotte]})
    first = await to_thread(town.send, "bellers", WRONG)
    second = await to_thread(follow, town, first, "correction", RIGHT)
    async with phones.calling(lotte) as call:
        await call.hears(says("line_menu"), share=MOST)
        await call.presses("1")
        await call.hears(await to_thread(text_of, town, second))
        await call.presses("3")
        await call.hears(says("line_no_earlier_alert"), share=MOST)
        await call.hears(await to_thread(text_of, town, second))
        await call.presses("1")
        await call.hears(says("thank_you"), share=MOST)
    heard = await whole_recording(call)
    assert not compare(await to_thread(text_of, town, first), heard).whole
    await to_thread(town.until_closed, second, seconds=60)


async def test_who_calls_and_hears_an_alert_that_is_corrected_meanwhile_hears_the_right_one_next(
    town: Server, phones: Handsets, says: Says
) -> None:
    mia = phone(17, 9231)
    await to_thread(town.enrol, "bellers-2", {"Mia is not at home": [mia]})
    first = await to_thread(town.send, "bellers-2", " ".join([WRONG] * 3))
    async with phones.calling(mia) as call:
        await call.hears(says("line_menu"), share=MOST)
        await call.presses("1")
        sending = to_thread(follow, town, first, "correction", RIGHT)
        second, _ = await gather(sending, call.hears(says("changed"), share=MOST))
        await call.hears(await to_thread(text_of, town, second))
        await call.presses("1")
        await call.hears(says("thank_you"), share=MOST)
    await to_thread(town.until_closed, second, seconds=60)


async def test_a_line_that_dies_while_it_says_the_right_text_never_says_the_wrong_one_again(
    town: Server, phones: Handsets, says: Says
) -> None:
    """Whoever leads the call next: another line process, or the PBX by itself."""
    nele = phone(33, 9241)
    await to_thread(town.enrol, "herstart", {"Nele listens": [nele]})
    first = await to_thread(town.send, "herstart", WRONG)
    async with phones.called(nele, patience=PATIENCE) as call:
        wrong = await to_thread(text_of, town, first)
        await call.hears(beginning(wrong))
        second = await to_thread(follow, town, first, "correction", RIGHT)
        right = await to_thread(text_of, town, second)
        await call.hears(says("changed"), share=MOST)
        until = await call.hears(beginning(right))
        killed = await to_thread(town.kill, "line.json")
        await to_thread(town.until_led_again, killed)
        await call.hears(right)
        await call.presses("1")
        await call.until_over()
    await to_thread(town.until_closed, second, seconds=120)
    heard = await whole_recording(call)
    after = Audio(heard.samples[round(until * heard.rate) :], heard.rate)
    assert not compare(wrong, after).whole
    assert (await to_thread(town.recipients, second))["Nele listens"].result in {"heard", "confirmed"}


async def test_a_correction_is_corrected_on_the_same_call(town: Server, phones: Handsets, says: Says) -> None:
    omer = phone(33, 9251)
    await to_thread(town.enrol, "opnieuw", {"Omer listens": [omer]})
    first = await to_thread(town.send, "opnieuw", WRONG)
    async with phones.called(omer, patience=PATIENCE) as call:
        await call.hears(beginning(await to_thread(text_of, town, first)))
        second = await to_thread(follow, town, first, "correction", RIGHT)
        await call.hears(says("changed"), share=MOST)
        await call.hears(beginning(await to_thread(text_of, town, second)))
        third = await to_thread(follow, town, second, "correction", LATER)
        await call.hears(says("changed"), share=MOST)
        await call.hears(await to_thread(text_of, town, third))
        await call.presses("1")
        await call.hears(says("thank_you"), share=MOST)
    await to_thread(town.until_closed, third, seconds=60)
    shown = await to_thread(town.type, "results", str(first))
    [omers] = shown["recipients"]
    assert omers["others"][str(third)] == "confirmed"
    assert omers["others"][str(second)] in {"partial", "heard"}
    assert calls_to(town, third, [omer]) == calls_to(town, second, [omer]) == 0


async def test_the_reporter_is_told_and_nobody_else_learns_of_it(
    town: Server, phones: Handsets, says: Says, neighbourhood: RunningNeighbourhood
) -> None:
    reporter, other = phone(33, 9261), phone(17, 9262)
    spoken = neighbourhood.recordings / "rik-says"
    write_sound(spoken, speech("Er staat een grijze bestelwagen in de Beukenlaan."))
    await to_thread(town.enrol, "melders", {"Rik reports": [reporter], "Sara does not": [other]})
    async with phones.calling(reporter) as call:
        await call.hears(says("line_menu"), share=MOST)
        await call.presses("2")
        await call.hears(tone())
        await call.says(spoken)
        await call.presses("#")
        await call.hears(says("report_menu"), share=MOST)
        await call.presses("1")
        await call.hears(says("report_thanks"), share=MOST)
    [report] = await to_thread(town.type, "report-inbox", "list")
    number = str(report["id"])
    sent = await to_thread(town.type, "report-inbox", "answer", number, "--text", f"nl={OVER}", "--urgent")
    assert sent["code"] is None
    answer = await to_thread(text_of, town, sent["broadcast"])
    async with phones.called(reporter, patience=PATIENCE) as call:
        await call.hears(answer)
        await call.presses("1")
        await call.until_over()
    await to_thread(town.until_closed, sent["broadcast"], seconds=60)
    assert set(await to_thread(town.recipients, sent["broadcast"])) == {"Rik reports"}
    async with phones.calling(other) as call:
        await call.hears(says("line_menu"), share=MOST)
        await call.presses("1")
        await call.hears(says("line_no_alert"), share=MOST)
    await to_thread(town.type, "report-inbox", "judge", number, "useful", "--by", "Maes")
