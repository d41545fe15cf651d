"""`buurtbel list`, `watch` and `results` while an alert goes on: who is called, who waits, and until when."""

import csv
import io
import json
import os
import subprocess
import sys
from datetime import datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from broadcast.results.results import Progress, progress
from buurtbel.status.progress import progress_line
from buurtbel.times import iso, time_of
from tests.buurtbel.conftest import Town, Typed
from tests.support.people import DE_BIST, phone

URGENT = ("--network", DE_BIST, "--text", "nl=Blijf binnen.", "--urgent")
BRUSSELS = ZoneInfo("Europe/Brussels")
AN, BERT = phone(10), phone(16)


@pytest.fixture
def running(town: Town, typed: Typed) -> str:
    """The number of an alert that nobody rings yet."""
    town.add()
    return str(typed("send", *URGENT, "--by", "Maes", "--json").document["broadcast"])


def of(e164: str) -> str:
    return f"e164 = '{e164}'"


def calls_told(typed: Typed, *words: str) -> dict[str, str]:
    """What the results say at the end of each line, by name."""
    return {line[:10]: line for line in typed("results", *words).out.splitlines()[1:]}


def test_who_waits_for_a_line_is_not_said_to_be_called(running: str, town: Town, typed: Typed) -> None:
    told = calls_told(typed, running)
    assert told["An Peeters"].endswith(f"{AN} waits for a line")
    assert "being called" not in typed("results", running).out + typed("results", running, "--calls").out
    assert "being called 0 | waiting 2, for a line | to go 2 of 2" in first_line_of_watch(town, running)


def test_who_is_not_planned_yet_waits_too(running: str, town: Town, typed: Typed) -> None:
    town.ask("DELETE FROM attempt")
    town.ask("UPDATE recipient SET opened = false")
    assert calls_told(typed)["Bert Claes"].endswith("nothing (to go)  waits for a line")
    assert "waiting 2, for a line" in first_line_of_watch(town, running)


def test_who_is_called_again_later_waits_until_then(running: str, town: Town, typed: Typed) -> None:
    town.ask(
        "UPDATE attempt SET state = 'done', outcome = 'busy', dialled_at = now(), ended_at = now()"
        f" WHERE {of(AN)}"
    )
    town.ask(
        "INSERT INTO attempt (id, broadcast_id, recipient_id, e164, due_at) SELECT gen_random_uuid(),"
        " broadcast_id, recipient_id, e164, date_trunc('minute', now()) + interval '5 min'"
        f" FROM attempt WHERE {of(AN)}"
    )
    town.ask(f"UPDATE attempt SET state = 'dialling', dialled_at = now() WHERE {of(BERT)}")
    [(due, now)] = town.ask("SELECT due_at, now() FROM attempt WHERE state = 'queued'")
    at = time_of(due, BRUSSELS, now=now)
    told = calls_told(typed)
    assert told["An Peeters"].endswith(f"{AN} busy, {AN} waits, again at {at}")
    assert told["Bert Claes"].endswith(f"{BERT} being called")
    watched = first_line_of_watch(town, running)
    assert f"being called 1 | waiting 1, next at {at}:00 | to go 2 of 2" in watched
    rows = list(csv.DictReader(io.StringIO(typed("results", "--csv").out)))
    assert [row["due_at"] for row in rows] == ["", iso(due, BRUSSELS), ""]


def test_who_called_back_is_counted_apart(running: str, town: Town, typed: Typed) -> None:
    assert "called back" not in first_line_of_watch(town, running)
    town.ask(
        "INSERT INTO attempt (id, broadcast_id, recipient_id, e164, state, due_at, ended_at, outcome)"
        " SELECT gen_random_uuid(), broadcast_id, recipient_id, e164, 'done', now(), now(), 'called_back'"
        f" FROM attempt WHERE {of(AN)}"
    )
    town.ask(
        "UPDATE recipient SET result = 'called_back' FROM member"
        " WHERE member.id = member_id AND name LIKE 'An %'"
    )
    assert "called back (to go)" in calls_told(typed)["An Peeters"]
    town.ask("UPDATE recipient SET state = 'final' WHERE result = 'called_back'")
    town.ask(
        "UPDATE attempt SET state = 'done', outcome = 'no_answer', ended_at = now()"
        f" WHERE {of(AN)} AND state <> 'done'"
    )
    told = calls_told(typed)["An Peeters"]
    assert "  called back  " in told
    assert f"{AN} called_back" in told
    assert "confirmed 0 heard 0 called back 1 voicemail 0" in first_line_of_watch(town, running)
    [listed] = typed("list", "--json").document
    assert listed["results"] == {"called_back": 1}
    head, row = typed("list").out.splitlines()
    assert row[head.index("called back") :].split()[0] == "1"
    assert row[head.index("confirmed") :].split()[0] == "0"
    rows = list(csv.DictReader(io.StringIO(typed("results", "--csv").out)))
    assert {row["outcome"] for row in rows if row["result"] == "called_back"} == {"called_back", "no_answer"}


def first_line_of_watch(town: Town, broadcast: str) -> str:
    """What `watch` shows first, told in this process: one of its own costs a second of the processor."""

    async def look(engine: AsyncEngine) -> Progress:
        async with engine.connect() as connection:
            return await progress(connection, int(broadcast))

    return progress_line(town.on_engine(look), BRUSSELS)


@pytest.mark.parametrize("words", [(), pytest.param(("--json",), marks=pytest.mark.thorough)])
def test_watch_says_at_once_that_nobody_rings_and_goes_on_watching(
    running: str, town: Town, words: tuple[str, ...]
) -> None:
    with watching(*words) as process:
        assert process.stderr is not None
        said = next(line for line in process.stderr if "being called" not in line)
        assert said == (
            "The alert is kept, and rings when this is mended: "
            "No line process works on this database; start `buurtbel serve`.\n"
        )
        end_all(town)
        told, rest = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "No line process" not in rest
    assert all(isinstance(json.loads(line), dict) for line in told.splitlines())


def test_watch_says_nothing_of_what_hinders_when_all_is_over(running: str, town: Town) -> None:
    end_all(town)
    with watching() as process:
        assert "No line process" not in process.communicate(timeout=20)[1]


def end_all(town: Town) -> None:
    town.ask("UPDATE attempt SET state = 'done', outcome = 'heard', ended_at = now()")
    town.ask("UPDATE recipient SET state = 'final', result = 'heard'")
    town.ask("UPDATE broadcast SET state = 'closed', closed_at = now()")


def watching(*words: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "buurtbel", "watch", *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=dict(os.environ),
    )


def test_watch_writes_one_json_document_for_each_change(running: str, town: Town) -> None:
    with watching("--json") as process:
        assert process.stdout is not None
        first = json.loads(process.stdout.readline())
        town.ask(f"UPDATE attempt SET state = 'dialling', dialled_at = now() WHERE {of(AN)}")
        second = json.loads(process.stdout.readline())
        end_all(town)
        rest = [json.loads(line) for line in process.stdout]
    assert process.returncode == 0
    assert (first["being_called"], first["waiting"], first["to_go"]) == (0, 2, 2)
    assert (second["being_called"], second["waiting"], second["to_go"]) == (1, 1, 2)
    assert rest[-1]["state"] == "closed"
    assert rest[-1]["results"] == {"heard": 2}
    everything = [{k: v for k, v in one.items() if k != "now"} for one in (first, second, *rest)]
    assert all(a != b for a, b in pairwise(everything))


def test_somebody_behind_a_number_that_is_called_for_another_does_not_wait(running: str, town: Town) -> None:
    town.ask(f"UPDATE recipient_number SET e164 = '{AN}' WHERE {of(BERT)}")
    town.ask(f"DELETE FROM attempt WHERE {of(BERT)}")
    town.ask("UPDATE attempt SET state = 'dialling', dialled_at = now()")
    assert "being called 1 | waiting 0 | to go 2 of 2" in first_line_of_watch(town, running)


# Which there were


def test_broadcasts_are_listed_newest_first_with_their_figures(
    running: str, town: Town, typed: Typed
) -> None:
    town.add("het-heike")
    second = typed("send", *URGENT, "--network", "het-heike", "--by", "Claes", "--json").document["broadcast"]
    town.ask(f"UPDATE recipient SET state = 'final', result = 'heard' WHERE broadcast_id = {running}")
    listed = typed("list", "--json").document
    assert [(one["broadcast"], one["by"], one["networks"]) for one in listed] == [
        (second, "Claes", [DE_BIST, "het-heike"]),
        (int(running), "Maes", [DE_BIST]),
    ]
    assert (listed[0]["recipients"], listed[0]["results"], listed[0]["to_go"]) == (4, {}, 4)
    assert (listed[1]["recipients"], listed[1]["results"], listed[1]["to_go"]) == (2, {"heard": 2}, 0)
    assert [one["broadcast"] for one in typed("list", "--last", "1", "--json").document] == [second]
    typed("stop", str(second))
    head, newest, oldest = typed("list").out.splitlines()
    assert head.split() == [
        *("broadcast", "begun", "by", "networks", "state", "people", "confirmed", "heard", "called", "back"),
        *("voicemail", "to", "go"),
    ]
    assert newest.split()[3:] == ["Claes", DE_BIST, "het-heike", "stopped", "4", "0", "0", "0", "0", "0"]
    assert oldest.split()[3:] == ["Maes", DE_BIST, "running", "2", "0", "2", "0", "0", "0"]


def test_watch_and_results_take_the_newest(running: str, town: Town, typed: Typed) -> None:
    second = typed("send", *URGENT, "--json").document["broadcast"]
    town.ask(f"UPDATE broadcast SET state = 'closed', closed_at = now() WHERE id = {second}")
    assert typed("results", "--json").document["broadcast"] == second
    assert typed("watch", "--json").document["broadcast"] == second


@pytest.mark.parametrize("command", ["watch", "results"])
def test_before_the_first_broadcast_there_is_none_to_take(town: Town, typed: Typed, command: str) -> None:
    assert typed("list", "--json").document == []
    assert typed(command).refusal == "There is no broadcast yet; `buurtbel send` begins one."


# On whose clock


@pytest.mark.parametrize(
    ("zone", "shown"), [("", "30/11/2026 03:04"), ("America/New_York", "29/11/2026 21:04")]
)
def test_people_read_times_on_the_zone_s_clock_whatever_the_machine_s_is(
    running: str, town: Town, typed: Typed, monkeypatch: pytest.MonkeyPatch, zone: str, shown: str
) -> None:
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    monkeypatch.setenv("BUURTBEL_TIME_ZONE", zone)
    town.ask("UPDATE broadcast SET created_at = '2026-11-30 02:04:00+00'")
    town.serves("westerlo")
    town.ask("UPDATE node SET renewed_at = '2026-11-30 02:04:05+00'")
    assert shown in typed("list").out
    assert f"{shown[-5:]}:05" in typed("node", "list").out
    [listed] = typed("list", "--json").document
    assert datetime.fromisoformat(listed["started_at"]).utcoffset() is not None


def test_the_hours_of_a_network_are_those_of_the_zone_s_clock(
    town: Town, typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = datetime.now(ZoneInfo("Pacific/Auckland"))
    town.add(
        hours=(
            (there - timedelta(hours=1)).time().replace(tzinfo=None),
            (there + timedelta(hours=1)).time().replace(tzinfo=None),
        )
    )
    words = ["send", "--network", DE_BIST, "--text", "nl=Blijf binnen.", "--json"]
    assert "only between" in typed(*words).refusal
    monkeypatch.setenv("BUURTBEL_TIME_ZONE", "Pacific/Auckland")
    assert typed(*words).document["recipients"] == 2
