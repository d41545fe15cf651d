"""`buurtbel send --recording` and `buurtbel report-inbox alert`: alerts in somebody's own voice."""

from functools import partial
from pathlib import Path

import pytest
import soundfile

from prompts.audio import Audio
from tests.buurtbel.conftest import Town, Typed
from tests.support.people import DE_BIST, phone
from tests.support.reports import SPOKEN, reported

TO = ("--network", DE_BIST, "--urgent", "--by", "Maes")


@pytest.fixture
def recording(tmp_path: Path) -> str:
    file = tmp_path / "alert.wav"
    soundfile.write(file, SPOKEN.samples, SPOKEN.rate)
    return str(file)


def report_from(town: Town, number: str, said: Audio = SPOKEN) -> str:
    return str(town.on_engine(partial(reported, said=said, number=number)))


def test_a_recording_is_sent_by_itself_or_beside_texts(town: Town, typed: Typed, recording: str) -> None:
    town.add()
    sent = typed("send", *TO, "--recording", recording, "--json").document
    assert (sent["recipients"], sent["other_language"]) == (2, 0)
    assert sent["passes"]["nl"] > SPOKEN.trimmed().seconds
    typed("send", *TO, "--recording", recording, "--recording-language", "fr", "--text", "nl=Blijf binnen.")
    assert town.ask("SELECT language, count(*) FROM broadcast_recording GROUP BY 1 ORDER BY 1") == [
        ("fr", 1),
        ("nl", 1),
    ]
    assert town.ask("SELECT text FROM broadcast_text") == [("Blijf binnen.",)]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--recording", "nowhere.wav"], "nowhere.wav cannot be read (No such file or directory)"),
        (["--recording", "noise.wav"], "not a sound file that can be read"),
        (["--recording", "quiet.wav"], "Nothing is heard in the recording"),
        (["--recording", "alert.wav", "--recording-language", "es"], "There is no language 'es'"),
        (["--recording", "alert.wav", "--text", "nl=Ook dit."], "There are a recording and a text in nl"),
        ([], "Give --text or --recording"),
    ],
)
def test_a_recording_that_cannot_be_sent_is_told_and_leaves_nothing(
    town: Town, typed: Typed, recording: str, tmp_path: Path, words: list[str], complaint: str
) -> None:
    town.add()
    (tmp_path / "noise.wav").write_bytes(b"RIFF, but not really")
    soundfile.write(tmp_path / "quiet.wav", SPOKEN.samples * 0, SPOKEN.rate)
    assert complaint in typed("send", *TO, *words).refusal
    for table in ("broadcast", "recipient", "attempt", "audio"):
        assert town.ask(f"SELECT count(*) FROM {table}") == [(0,)]


def test_what_a_member_reported_becomes_an_alert_to_their_network(town: Town, typed: Typed) -> None:
    town.add()
    report = report_from(town, phone(10))
    answer = typed("report-inbox", "alert", report, "--urgent", "--by", "Maes", "--json")
    assert answer.document["recipients"] == 2
    assert "hears the reporter's own voice" in answer.err
    [listed] = typed("report-inbox", "list", "--all", "--json").document
    assert (listed["state"], listed["worth"], listed["claimed_by"], listed["led_to"]) == (
        "judged",
        "useful",
        "Maes",
        answer.document["broadcast"],
    )
    again = typed("report-inbox", "alert", report, "--urgent", "--by", "Maes").refusal
    assert f"Report {report} led to broadcast {listed['led_to']} already" in again


def test_an_alert_made_from_a_report_may_be_worded_and_then_nobody_hears_the_reporter(
    town: Town, typed: Typed
) -> None:
    town.add()
    report = report_from(town, phone(10))
    words = ("report-inbox", "alert", report, "--urgent", "--text", "nl=Grijze bestelwagen gezien.")
    assert "own voice" not in typed(*words, "--by", "Maes").err
    assert town.ask("SELECT count(*) FROM broadcast_recording") == [(0,)]
    assert town.ask("SELECT text FROM broadcast_text") == [("Grijze bestelwagen gezien.",)]


def test_who_cannot_make_an_alert_of_a_report_is_told_why_and_nobody_is_called(
    town: Town, typed: Typed
) -> None:
    town.add()
    stranger, claimed = report_from(town, phone(10, 99)), report_from(town, phone(10))
    typed("report-inbox", "claim", claimed, "--by", "Claes")
    for words, complaint in (
        ((stranger,), "name those to call with --network"),
        ((claimed,), "taken up by Claes already"),
        (("99",), "There is no report 99"),
        ((claimed, "--text", "Geen taal"), "Write each text with its language"),
    ):
        assert complaint in typed("report-inbox", "alert", *words, "--urgent", "--by", "Maes").refusal
    assert town.ask("SELECT count(*) FROM broadcast") == [(0,)]
    sent = typed("report-inbox", "alert", stranger, *TO, "--json").document
    assert sent["recipients"] == 2


def test_reports_that_are_too_many_are_listed_and_marked(town: Town, typed: Typed) -> None:
    town.add()
    for _ in range(4):
        report_from(town, phone(10))
    *ringing, too_many = typed("report-inbox", "list").out.splitlines()[-4:]
    assert "new, one too many to ring for" in too_many
    assert not any("too many" in line for line in ringing)
    listed = typed("report-inbox", "list", "--json").document
    assert [one["beyond_limit"] for one in listed] == [False] * 3 + [True]
