"""`buurtbel follow-up` and `report-inbox answer`: what comes after an alert, typed and shown."""

import csv
import io

import pytest

from tests.buurtbel.commands.test_recorded_alerts import report_from
from tests.buurtbel.conftest import Town, Typed
from tests.support.people import DE_BIST, phone

WRONG = ("--network", DE_BIST, "--text", "nl=Inbraak in de Kerkstraat.", "--urgent", "--by", "Maes")
RIGHT = ("--text", "nl=Niet daar, maar in de Molenstraat.", "--by", "Maes")


@pytest.fixture
def heard(town: Town, typed: Typed) -> str:
    """An alert that An has confirmed, and that Bert still waits for."""
    town.add()
    sent = str(typed("send", *WRONG, "--json").document["broadcast"])
    town.ask(
        "UPDATE recipient SET state = 'final', result = 'confirmed' WHERE member_id ="
        " (SELECT id FROM member WHERE name = 'An Peeters')"
    )
    town.ask(f"UPDATE attempt SET state = 'done', outcome = 'confirmed' WHERE e164 = '{phone(10)}'")
    return sent


def test_a_correction_is_for_everybody_and_is_said_to_replace_the_first(
    heard: str, town: Town, typed: Typed
) -> None:
    sent = typed("follow-up", heard, "--kind", "correction", *RIGHT, "--json").document
    assert sent["recipients"] == 2
    second = sent["broadcast"]
    assert town.ask(f"SELECT follows, kind, whom, urgent FROM broadcast WHERE id = {second}") == [
        (int(heard), "correction", "all", True)
    ]
    shown = typed("results", heard)
    assert shown.err == f"Broadcast {second} is said in place of this one.\n"
    assert shown.out.splitlines()[0].split() == [
        *("name", "language", "result", "correction", str(second), "calls")
    ]
    [listed, first] = typed("list", "--json").document
    assert (listed["kind"], listed["follows"], first["replaced_by"]) == ("correction", int(heard), second)
    newest, oldest = typed("list").out.splitlines()[1:]
    assert f"running, correction of {heard}" in newest
    assert f"replaced by {second}" in oldest


def test_results_show_what_each_person_got_of_both(heard: str, town: Town, typed: Typed) -> None:
    second = str(
        typed("follow-up", heard, "--kind", "all-clear", *RIGHT, "--urgent", "--json").document["broadcast"]
    )
    town.ask(f"UPDATE recipient SET state = 'final', result = 'heard' WHERE broadcast_id = {second}")
    first = typed("results", heard, "--json").document
    assert [(one["broadcast"], one["kind"], one["whom"]) for one in first["others"]] == [
        (int(second), "all-clear", "heard")
    ]
    assert {one["name"]: one["others"] for one in first["recipients"]} == {
        "An Peeters": {second: "heard"},
        "Bert Claes": {},
    }
    follow_up = typed("results", second, "--json").document
    assert {one["name"]: one["others"] for one in follow_up["recipients"]} == {
        "An Peeters": {heard: "confirmed"}
    }
    rows = list(csv.DictReader(io.StringIO(typed("results", heard, "--csv").out)))
    assert {row["name"]: row["others"] for row in rows} == {
        "An Peeters": f"all-clear {second}: heard",
        "Bert Claes": "",
    }


def test_a_dry_run_counts_those_who_would_be_called_and_changes_nothing(
    heard: str, town: Town, typed: Typed
) -> None:
    for kind, members in (("all-clear", 1), ("correction", 2), ("more", 1)):
        seen = typed("follow-up", heard, "--kind", kind, *RIGHT, "--urgent", "--dry-run", "--json").document
        assert sum(seen["members"].values()) == members
    assert town.ask("SELECT count(*), count(stopped_at) FROM broadcast") == [(1, 0)]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("9", "--kind", "more", *RIGHT), "There is no broadcast 9"),
        (("1", "--kind", "correction", "--to", "unconfirmed", *RIGHT), "give --to heard or --to all"),
        (("1", "--kind", "answer", *RIGHT), "is not one of"),
        (("1", "--kind", "more", "--to", "reporter", *RIGHT), "is not one of"),
        (("1", "--kind", "more"), "Give --text or --recording"),
    ],
)
def test_what_cannot_be_said_is_refused_with_what_to_do(
    heard: str, town: Town, typed: Typed, words: tuple[str, ...], why: str
) -> None:
    assert heard == "1"
    assert why in typed("follow-up", *words).complaint
    assert town.ask("SELECT count(*) FROM broadcast") == [(1,)]


def test_what_was_replaced_is_followed_up_no_more(heard: str, typed: Typed) -> None:
    second = typed("follow-up", heard, "--kind", "correction", *RIGHT, "--json").document["broadcast"]
    refused = typed("follow-up", heard, "--kind", "all-clear", *RIGHT, "--urgent").refusal
    assert f"Broadcast {second} is said in place of broadcast {heard} already" in refused


def test_a_reporter_is_told_and_the_inbox_knows_in_which_broadcast(town: Town, typed: Typed) -> None:
    town.add()
    report = report_from(town, phone(10))
    told = typed("report-inbox", "answer", report, *RIGHT, "--urgent", "--json").document
    assert (told["recipients"], told["code"]) == (1, None)
    assert "code" not in typed("report-inbox", "answer", report, *RIGHT, "--urgent").out
    [listed] = typed("report-inbox", "list", "--json").document
    assert listed["answered_with"] == told["broadcast"] + 1
    assert town.ask("SELECT DISTINCT kind, whom FROM broadcast") == [("answer", "reporter")]
