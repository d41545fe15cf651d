"""`buurtbel trace` on real calls: what log and rows say of each, in the order in which it happened."""

from asyncio import to_thread
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from prompts.audio import tone, write_sound
from simulation.phones.handset import Handset, Handsets
from tests.pbx_fixtures import RunningNeighbourhood, speech
from tests.support.callers import MOST, Says, alert
from tests.support.people import phone
from tests.support.server import Server

pytestmark = [pytest.mark.pbx, pytest.mark.timeout(240)]

TEXT = "Inbraak in de Beukenlaan. Blijf binnen."


def events(document: Any) -> list[tuple[str, str]]:
    """Source and words of what is told, which is in the order of time."""
    moments = [datetime.fromisoformat(event["at"]) for event in document["events"]]
    assert moments == sorted(moments)
    return [(event["source"], event["says"]) for event in document["events"]]


def in_order(told: Sequence[tuple[str, str]], *expected: tuple[str, str]) -> bool:
    """Whether these come one after the other, with others between; words as they begin."""
    left = iter(told)
    return all(
        any(source == wanted and says.startswith(words) for source, says in left)
        for wanted, words in expected
    )


async def reports(call: Handset, spoken: Path, says: Says) -> None:
    """By 9 on an alert, from the first word to the thanks."""
    await call.presses("9")
    await call.hears(says("report_speak"), share=MOST)
    await call.hears(tone())
    await call.says(spoken)
    await call.presses("#")
    await call.hears(says("report_menu"), share=MOST)
    await call.presses("1")
    await call.hears(says("report_thanks"), share=MOST)


async def test_an_alert_that_leads_to_a_report_is_told_from_the_broadcast_to_the_end_of_the_call(
    town: Server, phones: Handsets, says: Says, neighbourhood: RunningNeighbourhood
) -> None:
    griet = phone(33, 9601)
    spoken = neighbourhood.recordings / "griet-tells"
    write_sound(spoken, speech("Ik zie een man met een ladder achter de kerk."))
    await to_thread(town.enrol, "traced", {"Griet": [griet]})
    broadcast = await to_thread(town.send, "traced", TEXT)
    async with phones.called(griet) as call:
        await call.hears(await to_thread(alert, town, broadcast), share=MOST)
        await reports(call, spoken, says)
    await to_thread(town.until_closed, broadcast)
    [(report, channel)] = await to_thread(
        town.ask, "SELECT id, channel FROM member_report WHERE e164 = %(n)s", n=griet
    )
    # Or the officers on duty of other tests would be rung for it.
    await to_thread(town.try_to, "report-inbox", "claim", str(report), "--by", "Maes")
    [griets] = (await to_thread(town.type, "results", str(broadcast)))["recipients"]
    [attempt] = [one["attempt"] for one in griets["calls"]]
    assert channel == attempt
    await to_thread(town.until, lambda: "Ended" in str(town.type("trace", attempt)))
    found = await to_thread(town.type, "trace", attempt[:8])
    assert (found["call"], found["names"], found["lacks"]) == (attempt, ["Griet"], [])
    told = events(found)
    assert in_order(
        told,
        ("broadcast", f"Broadcast {broadcast} begins."),
        ("attempt", "Due"),
        ("attempt", "Taken and written ahead by node test."),
        ("line.log", "Originating."),
        ("line.log", "It got through."),
        ("line.log", "Answered."),
        ("evidence", "Pass 1 of the message begins."),
        ("line.log", "Its attempt is over; the conversation goes on"),
        ("line.log", f"Report {report} begins."),
        ("line.log", f"Report {report} is kept."),
        ("line.log", "Ended (cause 16"),
    ), told
    # The key ends the attempt: two clocks tell of one moment, so that either may come first.
    assert in_order(told, ("evidence", "A key is pressed.")), told
    assert in_order(told, ("attempt", "Recorded as confirmed")), told
    assert in_order(told, ("report", f"Report {report} begins."), ("report", f"Report {report} is kept.")), (
        told
    )
    shown = await to_thread(town.try_to, "trace", attempt[:8])
    assert (shown.returncode, shown.stderr) == (0, "")
    assert griet in shown.stdout
    assert griet.removeprefix("+") not in (town.folder / "line.log").read_text()


def test_who_is_engaged_first_is_told_twice_and_one_leads_to_the_other(town: Server) -> None:
    nele = phone(18, 9602)
    town.enrol("engaged", {"Nele is busy first": [nele]})
    broadcast = town.send("engaged", TEXT)
    town.until_closed(broadcast)
    shown = town.try_to("results", str(broadcast), "--calls").stdout.splitlines()[1:]
    first, second = (line.split()[0] for line in shown)
    told = events(town.type("trace", first))
    assert in_order(
        told,
        ("line.log", "Originating."),
        ("line.log", "Ended (cause 17, SIP 486)."),
        ("attempt", "Recorded as busy"),
        ("attempt", f"After it: attempt {second}"),
    ), told
    assert "Answered." not in [says for _, says in told]
    told = events(town.type("trace", second))
    assert in_order(
        told,
        ("attempt", f"Before it: attempt {first}"),
        ("line.log", "Answered."),
        ("attempt", "Recorded as confirmed"),
        ("recipient", "No more calls: the result is confirmed."),
    ), told


async def test_a_test_call_and_a_call_to_us_are_told_by_their_channels(
    town: Server, phones: Handsets, says: Says
) -> None:
    tried = await to_thread(town.try_to, "doctor", "--call", phone(14, 9603))
    assert "whoever answered hung up" in tried.stdout
    [(trial,)] = await to_thread(town.ask, "SELECT id FROM trial_call ORDER BY placed_at DESC LIMIT 1")
    told = events(await to_thread(town.type, "trace", "--call", str(trial)))
    assert in_order(
        told,
        ("test call", "Written ahead by node test"),
        ("line.log", "Originating."),
        ("line.log", "Answered."),
        ("line.log", "Ended"),
    ), told
    log = town.folder / "line.log"
    before = log.read_text().count("Somebody calls us.")
    async with phones.calling(phone(33, 9604)) as call:
        await call.hears(says("line_unknown"), share=MOST)
    await to_thread(town.until, lambda: log.read_text().count("Somebody calls us.") == before + 1)
    line = [line for line in log.read_text().splitlines() if "Somebody calls us." in line][-1]
    channel = line.partition("[channel=")[2].partition("]")[0]
    await to_thread(town.until, lambda: f"[channel={channel}]: Ended" in log.read_text())
    told = events(await to_thread(town.type, "trace", "--call", channel))
    assert told[0][1] == "Somebody calls us."
    assert told[-1][1].startswith("Ended")
