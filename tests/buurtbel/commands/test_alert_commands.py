"""`buurtbel send`, `watch` and `results`: an alert and what came of it."""

import csv
import gc
import io
from datetime import datetime, time, timedelta

import pytest

from broadcast.alert.desk import BRUSSELS
from tests.buurtbel.conftest import NO_PBX, Town, Typed
from tests.support.people import DE_BIST, phone

TEXT = "Inbraak bezig. Blijf binnen."
URGENT = ("--network", DE_BIST, "--text", f"nl={TEXT}", "--urgent")


def hours_from_now(first: int, last: int) -> tuple[time, time]:
    now = datetime.now(BRUSSELS)
    begin, end = (now + timedelta(hours=hours) for hours in (first, last))
    return begin.time().replace(tzinfo=None), end.time().replace(tzinfo=None)


def test_send_says_who_is_called_and_what_they_hear(town: Town, typed: Typed) -> None:
    town.add()
    sent = typed("send", *URGENT, "--by", "inspecteur Maes", "--json").document
    assert set(sent) == {
        "broadcast",
        "recipients",
        "unwritten",
        "without_number",
        "only_dead_numbers",
        "passes",
        "other_language",
        "expires_at",
        "code",
        "outlook",
        "minutes",
        "callers",
        "lines",
        "warnings",
    }
    assert (sent["recipients"], sent["without_number"], sent["other_language"]) == (2, 0, 0)
    assert town.ask("SELECT started_by, urgent FROM broadcast") == [("inspecteur Maes", True)]
    assert "ringing 2 people" in typed("send", *URGENT).out
    assert town.ask("SELECT code FROM broadcast ORDER BY id LIMIT 1") == [(sent["code"],)]


def test_send_names_who_has_only_dead_numbers(town: Town, typed: Typed) -> None:
    town.add()
    told = "UPDATE number SET said_dead_since = now(), said_dead_at = now(), dead_since = now()"
    town.ask(f"{told} WHERE e164 IN ('{phone(10)}', '{phone(16)}')")
    answer = typed("send", *URGENT)
    assert "ringing 1 people" in answer.out
    assert "Only dead numbers: An Peeters. " in answer.out
    assert "An Peeters  nl        nothing (only dead numbers)" in typed("results").out
    assert typed("send", *URGENT, "--json").document["only_dead_numbers"] == ["An Peeters"]
    town.ask(told)
    assert "add numbers first, or revive dead ones" in typed("send", *URGENT).refusal


def test_send_without_a_line_keeps_the_alert_and_says_so(town: Town, typed: Typed) -> None:
    town.add()
    answer = typed("send", *URGENT, "--json")
    [warning] = answer.document["warnings"]
    assert warning == (
        "The alert is kept, and rings when this is mended: "
        "No line process works on this database; start `buurtbel serve`."
    )
    assert answer.err == warning + "\n"
    assert town.ask("SELECT state, count(*) FROM attempt GROUP BY state") == [("queued", 2)]


def test_send_warns_of_a_message_that_is_long(town: Town, typed: Typed) -> None:
    town.add()
    long = "Er is ingebroken in de Beukenlaan en de daders zijn te voet gevlucht. " * 6
    warnings = typed("send", "--network", DE_BIST, "--urgent", "--text", f"nl={long}", "--json").document[
        "warnings"
    ]
    assert [warning for warning in warnings if "s in nl; of more than 25 s much is forgotten" in warning]


def test_send_without_a_pbx_keeps_the_alert_and_says_so(town: Town, typed: Typed) -> None:
    town.add()
    town.serves()
    answer = typed("send", *URGENT)
    assert "Broadcast 1: ringing 2 people" in answer.out
    assert answer.code == 0
    assert f"when this is mended: Asterisk does not answer at {NO_PBX}" in answer.err
    assert answer.err.count("\n") == 1


def test_a_line_that_died_a_minute_ago_works_no_more(town: Town, typed: Typed) -> None:
    town.add()
    town.serves(seconds=-60)
    assert "No line process" in typed("send", *URGENT, "--json").document["warnings"][0]


def test_send_that_is_refused_leaves_no_connection_behind(town: Town, typed: Typed) -> None:
    town.add("nieuw", charter_approved_on=None)
    for _ in range(8):
        assert typed("send", "--network", "nieuw", "--text", f"nl={TEXT}").code != 0
        gc.collect()  # a connection that nobody closed is a warning, and so a failure


def test_a_message_that_is_not_urgent_is_sent_within_the_hours(town: Town, typed: Typed) -> None:
    town.add(hours=hours_from_now(-1, 1))
    words = ["send", "--network", DE_BIST, "--text", f"nl={TEXT}", "--json"]
    assert typed(*words).document["recipients"] == 2
    assert town.ask("SELECT urgent FROM broadcast") == [(False,)]


def test_a_message_that_is_not_urgent_is_not_sent_outside_the_hours(town: Town, typed: Typed) -> None:
    town.add(hours=hours_from_now(1, 2))
    refusal = typed("send", "--network", DE_BIST, "--text", f"nl={TEXT}").refusal
    assert "A message that is not urgent may ring BIN De Bist only between" in refusal
    assert town.ask("SELECT count(*) FROM broadcast") == [(0,)]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--network", "de-bits", "--text", f"nl={TEXT}"], "did you mean de-bist?"),
        (["--network", "nieuw", "--text", f"nl={TEXT}"], "The charter of BIN Nieuw is not approved yet"),
        (["--network", DE_BIST, "--text", "nl="], "The text in nl is empty"),
        (["--network", DE_BIST, "--text", "nl=  \n "], "The text in nl is empty"),
        (["--network", DE_BIST, "--text", "nl=..."], "The message has no words"),
        (["--network", DE_BIST, "--text", "nl=" + "woord " * 3000], "The message has 3000 words, too many"),
        (["--network", DE_BIST, "--text", "nl=" + "woord " * 170], "lasts"),
        (["--network", DE_BIST, "--text", TEXT], "Write each text with its language"),
        (["--network", DE_BIST, "--text", "es=Hola"], "There is no language 'es'"),
        (["--network", DE_BIST, "--text", "nl=a", "--text", "nl=b"], "There are two texts in 'nl'"),
        (["--network", DE_BIST, "--text", "nl=a", "--text", " nl=b"], "There are two texts in 'nl'"),
        (["--network", DE_BIST, "--text", f"nl={TEXT}", "--by", "Maes " * 30], "longer than 100 characters"),
        (
            ["--network", DE_BIST, "--text", f"nl={TEXT}", "--by", "Ma\udce9s"],
            "invisible or control character",
        ),
    ],
)
def test_an_alert_that_cannot_be_sent_is_told_and_leaves_nothing(
    town: Town, typed: Typed, words: list[str], complaint: str
) -> None:
    town.add()
    town.add("nieuw", charter_approved_on=None)
    assert complaint in typed("send", "--urgent", *words).refusal
    for table in ("broadcast", "recipient", "attempt", "audio", "procrastinate_jobs"):
        assert town.ask(f"SELECT count(*) FROM {table}") == [(0,)]


def test_a_missing_voice_is_told_and_leaves_nothing(
    town: Town, typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.add()
    monkeypatch.setenv("PATH", "/nowhere")
    assert "espeak-ng" in typed("send", *URGENT, "--by", "Maes").refusal
    assert town.ask("SELECT count(*) FROM broadcast") == [(0,)]


def test_an_alert_is_stopped_once_and_nobody_is_called_for_it_any_more(town: Town, typed: Typed) -> None:
    town.add()
    number = str(typed("send", *URGENT, "--json").document["broadcast"])
    assert typed("stop", number, "--by", "Claes").out == f"Broadcast {number} is stopped.\n"
    assert town.ask("SELECT state, outcome, count(*) FROM attempt GROUP BY 1, 2") == [
        ("done", "cancelled", 2)
    ]
    assert town.ask("SELECT stopped_by FROM broadcast") == [("Claes",)]
    assert f"Broadcast {number} is over or stopped already" in typed("stop", number).refusal
    assert "There is no broadcast 99" in typed("stop", "99").refusal


def test_a_code_is_withdrawn_once_and_all_that_tells_of_the_alert_says_so(town: Town, typed: Typed) -> None:
    town.add()
    number = str(typed("send", *URGENT, "--json").document["broadcast"])
    assert "code withdrawn" not in typed("list").out
    said = typed("withdraw-code", number, "--by", "Claes").out
    assert said == f"The code of broadcast {number} is withdrawn; nothing else of the alert changes.\n"
    assert town.ask("SELECT code_withdrawn_by, stopped_at FROM broadcast") == [("Claes", None)]
    assert "running, code withdrawn" in typed("list").out
    assert typed("list", "--json").document[0]["code_withdrawn_at"]
    assert typed("results", number, "--json").document["code_withdrawn_at"]
    assert "The code of this alert was withdrawn" in typed("results", number).err
    assert "has no code that works" in typed("withdraw-code", number).refusal
    assert "There is no broadcast 99" in typed("withdraw-code", "99").refusal


# What came of it


@pytest.fixture
def closed(town: Town, typed: Typed) -> str:
    """The number of a broadcast that An confirmed and that found Bert busy, then listening."""
    town.add()
    number = str(typed("send", *URGENT, "--json").document["broadcast"])
    town.ask("UPDATE attempt SET state = 'done', dialled_at = now(), ended_at = now(), outcome = 'busy'")
    town.ask(f"UPDATE attempt SET outcome = 'confirmed', answered_at = now() WHERE e164 = '{phone(10)}'")
    town.ask("UPDATE recipient SET state = 'final', result = 'nothing'")
    town.ask(
        "UPDATE recipient SET result = 'confirmed' FROM attempt"
        f" WHERE attempt.recipient_id = recipient.id AND e164 = '{phone(10)}'"
    )
    town.ask("UPDATE broadcast SET state = 'closed', closed_at = now()")
    return number


def test_watch_ends_when_everybody_has_a_result(closed: str, typed: Typed) -> None:
    watched = typed("watch", closed, "--json").document
    assert set(watched) == {
        "broadcast",
        "state",
        "recipients",
        "results",
        "to_go",
        "unwritten",
        "being_called",
        "waiting",
        "next_due",
        "outcomes",
        "started_at",
        "stopped_at",
        "code",
        "code_withdrawn_at",
        "trunk_fault",
        "beside",
        "callers",
        "lines",
        "now",
        "steered",
        "expires_at",
        "replaced_by",
    }
    assert (watched["state"], watched["recipients"], watched["to_go"]) == ("closed", 2, 0)
    assert watched["results"] == {"confirmed": 1, "nothing": 1}
    assert watched["outcomes"] == {"confirmed": 1, "busy": 1}
    for_people = typed("watch", closed)
    assert "confirmed 1" in for_people.err
    assert "to go 0 of 2" in for_people.err


def test_the_results_say_what_happened_to_each_person(closed: str, typed: Typed) -> None:
    reported = typed("results", closed, "--json").document
    assert set(reported) == {
        *("broadcast", "unwritten", "trunk_fault", "code_withdrawn_at"),
        *("steered", "expires_at", "others", "recipients"),
    }
    an, bert = reported["recipients"]
    whole = {"recipient", "name", "language", "state", "result", "left_on", "numbers", "calls", "others"}
    assert set(an) == whole
    assert (an["name"], an["result"], bert["name"], bert["result"]) == (
        "An Peeters",
        "confirmed",
        "Bert Claes",
        "nothing",
    )
    [call] = an["calls"]
    assert {"number": phone(10), "outcome": "confirmed", "evidence": {}}.items() <= call.items()
    assert {"dialled_at", "answered_at", "ended_at", "cause", "sip_status"} <= set(call)
    assert bert["numbers"] == [phone(16), phone(12)]
    shown = typed("results", closed).out
    assert f"{phone(10)} confirmed" in shown
    assert f"{phone(16)} busy" in shown


def test_the_report_is_a_table_for_other_programs_too(closed: str, typed: Typed) -> None:
    answer = typed("results", closed, "--csv")
    rows = list(csv.DictReader(io.StringIO(answer.out)))
    assert answer.out.splitlines()[0] == (
        "name,language,state,result,left_on,number,outcome,dialled_at,answered_at,ended_at,cause,judgement,"
        "reason,due_at,attempt,others"
    )
    assert [(row["name"], row["outcome"]) for row in rows] == [
        ("An Peeters", "confirmed"),
        ("Bert Claes", "busy"),
    ]


def test_the_results_show_what_was_heard_on_each_call(closed: str, town: Town, typed: Typed) -> None:
    evidence = (
        '{"talk": [[0.5, 6.25], [8.0, null]], "passes": [[0.06, 7.85, false], [7.85, 15.9, true]],'
        ' "keys": [3.0], "left": 17.5, "echo": 0, "judgement": "machine", "reason": "talked long at once"}'
    )
    town.ask(f"UPDATE attempt SET evidence = '{evidence}' WHERE e164 = '{phone(10)}'")
    shown = typed("results", closed, "--calls").out
    assert "machine: talked long at once" in shown
    assert "0.1-7.8 7.8-15.9*" in shown
    assert "0.5-6.2 8.0-" in shown
    row = next(csv.DictReader(io.StringIO(typed("results", closed, "--csv").out)))
    assert (row["judgement"], row["reason"]) == ("machine", "talked long at once")


def test_calls_from_before_a_judgement_was_kept_are_shown_too(closed: str, town: Town, typed: Typed) -> None:
    evidence = '{"talk": [], "passes": [[0.06, 7.85, true]], "keys": 2}'
    town.ask(f"UPDATE attempt SET evidence = '{evidence}' WHERE e164 = '{phone(10)}'")
    assert "0.1-7.8*" in typed("results", closed, "--calls").out
    assert typed("results", closed, "--csv").code == 0


@pytest.mark.parametrize("command", ["watch", "results"])
def test_a_broadcast_that_does_not_exist_is_told(town: Town, typed: Typed, command: str) -> None:
    assert "There is no broadcast 7" in typed(command, "7", "--json").refusal
