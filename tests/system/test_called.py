"""What one alert to every kind of telephone came to. Other tests ran while it went on."""

from typing import Any

import pytest

from tests.system.conftest import EVERY_KIND
from tests.system.server import Server

pytestmark = [pytest.mark.pbx, pytest.mark.timeout(240)]


@pytest.fixture(scope="module")
def broadcast(town: Server, sent: dict[str, Any]) -> int:
    """It, when everybody has been called."""
    town.until_closed(sent["broadcast"], seconds=150)
    return int(sent["broadcast"])


def test_everybody_is_called_as_their_phone_deserves_and_heard_what_was_sent(town, broadcast, neighbourhood):
    verdicts = town.verdicts(broadcast, neighbourhood.recordings)
    assert {verdict.line.name for verdict in verdicts} == set(EVERY_KIND)
    assert {verdict.line.name: verdict.problems for verdict in verdicts if not verdict.as_scripted} == {}


def test_who_answers_hears_the_first_word_within_a_second(town, broadcast):
    answered = [call for line in town.lines(broadcast).values() for call in line.calls if call.answered_at]
    starts = [call.evidence["passes"][0][0] for call in answered]
    assert len(starts) >= 10
    assert max(starts) < 1.0


def test_a_phone_that_is_shared_rings_once_for_both(town, broadcast, neighbourhood):
    assert len(list(neighbourhood.recordings.glob("99911005017-*.wav"))) == 1
    lines = town.lines(broadcast)
    assert {str(lines[name].result) for name in lines if "shares" in name} == {"confirmed"}


def test_watch_and_report_tell_the_same(town, broadcast):
    number = str(broadcast)
    watched = town.type("watch", number)
    reported = town.type("report", number)
    assert watched["state"] == "closed"
    assert (watched["to_go"], watched["recipients"]) == (0, len(EVERY_KIND))
    results = [person["result"] for person in reported["recipients"]]
    assert {result: results.count(result) for result in set(results)} == watched["results"]


def test_the_doctor_finds_nothing_wrong(town, broadcast):
    found = town.type("doctor")
    assert found["ok"], found


def test_a_mailbox_is_known_by_its_beep_and_nothing_of_what_was_heard_is_kept(town, broadcast):
    [call] = [call for call in town.lines(broadcast)["An has a mailbox"].calls if call.answered_at][:1]
    assert call.evidence["reason"] == "a beep after its greeting"
    assert list(town.folder.rglob("spool/recording/**/*.alaw")) == []
