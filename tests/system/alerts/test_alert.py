"""One alert to every kind of telephone: what sending it answers, and what it came to."""

import json
from typing import Any

import pytest

from broadcast.results.results import evidence_of
from tests.pbx_fixtures import RunningNeighbourhood
from tests.support.people import phone
from tests.support.server import Server

pytestmark = [pytest.mark.pbx, pytest.mark.timeout(240)]

TEXT = "Inbraak. Blijf binnen."
EVERY_KIND = {
    "Mia presses 1 during": [phone(10, 5001)],
    "Jef presses 1 after": [phone(11, 5002)],
    "Lotte hangs up after it": [phone(12, 5003)],
    "Sofie asks it again": [phone(13, 5004)],
    "Bram leaves": [phone(14, 5005)],
    "Omer says nothing": [phone(15, 5006)],
    "Rik is busy": [phone(16, 5007)],
    "Griet is out": [phone(17, 5008)],
    "Nele is busy first": [phone(18, 5009)],
    "Fons rejects": [phone(19, 5010)],
    "Staf has moved": [phone(20, 5011)],
    "Dirk's line is full first": [phone(21, 5012)],
    "Els has changed number": [phone(22, 5013)],
    "An has a mailbox": [phone(23, 51)],
    "Wim has a dead and a live number": [phone(20, 5015), phone(10, 5016)],
    "Jan shares a phone with Jo": [phone(11, 5017)],
    "Jo shares a phone with Jan": [phone(11, 5017)],
}
TWINS = {"Ann of the twins": [phone(10, 5101)], "Bea of the twins": [phone(10, 5102)]}


@pytest.fixture(scope="module")
def sent(town: Server) -> dict[str, Any]:
    """What `send` answered; people are being called when this is there."""
    rows = ["naam;taal;telefoon;telefoon2"]
    rows += [
        ";".join([name, "nl", *numbers, *[""] * (2 - len(numbers))]) for name, numbers in EVERY_KIND.items()
    ]
    members = town.folder.with_name("leden.csv")
    members.write_text("\n".join(rows))
    town.type("network", "add", "kinds", "BIN Kinds", "Westerlo")
    town.type("network", "approve", "kinds", "--on", "2014-09-15")
    assert town.type("member", "import", "--network", "kinds", str(members))["accepted"]
    answer: dict[str, Any] = town.type("send", "--network", "kinds", "--text", f"nl={TEXT}", "--urgent")
    return answer


@pytest.fixture(scope="module")
def broadcast(town: Server, sent: dict[str, Any]) -> int:
    """It, when everybody has been called."""
    town.until_closed(sent["broadcast"], seconds=150)
    return int(sent["broadcast"])


def test_an_answer_to_send_says_who_is_called_and_how_long_they_listen(sent: dict[str, Any]) -> None:
    assert sent["recipients"] == len(EVERY_KIND)
    assert sent["without_number"] == 0
    assert 3 < sent["passes"]["nl"] < 30
    assert sent["warnings"] == []


def test_two_officers_who_send_the_same_at_once_start_two_alerts_and_every_phone_rings_for_each(
    town: Server, sent: dict[str, Any], neighbourhood: RunningNeighbourhood
) -> None:
    town.enrol("twins", TWINS)
    words = ["send", "--network", "twins", "--text", f"nl={TEXT}", "--urgent", "--json"]
    answers = [one.result() for one in [town.started(*words), town.started(*words)]]
    first, second = (json.loads(answer.stdout)["broadcast"] for answer in answers)
    assert first != second
    for one in (first, second):
        town.until_closed(one)
        results = {name: str(recipient.result) for name, recipient in town.recipients(one).items()}
        assert results == dict.fromkeys(TWINS, "confirmed")
        assert all(len(recipient.calls) == 1 for recipient in town.recipients(one).values())
    for [number] in TWINS.values():
        assert len(list(neighbourhood.recordings.glob(f"{number[1:]}-*.wav"))) == 2


def test_everybody_is_called_as_their_phone_deserves_and_heard_what_was_sent(
    town: Server, broadcast: int, neighbourhood: RunningNeighbourhood
) -> None:
    verdicts = town.verdicts(broadcast, neighbourhood.recordings)
    assert {verdict.recipient.name for verdict in verdicts} == set(EVERY_KIND)
    assert {verdict.recipient.name: verdict.problems for verdict in verdicts if not verdict.as_scripted} == {}


def test_a_number_that_does_not_exist_in_a_simulation_is_not_held_against_it(
    town: Server, broadcast: int
) -> None:
    assert town.ask("SELECT e164 FROM number WHERE said_dead_at IS NOT NULL OR dead_since IS NOT NULL") == []


def test_who_answers_hears_the_first_word_within_a_second(town: Server, broadcast: int) -> None:
    answered = [
        call
        for recipient in town.recipients(broadcast).values()
        for call in recipient.calls
        if call.answered_at
    ]
    starts = [evidence_of(call).passes[0][0] for call in answered]
    assert len(starts) >= 10
    assert max(starts) < 1.0


def test_a_phone_that_is_shared_rings_once_for_both(
    town: Server, broadcast: int, neighbourhood: RunningNeighbourhood
) -> None:
    assert len(list(neighbourhood.recordings.glob("99911005017-*.wav"))) == 1
    recipients = town.recipients(broadcast)
    assert {str(recipients[name].result) for name in recipients if "shares" in name} == {"confirmed"}


def test_watch_and_results_tell_the_same(town: Server, broadcast: int) -> None:
    number = str(broadcast)
    watched = town.type("watch", number)
    reported = town.type("results", number)
    assert watched["state"] == "closed"
    assert (watched["to_go"], watched["recipients"]) == (0, len(EVERY_KIND))
    results = [person["result"] for person in reported["recipients"]]
    assert {result: results.count(result) for result in set(results)} == watched["results"]


def test_the_doctor_finds_nothing_wrong(town: Server, broadcast: int) -> None:
    found = town.type("doctor")
    assert found["ok"], found


def test_a_mailbox_is_known_by_its_beep_and_nothing_of_what_was_heard_is_kept(
    town: Server, broadcast: int
) -> None:
    [call] = [call for call in town.recipients(broadcast)["An has a mailbox"].calls if call.answered_at][:1]
    assert call.evidence["reason"] == "a beep after its greeting"
    town.until(lambda: not list(town.folder.rglob("spool/recording/**/*.alaw")))
