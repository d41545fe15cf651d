"""`buurtbel officer`: who may send by phone, with a PIN that stands on no command line."""

import io
from collections.abc import Callable
from uuid import uuid4

import pytest

from broadcast.service_calls.duty_policy import DutyPolicy
from tests.buurtbel.conftest import Town, Typed
from tests.support.people import DE_BIST, phone

Pin = Callable[[str], None]
ADD = ("officer", "add", "4711", "Inspecteur Maes", phone(10))


@pytest.fixture
def pin(monkeypatch: pytest.MonkeyPatch) -> Pin:
    """What is piped into the command."""

    def is_(digits: str) -> None:
        monkeypatch.setattr("sys.stdin", io.StringIO(digits + "\n"))

    return is_


def test_an_officer_is_added_listed_changed_and_removed(town: Town, typed: Typed, pin: Pin) -> None:
    town.add()
    pin("846203")
    added = typed(*ADD, "--network", DE_BIST, "--language", "fr", "--json").document
    assert added == {
        "officer": "4711",
        "name": "Inspecteur Maes",
        "phone": phone(10),
        "language": "fr",
        "networks": [DE_BIST],
    }
    assert typed("officer", "list", "--json").document == [added]
    assert "Inspecteur Maes" in typed("officer", "list").out
    assert typed("officer", "networks", "4711", "--json").document["networks"] == []
    assert "May send to BIN De Bist." in typed("officer", "networks", "4711", DE_BIST).out
    [(before,)] = town.ask("SELECT pin_hash FROM officer")
    pin("730581")
    assert typed("officer", "pin", "4711").code == 0
    [(after,)] = town.ask("SELECT pin_hash FROM officer")
    assert before != after
    assert typed("officer", "remove", "4711").code == 0
    assert typed("officer", "list", "--json").document == []


@pytest.mark.parametrize(
    ("words", "digits", "complaint"),
    [
        (ADD, "123456", "A PIN is no row"),
        (ADD, "", "A PIN is 6 to 10 digits"),
        ((*ADD, "--network", "de-bits"), "846203", "did you mean de-bist?"),
        ((*ADD[:-1], "101"), "846203", "."),
        (("officer", "add", "47", "Maes", phone(10)), "846203", "An officer number is 3 to 10 digits"),
        (("officer", "pin", "4711"), "846203", "There is no officer with this number"),
        (("officer", "networks", "4711", DE_BIST), "", "There is no officer with this number"),
        (("officer", "remove", "4711"), "", "There is no officer with this number"),
    ],
)
def test_an_officer_who_cannot_be_kept_is_told_and_leaves_nothing(
    town: Town, typed: Typed, pin: Pin, words: tuple[str, ...], digits: str, complaint: str
) -> None:
    town.add()
    pin(digits)
    refusal = typed(*words).refusal
    assert complaint in refusal
    assert not digits or digits not in refusal
    assert town.ask("SELECT count(*) FROM officer") == [(0,)]


def test_no_option_takes_a_pin(typed: Typed) -> None:
    for command in ("add", "pin"):
        assert "--pin" not in typed("officer", command, "--help").out


def test_an_officer_who_is_not_rung_any_more_is_told_of(town: Town, typed: Typed, pin: Pin) -> None:
    pin("846203")
    typed(*ADD)
    assert typed("officer", "duty", "4711", "--json").document[0]["is_rung"]
    town.ask(f"INSERT INTO member_report (recording, node) VALUES ('{uuid4()}', 'x')")
    for _ in range(DutyPolicy().a_day):
        town.ask(
            "INSERT INTO duty_call (id, report_id, officer_id, node, outcome, ended_at)"
            f" SELECT '{uuid4()}', member_report.id, officer.id, 'x', 'not_proved', now()"
            " FROM member_report, officer"
        )
    assert "1. Inspecteur Maes, who is not rung any more" in typed("officer", "duty").out
    assert not typed("officer", "duty", "--json").document[0]["is_rung"]
    assert "An officer on duty is not rung any more" in typed("doctor").out
    assert typed("officer", "duty", "4711").out == "1. Inspecteur Maes\n"
