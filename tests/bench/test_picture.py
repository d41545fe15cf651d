"""The picture of the demo shows what the demo's code prints, in one colour."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html import unescape
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bench.picture import INK, LEFT_OUT, PAPER, PICTURE, PROGRESS, TYPED, WIDE, drawn, shortened
from broadcast.listing import Steered
from broadcast.policy import RetryPolicy
from broadcast.results.results import Progress
from broadcast.states import BroadcastState
from buurtbel.commands.demo import COLUMNS, PLAYERS, how_to_hear, waits
from buurtbel.demo import run
from buurtbel.demo.script import play_out
from buurtbel.status.progress import progress_line
from directory.seeds import demo_members

HOUSE = Path(__file__).parents[2]
PEOPLE = {person.name: person for person in demo_members()}
NOW = datetime(2026, 11, 30, 3, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def shown() -> list[str]:
    """The lines of the picture; one that went on in the next line is whole again."""
    lines = [unescape(text) for text in re.findall(r"<text [^>]*>(.*)</text>", PICTURE.read_text())]
    whole: list[str] = []
    for before, line in zip(["", *lines], lines, strict=False):
        if len(before) == WIDE:
            whole[-1] += line
        else:
            whole.append(line)
    return whole


def sentences(shown: list[str]) -> list[str]:
    return [line.removeprefix("demo: ") for line in shown if line.startswith("demo: ")]


def without_figures(line: str) -> str:
    return re.sub(r"\d\d:\d\d:\d\d|[ \d]*\d", "#", line)


def test_its_sentences_are_those_that_the_demo_tells(shown: list[str]) -> None:
    script = (HOUSE / "scripts" / "demo").read_text()
    told = [*re.findall(r'^say "(.*)"$', script, re.MULTILINE), waits(run.SHORTER)]
    steps = [run.DATABASE, run.LINE, run.SPEAKING.format(len(run.TEXTS)), run.JUDGING]
    steps += [step.format(len(PEOPLE)) for step in (run.TELEPHONES, run.RINGING)]
    assert shown[0] == TYPED
    assert sorted(sentences(shown)[:-2]) == sorted([*told, *(f"{step}." for step in steps)])


def test_it_ends_as_the_demo_does(shown: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    hear, figures = sentences(shown)[-2:]
    name, file = re.findall(r"phone of (.*) heard", hear)[0], re.findall(r"/\S+\.wav", hear)[0]
    player = next((one for one in PLAYERS if f": {one} " in hear), None)
    monkeypatch.setattr("shutil.which", lambda one: player if one == player else None)
    assert f"demo: {hear}" == how_to_hear(name, Path(file))
    assert name in PEOPLE
    folder = file.rpartition("/")[0]
    assert figures == f"members={len(PEOPLE)} as_scripted={len(PEOPLE)} recordings={folder}"


def test_its_progress_is_as_the_demo_shows_it(shown: list[str]) -> None:
    begun = Progress(
        *(1, BroadcastState.CLOSED, 90, {}, 90, 0, 0, 0, None, {}, NOW, None, None, None, NOW),
        *(Steered(None, None, None, None), None, (), 0, 30, NOW),
    )
    later = replace(begun, waiting=3, next_due=NOW + timedelta(seconds=5))
    lines = (begun, replace(begun, waiting=3), later)
    known = {without_figures(progress_line(line, ZoneInfo("Europe/Brussels"))) for line in lines}
    seen = [line for line in shown if PROGRESS.match(line)]
    assert len(seen) > 3
    assert {without_figures(line) for line in seen} <= known


def test_its_table_has_the_demos_columns_and_what_comes_of_the_script(shown: list[str]) -> None:
    head = next(line for line in shown if line.startswith("name "))
    starts = [head.index(column) for column in COLUMNS]
    assert re.split(r" {2,}", head) == list(COLUMNS)
    rows = [line for line in shown[shown.index(head) + 1 :] if not line.startswith(("demo: ", LEFT_OUT))]
    assert len(rows) > 10
    for row in rows:
        ends = [*starts[1:], None]
        name, language, result, calls, _, verdict = [
            row[a:b].strip() for a, b in zip(starts, ends, strict=True)
        ]
        scripted = play_out(PEOPLE[name].numbers, RetryPolicy())
        outcomes = ", ".join(str(outcome) for _, outcome in scripted.calls)
        assert (language, result, calls, verdict) == (
            PEOPLE[name].language,
            scripted.result,
            outcomes,
            "yes",
        )


def test_it_has_no_colours_but_that_of_the_words_and_of_the_ground() -> None:
    picture = PICTURE.read_text()
    assert set(re.findall(r"#[0-9a-f]{6}\b", picture)) == {PAPER, INK}
    assert "style" not in picture
    assert "class" not in picture


def test_what_is_left_out_is_seen_and_words_are_escaped() -> None:
    head = "name  language  result  calls"
    people = [f"P{number}  nl  heard  heard" for number in range(4)]
    progress = [f"   {second} s | confirmed {second}" for second in range(9)]
    lines = list(shortened([*progress, head, *people, "demo: <done>"]))
    assert lines[:3] == [progress[0], progress[1], progress[2]]
    assert lines[-4:] == [head, people[0], LEFT_OUT, "demo: <done>"]
    assert "demo: &lt;done&gt;</text>" in drawn(lines)
