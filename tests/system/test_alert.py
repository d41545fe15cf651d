"""Sending: what it answers, and two officers who send the same at once."""

import json

import pytest

from tests.people import phone
from tests.system.conftest import EVERY_KIND, TEXT

pytestmark = [pytest.mark.pbx, pytest.mark.timeout(240)]

TWINS = {"Ann of the twins": [phone(10, 5101)], "Bea of the twins": [phone(10, 5102)]}


def test_an_answer_to_send_says_who_is_called_and_how_long_they_listen(sent):
    assert sent["recipients"] == len(EVERY_KIND)
    assert sent["without_number"] == 0
    assert 3 < sent["passes"]["nl"] < 30
    assert sent["warnings"] == []


def test_two_officers_who_send_the_same_at_once_start_two_alerts_and_every_phone_rings_for_each(
    town, sent, neighbourhood
):
    town.enrol("twins", TWINS)
    words = ["send", "--network", "twins", "--text", f"nl={TEXT}", "--urgent", "--json"]
    answers = [one.result() for one in [town.started(*words), town.started(*words)]]
    first, second = (json.loads(answer.stdout)["broadcast"] for answer in answers)
    assert first != second
    for one in (first, second):
        town.until_closed(one, seconds=60)
        results = {name: str(line.result) for name, line in town.lines(one).items()}
        assert results == dict.fromkeys(TWINS, "confirmed")
        assert all(len(line.calls) == 1 for line in town.lines(one).values())
    for [number] in TWINS.values():
        assert len(list(neighbourhood.recordings.glob(f"{number[1:]}-*.wav"))) == 2
