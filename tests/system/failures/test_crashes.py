"""A child of `serve` dies in the middle of an alert: nobody is lost, and no attempt is placed twice."""

import psutil
import pytest

from tests.pbx_fixtures import RunningNeighbourhood
from tests.support.people import phone
from tests.support.server import Server

pytestmark = [pytest.mark.pbx, pytest.mark.timeout(240)]

TEXT = "Brand. Sluit de ramen."
LISTENERS = {f"Listener {n} presses 1 after the message": [phone(11, 6000 + n)] for n in range(6)}
LATE_LISTENERS = {f"Listener {n} presses 1 after the message": [phone(11, 6200 + n)] for n in range(6)}
WITNESSES = {f"Witness {n} presses 1 after the message": [phone(11, 6100 + n)] for n in range(5)}
WITNESSES |= {"Rik is busy": [phone(16, 6110)]}


def test_a_line_that_is_killed_comes_back_and_leads_the_calls_that_went_on_without_it(
    town: Server, neighbourhood: RunningNeighbourhood
) -> None:
    town.enrol("brand", LISTENERS)
    broadcast = town.send("brand", TEXT)
    town.until_all_hear(LISTENERS.values(), neighbourhood.recordings)
    killed = town.kill("line.json")
    town.until_closed(broadcast)
    assert town.pid_of("line.json") != killed
    last_words = town.folder / "line.log.1"
    assert "Its last words are in line.log.1 or line.output.1." in town.log.read_text()
    assert "Asterisk's events flow" in last_words.read_text()
    assert town.outcomes(broadcast) == {name: ["confirmed"] for name in LISTENERS}
    town.until_placed(broadcast, {1})


def test_a_line_that_is_told_to_end_leaves_its_calls_to_the_next_one(
    town: Server, neighbourhood: RunningNeighbourhood
) -> None:
    town.enrol("rook", LATE_LISTENERS)
    broadcast = town.send("rook", f"{TEXT} {TEXT} {TEXT} {TEXT}")
    town.until_all_hear(LATE_LISTENERS.values(), neighbourhood.recordings)
    ended = town.pid_of("line.json")
    psutil.Process(ended).terminate()
    town.until_closed(broadcast)
    assert town.pid_of("line.json") != ended
    assert town.outcomes(broadcast) == {name: ["confirmed"] for name in LATE_LISTENERS}
    last_words = (town.folder / "line.log.1").read_text()
    assert "left to the next line process" in last_words
    assert "Traceback" not in last_words


def test_a_line_whose_log_somebody_put_away_is_started_again(town: Server) -> None:
    (town.folder / "line.log").unlink()
    ended = town.kill("line.json")
    town.until_led_again(ended)


def test_a_pbx_that_is_killed_comes_back_and_everybody_whose_call_was_lost_is_called_again(
    town: Server, neighbourhood: RunningNeighbourhood
) -> None:
    town.enrol("getuigen", WITNESSES)
    broadcast = town.send("getuigen", TEXT)
    town.until_all_hear([n for name, n in WITNESSES.items() if "1" in name], neighbourhood.recordings)
    killed = town.kill("pbx/run/program.json")
    town.until_closed(broadcast)
    assert town.pid_of("pbx/run/program.json") != killed
    assert {str(recipient.state) for recipient in town.recipients(broadcast).values()} == {"final"}
    outcomes = town.outcomes(broadcast)
    # Rik's second call may have been lost as well.
    assert [outcome for outcome in outcomes.pop("Rik is busy") if outcome != "lost"] == ["busy", "busy"]
    assert outcomes == {name: ["lost", "confirmed"] for name in WITNESSES if "presses" in name}
    town.until_placed(broadcast, {0, 1})  # a killed PBX leaves no record of its calls
