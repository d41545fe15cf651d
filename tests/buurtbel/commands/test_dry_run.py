"""`buurtbel send --dry-run`, and what `send` asks and warns of: what will be heard, before it is."""

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest
import soundfile
from sqlalchemy.ext.asyncio import AsyncEngine

from tests.buurtbel.commands.test_recorded_alerts import report_from
from tests.buurtbel.conftest import Town, Typed
from tests.support.people import DE_BIST, hold_for_dead, network_of, phone
from tests.support.reports import SPOKEN

TEXT = "Inbraak om 3.15 in de Beukenln. 12/3. Blijf binnen, bel 101."
URGENT = ("--network", DE_BIST, "--urgent", "--by", "Maes")
DRY = ("send", *URGENT, "--dry-run")
STRANGE = "Bel 0475 12 34 56 als u iets zag."
TABLES = ("broadcast", "recipient", "recipient_number", "attempt", "pass", "audio", "procrastinate_jobs")


def nothing_stays(town: Town) -> bool:
    return all(town.ask(f"SELECT count(*) FROM {table}") == [(0,)] for table in TABLES)


def test_it_shows_what_is_said_under_what_is_written_and_how_many_would_hear_it(
    town: Town, typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def nothing_hinders(*_: object) -> None:
        return None

    monkeypatch.setattr("buurtbel.commands.sending.hindrance", nothing_hinders)
    monkeypatch.setenv("COLUMNS", "70")
    town.add()
    told = typed(*DRY, "--text", f"nl={TEXT}")
    assert (told.code, told.err) == (0, "")
    assert told.out.startswith(
        "The text in nl, and what is said otherwise than it is written:\n"
        "  Inbraak om 3.15              in de Beukenln.  12/3.\n"
        "             drie uur vijftien       Beukenlaan twaalf bus drie.\n"
        "  Blijf binnen, bel 101.\n"
        "                    honderdéén.\n"
        "Nothing is sent. It would ring 2 telephones for 2 members (2 nl); a pass lasts nl "
    )
    assert told.out.endswith(" s.\nEverybody would have been called once in about 2 minutes.\n")
    assert nothing_stays(town)


def test_its_document_has_every_figure(town: Town, typed: Typed) -> None:
    town.add()
    shared, alone = phone(10, 5), phone(10, 6)

    async def more_people(engine: AsyncEngine) -> None:
        await network_of(
            engine,
            {"Chris": [shared], "Dirk": [shared], "Eva": [alone]},
            slug="witven",
            languages={"Chris": "fr", "Eva": "de"},
        )
        async with engine.begin() as connection:
            at = (await connection.exec_driver_sql("SELECT now()")).scalar_one()
            await hold_for_dead(connection, alone, at=at)

    town.on_engine(more_people)
    typed("pronunciation", "add", "binnen", "binne", "--network", "witven")
    seen = typed(
        *DRY, "--network", "witven", "--text", f"nl={TEXT}", "--text", "fr=Restez à l'abri.", "--json"
    )
    document = seen.document
    assert set(document) == {
        "members",
        "without_number",
        "numbers",
        "other_language",
        "passes",
        "texts",
        "outlook",
        "minutes",
        "callers",
        "lines",
        "warnings",
    }
    assert document["members"] == {"nl": 3, "de": 1, "fr": 1}
    assert (document["without_number"], document["numbers"], document["other_language"]) == (1, 3, 1)
    assert set(document["passes"]) == {"nl", "fr", "de"}
    texts = [(one["language"], one["networks"], one["spoken"]) for one in document["texts"]]
    said = "Inbraak om drie uur vijftien in de Beukenlaan twaalf bus drie. Blijf {}, bel honderdéén."
    assert texts == [
        ("nl", [DE_BIST], said.format("binnen")),
        ("fr", [DE_BIST, "witven"], "Restez à l'abri."),
        ("nl", ["witven"], said.format("binne")),
    ]
    assert document["warnings"] == [
        "No phone would ring now: No line process works on this database; start `buurtbel serve`."
    ]
    assert document["minutes"] is None
    assert nothing_stays(town)


def test_it_names_the_alert_that_runs_for_these_people(town: Town, typed: Typed) -> None:
    town.add()
    typed("send", *URGENT, "--text", "nl=Brand.")
    assert "Broadcast 1 (urgent, by Maes) is running for these networks too, with 2 people to go." in (
        typed(*DRY, "--text", f"nl={TEXT}").out
    )
    [beside] = typed(*DRY, "--text", f"nl={TEXT}", "--json").document["outlook"]["beside"]
    assert (beside["broadcast"], beside["to_go"], beside["goes_first"]) == (1, 2, True)
    assert town.ask("SELECT count(*) FROM broadcast") == [(1,)]


def test_it_takes_a_recording_and_keeps_nothing_of_it(town: Town, typed: Typed, tmp_path: Path) -> None:
    town.add()
    soundfile.write(tmp_path / "alert.wav", SPOKEN.samples, SPOKEN.rate)
    document = typed(*DRY, "--recording", str(tmp_path / "alert.wav"), "--json").document
    assert (document["members"], document["texts"]) == ({"nl": 2}, [])
    assert document["passes"]["nl"] > SPOKEN.trimmed().seconds
    assert nothing_stays(town)


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--text", "nl="], "The text in nl is empty"),
        (["--text", "es=Hola"], "There is no language 'es'"),
        (["--text", f"nl={TEXT}", "--network", "nergens"], "nergens"),
        (["--text", "nl=" + "woord " * 170], "lasts"),
    ],
)
def test_what_could_not_be_sent_is_refused_here_too(
    town: Town, typed: Typed, words: list[str], complaint: str
) -> None:
    town.add()
    assert complaint in typed(*DRY, *words).refusal
    assert nothing_stays(town)


def test_members_whom_no_call_reaches_are_told(town: Town, typed: Typed) -> None:
    town.add()
    town.ask("UPDATE number SET said_dead_since = now(), said_dead_at = now(), dead_since = now()")
    assert "add numbers first, or revive dead ones" in typed(*DRY, "--text", f"nl={TEXT}").refusal


@pytest.mark.parametrize("dry", [True, False])
def test_both_warn_of_the_same(town: Town, typed: Typed, dry: bool) -> None:
    town.add()
    text = f"Вор\u200b gezien → Mol. Mail a@pz.be. {STRANGE} Een. Twee. Drie. Vier. " + "Kijk goed uit. " * 8
    words = [*URGENT, "--text", f"nl={text}", "--json", *(["--dry-run"] if dry else ["--confirm-numbers"])]
    *warnings, hindered = typed("send", *words).document["warnings"]
    kinds = [
        "Cyrillic",
        "U+200B",
        "Nothing is heard of →",
        "a@pz.be",
        "0475 12 34 56",
        "sentences",
        "of more than 25 s",
    ]
    assert [kind in warning for kind, warning in zip(kinds, warnings, strict=True)] == [True] * len(kinds)
    assert hindered.startswith("No phone would ring now" if dry else "The alert is kept")


def test_a_number_that_is_not_ours_is_not_sent_before_somebody_has_confirmed_it(
    town: Town, typed: Typed
) -> None:
    town.add()
    send = ("send", *URGENT, "--text", f"nl={STRANGE}")
    refusal = typed(*send).refusal
    assert "0475 12 34 56 (nl); check it, then send the alert with --confirm-numbers" in refusal
    assert nothing_stays(town)
    assert "It is said: nul vier, vijfenzeventig, twaalf" in typed(*send, "--confirm-numbers").err
    assert town.ask("SELECT count(*) FROM broadcast") == [(1,)]


def test_a_number_that_the_settings_name_needs_no_confirming(
    town: Town, typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.add()
    monkeypatch.setenv("BUURTBEL_SPEECH_OWN_NUMBERS", "014 56 20 11, +32 475 12 34 56")
    assert "one of ours" in typed("send", *URGENT, "--text", f"nl={STRANGE}").err
    monkeypatch.delenv("BUURTBEL_SPEECH_OWN_NUMBERS")
    monkeypatch.setenv("BUURTBEL_TRUNK_CALLER_ID", "+32475123456")
    assert typed("send", *URGENT, "--text", f"nl={STRANGE}").code == 0
    monkeypatch.setenv("BUURTBEL_SPEECH_OWN_NUMBERS", "the station")
    assert "write it as telephone numbers with commas between them" in typed("network", "list").refusal


def test_an_alert_made_of_a_report_is_asked_about_too(town: Town, typed: Typed) -> None:
    town.add()
    report = report_from(town, phone(10))
    alert = ("report-inbox", "alert", report, "--by", "Maes", "--network", DE_BIST, "--urgent")
    assert "--confirm-numbers" in typed(*alert, "--text", f"nl={STRANGE}").refusal
    assert typed(*alert, "--text", f"nl={STRANGE}", "--confirm-numbers").code == 0


@pytest.mark.parametrize(
    ("types", "is_sent"),
    [
        ("yes", True),
        ("no", False),
        pytest.param("YES ", True, marks=pytest.mark.thorough),
        pytest.param("", False, marks=pytest.mark.thorough),
    ],
)
def test_at_a_terminal_yes_confirms_it(town: Town, types: str, is_sent: bool) -> None:
    town.add()
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "buurtbel", "send", *URGENT, "--text", f"nl={STRANGE}"]
    with subprocess.Popen(
        command, stdin=theirs, stderr=theirs, stdout=subprocess.PIPE, env=os.environ | {"COLUMNS": "200"}
    ) as asked:
        os.close(theirs)
        told = b""
        while b"Type yes if it is right: " not in told:
            told += os.read(ours, 4096)
        os.write(ours, f"{types}\n".encode())
        assert asked.stdout is not None
        out = asked.stdout.read()
    os.close(ours)
    assert b"0475 12 34 56, none that is known to be ours. It is said: nul vier" in told
    assert (asked.returncode == 0, b"ringing 2 people" in out) == (is_sent, is_sent)
    assert town.ask("SELECT count(*) FROM broadcast") == [(int(is_sent),)]
