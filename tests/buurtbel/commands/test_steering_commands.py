"""`buurtbel pause`, `resume`, `pace` and `add`, and how an alert is said to be paused or slowed down."""

import json
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from buurtbel.times import time_of
from tests.buurtbel.commands.test_results import URGENT, first_line_of_watch, watching
from tests.buurtbel.conftest import Town, Typed
from tests.support.people import phone

BRUSSELS = ZoneInfo("Europe/Brussels")


@pytest.fixture
def running(town: Town, typed: Typed) -> str:
    """The number of an alert that nobody rings yet."""
    town.add()
    return str(typed("send", *URGENT, "--json").document["broadcast"])


def moments(town: Town) -> tuple[str, str]:
    """Since when it is paused, and until when it is called."""
    [(paused, expires, now)] = town.ask("SELECT paused_at, expires_at, now() FROM broadcast")
    assert isinstance(paused, datetime)
    return time_of(paused, BRUSSELS, now=now), time_of(expires, BRUSSELS, now=now)


def test_an_alert_is_paused_and_goes_on(running: str, town: Town, typed: Typed) -> None:
    said = typed("pause", running, "--by", "inspecteur Maes").out
    assert said == "Broadcast 1 is paused; it expires as before. `buurtbel resume 1` lets it go on.\n"
    assert town.ask("SELECT paused_by FROM broadcast") == [("inspecteur Maes",)]
    assert town.ask("SELECT count(*) FROM procrastinate_jobs") == [(0,)]
    assert "was paused by inspecteur Maes already" in typed("pause", running).refusal
    assert typed("resume", running, "--json").document == {"broadcast": 1}
    assert town.ask("SELECT paused_at, paused_by FROM broadcast") == [(None, None)]
    assert "Broadcast 1 is not paused" in typed("resume", running).refusal


def test_who_looks_sees_by_whom_and_since_when_and_until_when(running: str, town: Town, typed: Typed) -> None:
    typed("pause", running, "--by", "Maes")
    since, until = moments(town)
    held = f"PAUSED by Maes since {since}, expires at {until}"
    line = first_line_of_watch(town, running)
    assert line.endswith(f"| waiting 2, until it is resumed | to go 2 of 2 | {held}")
    shown = typed("results", running)
    assert shown.err == f"Broadcast 1: {held}.\n"
    assert shown.out.count("waits until it is resumed") == 2
    assert typed("results", running, "--calls").out.count("waits until it is resumed") == 2
    document = typed("results", running, "--json").document
    assert document["steered"]["paused_by"] == "Maes"
    assert "paused by Maes" in typed("list").out
    [listed] = typed("list", "--json").document
    assert listed["steered"]["paused_at"] is not None
    with watching(running, "--json") as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["steered"]["paused_by"] == "Maes"
        process.kill()


def test_once_it_is_over_nobody_hears_of_its_pause(running: str, town: Town, typed: Typed) -> None:
    typed("pause", running)
    town.ask("UPDATE broadcast SET state = 'closed', closed_at = now()")
    assert typed("results", running).err == ""
    assert "paused" not in typed("list").out
    for command in ("pause", "resume", "pace"):
        assert "Broadcast 1 is over or stopped already" in typed(command, running).refusal


def test_an_alert_is_slowed_down_and_goes_as_fast_as_it_can_again(
    running: str, town: Town, typed: Typed
) -> None:
    said = typed("pace", running, "--calls-per-second", "0.5", "--lines", "3").out
    assert said == "Broadcast 1: from now on at most 0.5 calls begin in a second and at most 3 are up.\n"
    assert town.ask("SELECT calls_per_second, most_lines FROM broadcast") == [(0.5, 3)]
    assert "| slowed to 0.5 calls a second and 3 lines, expires at" in first_line_of_watch(town, running)
    assert typed("pace", running, "--lines", "1").out == "Broadcast 1: from now on at most 1 are up.\n"
    assert "slowed to 1 line, expires at" in typed("results", running).err
    assert typed("pace", running).out == "Broadcast 1: it goes as fast as the trunks allow.\n"
    assert town.ask("SELECT calls_per_second, most_lines FROM broadcast") == [(None, None)]
    assert typed("results", running).err == ""


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--calls-per-second", "0"], "from 0.01 to 1000 calls a second; to let none begin, pause it"),
        (["--calls-per-second", "nan"], "from 0.01 to 1000 calls a second"),
        (["--lines", "0"], "from 1 to 10000 lines; to let none be used, pause it"),
        (["--lines", "many"], "Input should be a valid integer"),
    ],
)
def test_what_is_no_pace_is_told(running: str, typed: Typed, words: list[str], complaint: str) -> None:
    assert complaint in typed("pace", running, *words).refusal


@pytest.mark.parametrize(
    "words", [("pause", "7"), ("resume", "7"), ("pace", "7"), ("add", "7", "--network", "de-bist")]
)
def test_an_alert_that_never_was_is_told(town: Town, typed: Typed, words: tuple[str, ...]) -> None:
    assert "There is no broadcast 7" in typed(*words).refusal


def test_a_network_is_added_and_who_is_in_both_is_called_once(running: str, town: Town, typed: Typed) -> None:
    town.add("witven", people={"Cis Wouters": [phone(10, 3)], "Dirk Aerts": [phone(10, 4)]})
    both = "INSERT INTO membership SELECT m.id, n.id FROM member AS m, network AS n"
    town.ask(f"{both} WHERE m.name = 'An Peeters' AND n.slug = 'witven'")
    added = typed("add", running, "--network", "witven", "--json").document
    assert (added["broadcast"], added["recipients"], added["without_number"]) == (1, 2, 0)
    assert town.ask("SELECT count(*) FROM recipient") == [(4,)]
    assert "Broadcast 1 calls all of them already" in typed("add", running, "--network", "witven").refusal
    assert typed("list", "--json").document[0]["networks"] == ["de-bist", "witven"]


def test_streets_are_added_as_the_list_has_them(running: str, town: Town, typed: Typed) -> None:
    town.add("witven", people={"Cis Wouters": [phone(10, 3)], "Dirk Aerts": [phone(10, 4)]})
    town.ask("UPDATE member SET street = 'Beukenlaan' WHERE name = 'Cis Wouters'")
    to = ("--network", "witven", "--street")
    refusal = typed("add", running, *to, "Beukelaan").refusal
    assert refusal == "Nobody of these networks lives in 'Beukelaan'; did you mean Beukenlaan?"
    refusal = typed("add", running, *to, "Markt").refusal
    assert refusal.endswith("'Markt'; write it as the member list has it.")
    said = typed("add", running, *to, " beukenlaan ").out
    assert said.startswith("Broadcast 1: 1 more people are called (nl ")
    assert "Dirk Aerts" not in typed("results").out
