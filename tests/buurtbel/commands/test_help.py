"""Asking what there is, typing it wrong, and settings that make no sense."""

import os
import re
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.buurtbel.conftest import Typed

COMMANDS = (
    *(
        "serve",
        "doctor",
        "network",
        "member",
        "send",
        "follow-up",
        "say",
        "list",
        "watch",
        "results",
        "trace",
        "stop",
        "add",
        "pause",
        "resume",
        "pace",
        "withdraw-code",
        "report-inbox",
    ),
    *("officer", "console", "journal", "pronunciation", "node"),
    *("backup", "restore", "move-database", "demo", "neighbourhood"),
)
FOR_OURSELVES = ("line", "pbx", "healthy")


@contextmanager
def as_somebody_else(closed: Path) -> Iterator[None]:
    """Whoever we are, this folder is not open to us."""
    if os.geteuid() != 0:
        closed.chmod(0)
        yield
        closed.chmod(0o700)
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def cpu_seconds_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def test_help_names_every_command_for_people_and_costs_next_to_nothing() -> None:
    before = cpu_seconds_of_children()
    asked = subprocess.run(
        [sys.executable, "-m", "buurtbel", "--help"], capture_output=True, text=True, check=True
    )
    assert cpu_seconds_of_children() - before < 0.5
    listed = asked.stdout.partition("Commands:")[2].split("\n")
    assert tuple(line.split()[0] for line in listed if re.match(r"  \S", line)) == COMMANDS
    assert asked.stderr == ""


@pytest.mark.parametrize(
    "words", [*[[name] for name in COMMANDS + FOR_OURSELVES], ["network", "add"], ["member", "import"]]
)
def test_every_command_explains_itself(typed: Typed, words: list[str]) -> None:
    told = typed(*words, "--help")
    assert (told.code, told.err) == (0, "")
    assert told.out.startswith(f"Usage: buurtbel {' '.join(words)}")


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["sent"], "No such command 'sent'"),
        (["send"], "Missing option '--network'"),
        (["send", "--network", "de-bist"], "Give --text or --recording"),
        (["network", "add", "de-bist"], "Missing argument 'name'"),
        (["network", "approve", "de-bist", "--on", "yesterday"], "yesterday"),
        (["results", "first"], "Invalid value for 'broadcast'"),
        (["results", "0"], "Invalid value for 'broadcast'"),
        (["watch", "99999999999999999999"], "Invalid value for 'broadcast'"),
        (["member", "import", "--network", "de-bist"], "Missing argument 'file'"),
        (["watch", "1", "--quick"], "No such option"),
    ],
)
def test_what_is_typed_wrong_ends_in_one_sentence(typed: Typed, words: list[str], complaint: str) -> None:
    answer = typed(*words)
    assert complaint in answer.refusal
    assert "--help` tells what it takes" in answer.refusal


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BUURTBEL_TRUNK_CHANNELS", "many"),
        ("BUURTBEL_RETRY_BUSY", "-1"),
        ("BUURTBEL_SPEECH_ENGINE", "parrot"),
        ("BUURTBEL_ALERT_PAUSE", "60"),
    ],
)
@pytest.mark.usefixtures("no_database")
def test_a_wrong_setting_is_named_as_it_is_written(
    typed: Typed, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    assert f"The setting {name} is not right" in typed("network", "list").refusal


@pytest.mark.usefixtures("no_database")
@pytest.mark.parametrize(
    "words",
    [
        ["network", "list"],
        ["network", "add", "de-bist", "BIN De Bist", "Westerlo"],
        ["network", "approve", "de-bist"],
        ["member", "list", "--network", "de-bist"],
        ["send", "--network", "de-bist", "--text", "nl=Blijf binnen."],
        ["watch", "1"],
        ["results", "1"],
    ],
)
def test_without_a_server_every_command_says_how_to_start_it(
    typed: Typed, tmp_path: Path, words: list[str]
) -> None:
    refusal = typed(*words).refusal
    assert "start it with `buurtbel serve`" in refusal
    assert f"does not run with the data folder {tmp_path}" in refusal


@pytest.mark.usefixtures("no_database")
def test_somebody_else_s_server_is_not_taken_for_none(
    typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "postgres").mkdir(mode=0o700)
    (tmp_path / "postgres" / "postmaster.pid").touch()
    monkeypatch.chdir("/")
    assert "start it with" in typed("network", "list").refusal
    with as_somebody_else(tmp_path / "postgres"):
        refusal = typed("network", "list").refusal
    assert "belongs to another account" in refusal
    assert "sudo" in refusal


@pytest.mark.usefixtures("no_database")
def test_settings_that_are_not_ours_to_read_are_told(
    typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "start it with" in typed("network", "list").refusal
    file = tmp_path / "named.env"
    file.touch(mode=0o600)
    monkeypatch.setenv("BUURTBEL_ENV_FILE", str(file))
    with as_somebody_else(file):
        assert (
            f"The file {file} that BUURTBEL_ENV_FILE names cannot be read" in typed("network", "list").refusal
        )


@pytest.mark.usefixtures("no_database")
def test_a_setting_with_half_a_name_is_told(typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUURTBEL_TRUNK", "sip:trunk.example")
    told = typed("doctor").refusal
    assert told == "There is no setting BUURTBEL_TRUNK; did you mean BUURTBEL_TRUNK_URI?"


@pytest.mark.usefixtures("no_database")
def test_a_database_that_does_not_answer_is_told(typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUURTBEL_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    assert "The database does not answer" in typed("network", "list").refusal


@pytest.mark.usefixtures("no_database")
def test_a_database_that_was_never_prepared_is_told(
    typed: Typed, postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BUURTBEL_DATABASE_URL", postgres_url)
    assert "buurtbel serve" in typed("network", "list").refusal


def test_the_version_is_the_one_that_is_installed(typed: Typed) -> None:
    assert typed("--version").out == f"buurtbel {version('buurtbel')}\n"


def test_the_older_word_for_results_goes_on(typed: Typed) -> None:
    older, newer = typed("report", "--help").out, typed("results", "--help").out
    assert older.partition("Options:")[2] == newer.partition("Options:")[2] != ""
