"""A trunk that takes no calls is told by every command that somebody who waits for an alert may type."""

import json

import pytest

from tests.buurtbel.commands.test_results import URGENT, first_line_of_watch, watching
from tests.buurtbel.conftest import Town, Typed

FAULT = "The trunk takes no calls: it is full or out of service (503); ask the carrier."


@pytest.fixture
def at_fault(town: Town, typed: Typed) -> str:
    """The number of an alert whose calls wait."""
    town.add()
    town.serves("westerlo")
    town.ask(f"UPDATE node SET trunk_fault = '{FAULT}', trunk_fault_since = '2026-11-30 08:00Z'")
    sent = typed("send", *URGENT, "--json").document
    assert sent["warnings"] == [f"The alert is kept, and rings when this is mended: {FAULT}"]
    return str(sent["broadcast"])


def test_watch_says_it_loudly(at_fault: str, town: Town) -> None:
    line = first_line_of_watch(town, at_fault)
    assert line.endswith(f"| waiting 2, for the trunk | to go 2 of 2 | CALLS WAIT! {FAULT}")
    with watching(at_fault, "--json") as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["trunk_fault"] == FAULT
        process.kill()


def test_results_and_list_say_it(at_fault: str, typed: Typed) -> None:
    assert typed("results", at_fault).err == f"Calls wait: {FAULT}\n"
    assert typed("results", at_fault, "--csv").err == f"Calls wait: {FAULT}\n"
    assert typed("results", at_fault, "--json").document["trunk_fault"] == FAULT
    assert typed("list").err == f"Calls wait: {FAULT}\n"


def test_the_doctor_and_the_list_of_nodes_say_where_and_since_when(at_fault: str, typed: Typed) -> None:
    findings = {one["what"]: one for one in typed("doctor", "--json").one_document["findings"]}
    assert findings["trunk"] == {
        "what": "trunk",
        "ok": False,
        "says": f"Node westerlo, since 30/11/2026 09:00: {FAULT}",
    }
    [node] = json.loads(typed("node", "list", "--json").out)
    assert node["trunk_fault"] == FAULT
    assert FAULT in typed("node", "list").out


def test_an_alert_that_is_over_waits_for_nothing(at_fault: str, town: Town, typed: Typed) -> None:
    town.ask("UPDATE broadcast SET state = 'closed', closed_at = now()")
    assert typed("results", at_fault).err == ""
    assert FAULT not in typed("watch", at_fault).err


def test_a_trunk_that_takes_calls_again_is_not_told(at_fault: str, town: Town, typed: Typed) -> None:
    town.ask("UPDATE node SET trunk_fault = NULL, trunk_fault_since = NULL")
    assert typed("results", at_fault).err == typed("list").err == ""
    assert typed("send", *URGENT, "--json").document["warnings"] == []


def test_a_call_that_did_not_ring_is_told_from_one_that_did(at_fault: str, town: Town, typed: Typed) -> None:
    town.ask(
        "UPDATE attempt SET state = 'done', outcome = 'trunk_refused', sip_status = 403, dialled_at = now(),"
        " ended_at = now(), evidence = '{\"rang\": null}'"
    )
    assert "SIP 403, did not ring" in typed("results", at_fault, "--calls").out
    town.ask("UPDATE attempt SET evidence = '{}'")
    assert "SIP 403\n" in typed("results", at_fault, "--calls").out
    town.ask("UPDATE attempt SET outcome = 'rejected', evidence = '{\"rang\": 1.2}'")
    assert "SIP 403, rang after 1.2 s" in typed("results", at_fault, "--calls").out
