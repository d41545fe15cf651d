"""Names and words that somebody types for good or for ill: kept in one form, or refused and never obeyed."""

import io
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.buurtbel.commands.test_recorded_alerts import report_from
from tests.buurtbel.conftest import Answer, Town, Typed
from tests.support.people import DE_BIST, phone

STOP, CLAIM, JUDGE = ("stop", "1"), ("report-inbox", "claim", "1"), ("report-inbox", "judge", "1", "useful")
ALERT = ("report-inbox", "alert", "1", "--urgent")
SEND = ("send", "--network", DE_BIST, "--urgent", "--text", "nl=Blijf binnen.")
WHO = pytest.mark.parametrize(
    "words", [SEND, STOP, CLAIM, JUDGE, ALERT], ids=lambda words: " ".join(words[:2])
)
HOSTILE = {
    "nothing": "",
    "blank": " \t ",
    "a newline": "Ma\nes",
    "a terminal's command": "\x1b]0;owned\x07\x1b[2J",
    "a command in one character": "\x9b2J",
    "turned around": "Ma\u202ees",
    "an invisible mark": "Ma\u200bes",
    "blank letters": "\u3164\u3164",
    "a byte that is no text": "Ma\udcffes",
    "a private sign": "Ma\ue000es",
    "a formula": "=HYPERLINK(1)",
    "a null": "Ma\x00es",
    "a million characters": "M" * 1_000_000,
    "only signs": "-- !!",
}
A_FEW = {
    what: HOSTILE[what] for what in ("blank", "a terminal's command", "a byte that is no text", "a null")
}
"""Nothing to keep, a command to obey, and two that other programs stumble over."""
AS_TYPED = pytest.mark.parametrize(
    "hostile",
    [A_FEW, pytest.param(HOSTILE, marks=pytest.mark.thorough)],
    ids=["a few", "all"],
)
OBEYED = ("\x1b", "\x9b", "\x07", "\u202e", "\u200b", "\udcff", "\x00")
"""What no terminal may be sent."""
MARKUP = "[red]Maes[/] :fire:"


def is_tame(answer: Answer) -> bool:
    """One sentence that steers no terminal and is no flood."""
    return bool(answer.refusal) and len(answer.err) <= 1100 and not any(sign in answer.err for sign in OBEYED)


@WHO
@AS_TYPED
def test_who_does_something_has_a_name_that_can_be_kept(
    town: Town, typed: Typed, words: tuple[str, ...], hostile: Mapping[str, str]
) -> None:
    town.add()
    report_from(town, phone(10))
    for name in hostile.values():
        answer = typed(*words, "--by", name)
        assert is_tame(answer)
        assert "name of who does this" in answer.refusal
    assert town.ask("SELECT state, claimed_by FROM member_report") == [("new", None)]
    assert town.ask("SELECT count(*) FROM broadcast") == [(0,)]


def test_a_name_is_kept_composed_and_with_single_spaces_by_whatever_command(town: Town, typed: Typed) -> None:
    town.add()
    typed_so, kept_so = "  Rene\u0301   Maes ", "René Maes"
    assert typed(*SEND, "--by", typed_so).code == 0
    assert typed(*STOP, "--by", typed_so).code == 0
    assert town.ask("SELECT started_by, stopped_by FROM broadcast") == [(kept_so, kept_so)]
    report_from(town, phone(10))
    assert typed(*CLAIM, "--by", typed_so, "--json").document["claimed_by"] == kept_so
    assert typed(*JUDGE, "--by", "René Maes", "--json").document["judged_by"] == kept_so
    assert typed(*ALERT, "--by", typed_so).code == 0
    assert town.ask("SELECT claimed_by, judged_by FROM member_report") == [(kept_so, kept_so)]


@WHO
def test_without_a_name_that_of_the_account_counts_and_is_checked_too(
    town: Town, typed: Typed, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    town.add()
    report_from(town, phone(10))
    monkeypatch.setenv("LOGNAME", "\x1b[2J")
    answer = typed(*words)
    assert is_tame(answer)
    assert answer.refusal.endswith("Give a name with --by.")


@pytest.mark.usefixtures("no_database")
def test_an_account_that_this_machine_has_no_name_for_is_asked_for_one(
    typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr("pwd.getpwuid", {}.__getitem__)
    assert typed(*STOP).refusal == "Nobody knows the name of this account; give yours with --by."


@pytest.mark.parametrize(
    "words",
    [
        ("network", "add", "{}", "BIN De Bist", "Westerlo"),
        ("network", "add", "het-heike", "{}", "Geel"),
        ("network", "add", "het-heike", "BIN Het Heike", "{}"),
        ("network", "approve", "{}"),
        ("network", "approve", DE_BIST, "--on", "{}"),
        ("member", "list", "--network", "{}"),
        ("officer", "add", "{}", "Maes", phone(10)),
        ("officer", "add", "4711", "{}", phone(10)),
        ("officer", "add", "4711", "Maes", "{}"),
        ("officer", "add", "4711", "Maes", phone(10), "--network", "{}"),
        ("officer", "add", "4711", "Maes", phone(10), "--language", "x{}"),
        ("officer", "networks", "{}", DE_BIST),
        ("officer", "networks", "4711", "{}"),
        ("officer", "duty", "{}"),
        ("officer", "pin", "{}"),
        ("officer", "remove", "{}"),
        ("node", "drain", "{}"),
        ("node", "resume", "{}"),
        ("send", "--urgent", "--network", "{}", "--text", "nl=Blijf binnen."),
        ("send", "--urgent", "--network", DE_BIST, "--text", "{}"),
        ("send", "--urgent", "--network", DE_BIST, "--text", "{}=Blijf binnen."),
        ("send", "--urgent", "--network", DE_BIST, "--text", "{0}=a", "--text", "{0}=b"),
        ("stop", "{}"),
        ("watch", "{}"),
        ("results", "{}"),
        ("report-inbox", "play", "{}"),
        ("report-inbox", "claim", "{}"),
        ("report-inbox", "judge", "1", "{}"),
        ("report-inbox", "alert", "1", "--network", "{}"),
        ("{}",),
        ("network", "{}"),
        ("network", "list", "--x{}"),
    ],
    ids=" ".join,
)
@AS_TYPED
def test_whatever_is_typed_ends_in_one_sentence(
    town: Town,
    typed: Typed,
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    hostile: Mapping[str, str],
) -> None:
    town.add()
    report_from(town, phone(10))
    for what, name in hostile.items():
        monkeypatch.setattr("sys.stdin", io.StringIO("846203\n"))
        answer = typed(*[word.format(name) for word in words])
        assert is_tame(answer), what


@pytest.mark.thorough
def test_bytes_that_are_no_text_end_in_one_sentence(town: Town) -> None:
    signs = b"Ma\xff\xc3\x28\x9b2J"
    for words in (
        (b"stop", b"1", b"--by", signs),
        (b"node", b"drain", signs),
        (b"member", b"import", b"--network", signs, signs),
    ):
        done = subprocess.run(
            [sys.executable, "-m", "buurtbel", *words], capture_output=True, text=True, check=False
        )
        assert is_tame(Answer(done.returncode, done.stdout, done.stderr))


def test_what_is_kept_is_shown_as_it_is_and_steers_no_terminal(town: Town, typed: Typed) -> None:
    town.add()
    assert MARKUP in typed("network", "add", "het-heike", MARKUP, "Geel").out
    # Written by an older release, or by hand.
    town.ask("UPDATE network SET name = E'BIN \\u001b[2J \\u202e' WHERE slug = 'de-bist'")
    shown = typed("network", "list").out
    assert MARKUP in shown
    assert "BIN \\x1b[2J \\u202e" in shown
    assert not any(sign in shown for sign in OBEYED)
    report_from(town, phone(10))
    assert typed(*CLAIM, "--by", MARKUP).code == 0
    assert MARKUP in typed("report-inbox", "list").out


# PINs, which are read from the standard input


@pytest.mark.parametrize(
    "piped_in",
    [
        "/dev/urandom",
        pytest.param("/dev/zero", marks=pytest.mark.thorough),
        pytest.param("/dev/null", marks=pytest.mark.thorough),
    ],
)
def test_a_pin_is_one_short_line_whatever_is_piped_in(town: Town, piped_in: str) -> None:
    words = ("officer", "add", "4711", "Maes", phone(10))
    with Path(piped_in).open("rb") as piped:
        done = subprocess.run(
            [sys.executable, "-m", "buurtbel", *words],
            stdin=piped,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert "PIN" in Answer(done.returncode, done.stdout, done.stderr).refusal


def test_a_pin_that_nobody_can_type_is_asked_for_in_words(town: Town) -> None:
    words = ("officer", "add", "4711", "Maes", phone(10))
    closed = ["sh", "-c", 'exec "$0" -m buurtbel "$@" <&-', sys.executable, *words]
    done = subprocess.run(closed, capture_output=True, text=True, check=False)
    assert "pipe it in" in Answer(done.returncode, done.stdout, done.stderr).refusal
