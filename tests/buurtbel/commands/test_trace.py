"""`buurtbel trace`: the life of one call, from rows and logs, in order, and what can no longer be told."""

import os
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from broadcast.engine.call_ids import CallIds
from tests.buurtbel.conftest import Town, Typed
from tests.support.people import DE_BIST, phone

AN, BERT = phone(10), phone(16)
TAKEN = datetime(2026, 11, 30, 2, 4, 5, tzinfo=UTC)
"""Four past three and five seconds in Brussels."""
SAID = "%s %s ivr.pbx.live_call [%s]: %s\n"
TRIAL = "aaaaaaaa-0000-4000-8000-000000000001"
NODE = socket.gethostname()
OTHER = CallIds("buurtbel-1763760000.99")


def at(seconds: float) -> datetime:
    return TAKEN + timedelta(seconds=seconds)


def said(seconds: float, ids: CallIds | str, text: str, level: str = "INFO") -> str:
    return SAID % (at(seconds).isoformat(timespec="milliseconds"), level, ids, text)


@pytest.fixture
def alert(town: Town, typed: Typed) -> int:
    town.add()
    sent = typed(
        "send", "--network", DE_BIST, "--text", "nl=Blijf binnen.", "--urgent", "--by", "Maes", "--json"
    )
    town.ask(f"UPDATE broadcast SET created_at = '{at(-5)}'")
    return int(sent.document["broadcast"])


@pytest.fixture
def attempt(alert: int, town: Town) -> str:
    """An's only call, which she confirmed."""
    town.ask(
        f"UPDATE attempt SET state = 'done', outcome = 'confirmed', due_at = '{at(-4)}', node = '{NODE}',"
        f" dialled_at = '{TAKEN}', answered_at = '{at(6)}', ended_at = '{at(20)}', cause = 16,"
        """ evidence = '{"talk": [[0.5, 1.25]], "passes": [[0.25, 12.0, true]], "keys": [11.5],"""
        """ "judgement": "person", "reason": "pressed a key"}'"""
        f" WHERE e164 = '{AN}'"
    )
    town.ask(
        "UPDATE recipient SET state = 'final', result = 'confirmed' FROM attempt"
        f" WHERE recipient_id = recipient.id AND e164 = '{AN}'"
    )
    [(id_,)] = town.ask(f"SELECT id FROM attempt WHERE e164 = '{AN}'")
    return str(id_)


def told(typed: Typed, *words: str) -> list[tuple[str, str]]:
    """From which source what is told, in order."""
    return [(event["source"], event["says"]) for event in typed("trace", *words, "--json").document["events"]]


def test_rows_and_log_are_told_in_the_order_of_time_each_with_its_source(
    alert: int, attempt: str, town: Town, typed: Typed, tmp_path: Path
) -> None:
    ids = CallIds.of_attempt(UUID(attempt), alert)
    town.ask(
        "INSERT INTO member_report (recording, node, channel, e164, created_at, kept_at, state) VALUES"
        f" (gen_random_uuid(), '{NODE}', '{attempt}', '{AN}', '{at(14)}', '{at(19)}', 'new')"
    )
    (tmp_path / "line.log.1").write_text(
        said(-100, OTHER, "Somebody calls us.") + said(0.1, ids, "Originated.") + said(1, OTHER, "Ended.")
    )
    (tmp_path / "line.log").write_text(
        said(2, ids, "It got through.")
        + said(6.1, ids, "Answered.")
        + said(20.5, ids, "A recording stays at the PBX.", "WARNING")
        + said(21, f"broadcast={alert} channel={OTHER.channel}", f"Not of {attempt}.")
    )
    (tmp_path / "serve.log").write_text(said(20.6, CallIds(attempt), "A call is given back to the PBX."))
    assert told(typed, attempt) == [
        ("broadcast", f"Broadcast {alert} begins."),
        ("attempt", "Due: from now on it waits for a line and its telephone."),
        ("attempt", f"Taken and written ahead by node {NODE}."),
        ("line.log.1", "Originated."),
        ("line.log", "It got through."),
        ("attempt", "Answered."),
        ("line.log", "Answered."),
        ("evidence", "Pass 1 of the message begins."),
        ("evidence", "They speak for 0.8 s."),
        ("report", "Report 1 begins."),
        ("evidence", "A key is pressed."),
        ("evidence", "Pass 1 ends, whole."),
        ("report", "Report 1 is kept."),
        ("attempt", "Recorded as confirmed (person: pressed a key; cause 16)."),
        ("recipient", "No more calls: the result is confirmed."),
        ("line.log", "WARNING: A recording stays at the PBX."),
        ("serve.log", "A call is given back to the PBX."),
    ]
    answered = typed("trace", attempt)
    assert (answered.code, answered.err) == (0, "")
    head, columns, *lines = answered.out.splitlines()
    assert head == (f"attempt {attempt}, broadcast {alert}, An Peeters, {AN}, node {NODE}")
    assert columns.split() == ["Europe/Brussels", "from", "what", "happened"]
    assert [line[:18] for line in lines] == sorted(line[:18] for line in lines)
    assert lines[3].split("  ") == ["30/11 03:04:05.100", "line.log.1", "Originated."]


def test_a_short_beginning_of_an_id_will_do_and_results_show_it(
    alert: int, attempt: str, typed: Typed
) -> None:
    calls = typed("results", "--calls").out
    assert attempt[:8] in calls
    recipients = typed("results", "--json").document["recipients"]
    assert attempt in [call["attempt"] for person in recipients for call in person["calls"]]
    for beginning in (attempt[:8], attempt[:13].upper(), attempt.replace("-", "")):
        assert typed("trace", beginning, "--json").document["call"] == attempt
        assert typed("trace", "--call", beginning, "--json").document["call"] == attempt


def test_what_comes_before_and_after_an_attempt_is_named(
    alert: int, attempt: str, town: Town, typed: Typed
) -> None:
    town.ask(
        "INSERT INTO attempt (id, broadcast_id, recipient_id, e164, due_at) SELECT gen_random_uuid(),"
        f" broadcast_id, recipient_id, e164, '{at(140)}' FROM attempt WHERE id = '{attempt}'"
    )
    town.ask("UPDATE recipient SET state = 'waiting', result = 'nothing'")
    town.ask(f"UPDATE attempt SET outcome = 'busy' WHERE id = '{attempt}'")
    [(following,)] = town.ask(f"SELECT id FROM attempt WHERE e164 = '{AN}' AND state = 'queued'")
    assert ("attempt", f"After it: attempt {following} for the same person or number is due.") in told(
        typed, attempt
    )
    before = f"Before it: attempt {attempt} for the same person or number, recorded as busy."
    assert told(typed, str(following))[-2:] == [
        ("attempt", before),
        ("attempt", "Due: from now on it waits for a line and its telephone."),
    ]


def test_calls_of_our_own_are_told_too(town: Town, typed: Typed, tmp_path: Path) -> None:
    town.ask(f"INSERT INTO trial_order (e164, language) VALUES ('{AN}', 'nl')")
    town.ask(
        "INSERT INTO trial_call"
        " (id, node, placed_at, ended_at, outcome, order_id, rang_after, answered_after)"
        f" VALUES ('{TRIAL}', '{NODE}', '{TAKEN}', '{at(9)}', 'answered', 1, 2, 5)"
    )
    ids = CallIds(TRIAL)
    (tmp_path / "line.log").write_text(said(-1, OTHER, "x") + said(0.5, ids, "Originated."))
    assert told(typed, "--call", "aaaaaaaa") == [
        ("test call", f"Written ahead by node {NODE}, for order 1."),
        ("line.log", "Originated."),
        ("test call", "A telephone rings."),
        ("test call", "Answered."),
        ("test call", "Recorded as answered."),
    ]
    assert "There is no call 'aaaaaaaa'" in typed("trace", "aaaaaaaa").refusal


def test_a_call_to_us_is_told_by_its_channel_from_the_log_and_its_reports(
    town: Town, typed: Typed, tmp_path: Path
) -> None:
    town.ask(
        "INSERT INTO member_report (recording, node, channel, created_at) VALUES"
        f" (gen_random_uuid(), '{NODE}', '{OTHER.channel}', '{at(5)}')"
    )
    (tmp_path / "line.log").write_text(
        said(0, OTHER, "Somebody calls us.")
        + said(1, CallIds("buurtbel-1763760000.9"), "Another one.")
        + said(9, OTHER, "Ended (cause 16).")
    )
    assert told(typed, "--call", OTHER.channel) == [
        ("line.log", "Somebody calls us."),
        ("report", "Report 1 begins."),
        ("line.log", "Ended (cause 16)."),
    ]
    assert told(typed, "--call", "buurtbel-1763760000.9") == [("line.log", "Another one.")]


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["3f1e4f5a"], "There is no call '3f1e4f5a'"),
        (["x'; DROP TABLE attempt"], 'There is no call "x\'; DROP TABLE attempt"'),
        (["\x1b[2J"], r"There is no call '\x1b[2J'"),
        (["3f1e4f5a-"], "There is no call"),
        (["f" * 40], "There is no call"),
        (["3f-1e"], "There is no call"),
        ([""], "There is no call ''"),
        (["--call", "\udcff"], r"There is no call '\udcff'"),
        (["--call", "buurtbel-1763760000.12"], "There is no call 'buurtbel-1763760000.12'"),
        ([], "Give an attempt, or --call with a channel"),
        (["3f1e", "--call", "3f1e"], "Give an attempt, or --call with a channel"),
    ],
)
def test_who_asks_for_what_is_not_there_is_told_so_in_one_sentence(
    town: Town, typed: Typed, words: list[str], complaint: str
) -> None:
    answer = typed("trace", *words)
    assert complaint in answer.refusal
    assert answer.code == 1


def test_who_types_too_little_of_an_id_is_asked_for_more(town: Town, typed: Typed) -> None:
    town.add()
    typed("send", "--network", DE_BIST, "--text", "nl=Blijf binnen.", "--urgent", "--by", "Maes")
    for nth, number in enumerate((AN, BERT)):
        town.ask(
            f"UPDATE attempt SET id = 'abcdef00-0000-4000-8000-00000000000{nth}' WHERE e164 = '{number}'"
        )
    assert typed("trace", "abcd").refusal == "Several calls begin with abcd; type more of it."
    assert typed("trace", "--call", "abcd").refusal == "Several calls begin with abcd; type more of it."


# What cannot be told


def test_a_log_that_begins_later_than_the_call_says_so(attempt: str, typed: Typed, tmp_path: Path) -> None:
    (tmp_path / "line.log").write_text(said(3, CallIds(attempt), "Answered."))
    (tmp_path / "serve.log").write_text(said(-3600, OTHER, "Buurtbel serves."))
    answer = typed("trace", attempt)
    assert answer.code == 0
    assert answer.err == (
        "The log does not reach back to this call: what it said of its beginning is gone.\n"
    )
    assert "Recorded as confirmed" in answer.out


def test_without_a_log_the_rows_are_told_and_it_is_said(attempt: str, typed: Typed) -> None:
    answer = typed("trace", attempt, "--json")
    assert answer.document["lacks"] == ["There is no log here: only rows are told."]
    assert answer.err == "There is no log here: only rows are told.\n"


def test_a_log_that_cannot_be_read_is_named_and_hides_nothing_else(
    attempt: str, typed: Typed, tmp_path: Path
) -> None:
    (tmp_path / "line.log").write_text(said(-1, OTHER, "x") + said(1, CallIds(attempt), "Originated."))
    (tmp_path / "line.log.1").symlink_to("line.log.1")
    (tmp_path / "line.log.2").mkdir()
    os.mkfifo(tmp_path / "line.log.3")
    answer = typed("trace", attempt)
    assert answer.err.splitlines() == [
        "line.log.1 cannot be read (Too many levels of symbolic links).",
        "line.log.2 cannot be read (Is a directory).",
    ]
    assert "Originated." in answer.out


def test_the_log_of_another_node_is_on_its_machine(attempt: str, town: Town, typed: Typed) -> None:
    town.ask("UPDATE attempt SET node = 'geel'")
    assert typed("trace", attempt).err == "Node geel led this call: its log is on that machine.\n"


@pytest.mark.parametrize(
    "hostile",
    [
        "\xff\xfe",
        "[channel={id}]",
        "2026-11-30T03:04:05.123+00:00 INFO x: without ids of {id}",
        "2026-11-30T03:04:05.123+00:00 INFO x [{id}]: brackets without a name",
        "2026-11-30T03:04:05.123+00:00 INFO x [channel=1]: said [channel={id}]: y",
        "2026-13-30T03:04:05.123+00:00 INFO x [channel={id}]: no such month",
        "2026-11-30T03:04:05.123+00:00 INFO x [broadcast=999999999999 channel={id}]: no such number",
        "2026-11-30 03:04:05,123 INFO x: {id} in another release",
        "a" * 100_000 + "{id}",
        "{id}\0{id}\r2026-11-30T03:04:05.123+00:00 INFO x [channel={id}]: y",
    ],
)
def test_what_looks_like_a_line_of_the_call_and_is_none_is_left_out(
    attempt: str, typed: Typed, tmp_path: Path, hostile: str
) -> None:
    ours = said(1, CallIds(attempt), "Originated.")
    text = said(-1, OTHER, "x") + hostile.replace("{id}", attempt) + "\n" + ours
    (tmp_path / "line.log").write_bytes(text.encode("latin-1"))
    of_the_log = [says for source, says in told(typed, attempt) if source == "line.log"]
    assert of_the_log == ["Originated."]


def test_what_a_terminal_would_obey_is_spelled_out(attempt: str, typed: Typed, tmp_path: Path) -> None:
    (tmp_path / "line.log").write_text(said(1, CallIds(attempt), "a\x1b[2Jb\u202e"))
    assert r"a\x1b[2Jb\u202e" in typed("trace", attempt).out


def test_what_was_set_aside_while_it_was_read_is_told_once(
    attempt: str, typed: Typed, tmp_path: Path
) -> None:
    for name in ("line.log", "line.log.1"):
        (tmp_path / name).write_text(said(-1, OTHER, "x") + said(1, CallIds(attempt), "Originated."))
    assert [says for _, says in told(typed, attempt)].count("Originated.") == 1
