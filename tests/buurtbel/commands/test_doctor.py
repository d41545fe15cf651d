"""`buurtbel doctor`: what is found wrong before it is needed."""

import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from buurtbel.serve.trunk_state import Name, Registration, TrunkState, write_state
from buurtbel.status import trial
from buurtbel.status.doctor import Finding
from buurtbel.status.nagios import for_nagios
from embedded.network.free_ports import free_ports
from tests.buurtbel.conftest import NO_PBX, Town, Typed

LOOKED_AT = ["database", "line", "PBX", "voice nl", "voice fr", "voice de", "voice en", "disk"]
LOOKED_AT += ["backup", "trunk"]
NUMBERS = "callers' numbers"
READY = ["disk", "backup", "trunk", "addresses"]


def found(document: dict[str, object]) -> dict[str, tuple[bool, str]]:
    assert set(document) == {"ok", "findings"}
    findings = document["findings"]
    assert isinstance(findings, list)
    return {one["what"]: (one["ok"], one["says"]) for one in findings}


def test_the_doctor_looks_at_everything_and_says_what_is_wrong(town: Town, typed: Typed) -> None:
    answer = typed("doctor", "--json")
    assert answer.complaint == "Not everything is ready for an alert: look at line, PBX, trunk."
    findings = found(answer.one_document)
    assert list(findings) == LOOKED_AT
    assert [what for what, (ok, _) in findings.items() if not ok] == ["line", "PBX", "trunk"]
    assert "buurtbel serve" in findings["line"][1]
    assert NO_PBX in findings["PBX"][1]
    assert findings["trunk"][1].startswith("No trunk is set")
    assert "BUURTBEL_TRUNK_URI" in findings["trunk"][1]


def test_the_doctor_s_table_is_for_people(town: Town, typed: Typed) -> None:
    shown = typed("doctor").out.splitlines()
    assert [line.split()[0] for line in shown[1:]].count("NO") == 3


def test_whatever_watches_machines_gets_a_line_and_a_code(town: Town, typed: Typed) -> None:
    critical = typed("doctor", "--nagios")
    assert critical.code == 2
    assert critical.out.startswith("BUURTBEL CRITICAL - line: No line process works on this database")
    assert critical.out.count("\n") == 1
    assert critical.err == ""


@pytest.mark.parametrize(
    ("findings", "line", "code"),
    [
        ([Finding("database", True, "answers")], "BUURTBEL OK - all 1 checks are well", 0),
        (
            [Finding("backup", False, "too old; see | below")],
            "BUURTBEL WARNING - backup: too old; see / below",
            1,
        ),
        (
            [Finding("voice nl", False, "dumb."), Finding("PBX", False, "dead."), Finding("disk", True, "")],
            "BUURTBEL CRITICAL - PBX: dead. voice nl: dumb.",
            2,
        ),
    ],
)
def test_what_keeps_an_alert_from_going_out_is_critical_and_anything_else_a_warning(
    findings: list[Finding], line: str, code: int
) -> None:
    assert for_nagios(findings) == (line, code)


def test_a_line_at_work_is_seen(town: Town, typed: Typed) -> None:
    town.serves()
    assert found(typed("doctor", "--json").one_document)["line"] == (True, "waits for calls")


def test_a_trunk_that_is_marked_as_a_simulation_is_told_as_one(
    town: Town, typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BUURTBEL_TRUNK_SIMULATED", "true")
    ok, says = found(typed("doctor", "--json").one_document)["trunk"]
    assert ok
    assert "no real phone rings" in says


@pytest.mark.parametrize(
    ("settings", "is_told"),
    [
        ({}, False),
        ({"URI": "sip:192.0.2.1"}, True),
        ({"URI": "sip:192.0.2.1", "VOUCHES_FOR_NUMBERS": "false"}, True),
        ({"URI": "sip:192.0.2.1", "VOUCHES_FOR_NUMBERS": "true"}, False),
        ({"URI": "sip:192.0.2.1", "TRUSTS_IDENTITY": "true"}, False),
        ({"VOUCHES_FOR_NUMBERS": "false"}, True),
    ],
)
def test_what_a_trunk_means_that_vouches_for_nobody_is_told(
    settings: dict[str, str], is_told: bool, town: Town, typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in settings.items():
        monkeypatch.setenv(f"BUURTBEL_TRUNK_{name}", value)
    findings = found(typed("doctor", "--json").one_document)
    assert (NUMBERS in findings) is is_told
    if is_told:
        ok, says = findings[NUMBERS]
        assert ok
        assert "counts as called back, not as confirmed" in says
        assert "BUURTBEL_TRUNK_VOUCHES_FOR_NUMBERS" in says


def test_a_line_that_waits_for_calls_is_healthy_and_none_is_told(town: Town, typed: Typed) -> None:
    unhealthy = typed("healthy")
    assert (unhealthy.code, unhealthy.refusal) == (
        1,
        "No line process works on this database; start `buurtbel serve`.",
    )
    town.serves()
    healthy = typed("healthy")
    assert (healthy.code, healthy.out, healthy.err) == (0, "", "")


@pytest.mark.usefixtures("no_database")
def test_without_a_database_the_rest_is_looked_at_all_the_same(
    typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setenv("BUURTBEL_TRUNK_URI", "sip:trunk.example")
    findings = found(typed("doctor", "--json").one_document)
    assert list(findings) == [*(what for what in LOOKED_AT if what != "line"), "addresses", NUMBERS]
    assert [what for what, (ok, _) in findings.items() if ok] == [*READY, NUMBERS]
    assert "the real network" in findings["trunk"][1]


def test_a_data_folder_that_cannot_be_used_is_told(
    town: Town, typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BUURTBEL_DATA_DIR", "/proc/buurtbel")
    findings = found(typed("doctor", "--json").one_document)
    assert findings["disk"] == (False, "/proc/buurtbel cannot be used (No such file or directory).")
    assert "The PBX's password cannot be read" in findings["PBX"][1]


@pytest.mark.parametrize(
    ("number", "says"),
    [
        ("112", "short or emergency number"),
        ("hello", "without letters"),
        ("0903 12 345", "premium-rate number"),
        ("+99910000001", "the trunk is real"),
        ("", "no number here"),
    ],
)
def test_a_test_call_to_a_number_that_is_never_dialled_is_refused_before_anything_is_looked_at(
    town: Town, typed: Typed, number: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BUURTBEL_TRUNK_URI", "sip:trunk.example")
    assert says in typed("doctor", "--call", number).refusal


def test_a_test_call_in_a_language_that_nobody_speaks_here_is_refused(town: Town, typed: Typed) -> None:
    refusal = typed("doctor", "--call", "+99910000001", "--language", "es").refusal
    assert refusal == "A test call speaks nl, fr, de or en; name one of them."


def test_without_a_line_no_test_call_is_ordered(town: Town, typed: Typed) -> None:
    findings = found(typed("doctor", "--call", "+99910000001", "--json").one_document)
    assert findings["test call"] == (
        False,
        "No test call was placed: No line process works on this database; start `buurtbel serve`.",
    )
    assert town.ask("SELECT count(*) FROM trial_order") == [(0,)]


def test_a_test_call_that_no_line_takes_is_taken_back(
    town: Town, typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trial, "TAKEN_WITHIN", timedelta(seconds=0.1))
    town.serves()
    findings = found(typed("doctor", "--call", "+99910000001", "--json").one_document)
    assert findings["test call"][1].startswith("No line placed the test call")
    assert town.ask("SELECT count(*) FROM trial_order") == [(0,)]


def test_what_the_trunk_says_of_registering_and_where_its_name_leads_is_told(
    town: Town, typed: Typed, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("BUURTBEL_PBX_ARI_URL")
    monkeypatch.setenv("BUURTBEL_PBX_ARI_BIND", f"127.0.0.1:{free_ports(1)}")
    now = datetime.now(UTC)
    refused = Registration(False, True, 401, now, None)
    write_state(tmp_path, TrunkState(now, refused, Name("trunk.test", ["192.0.2.7"], now, [])))
    findings = found(typed("doctor", "--json").one_document)
    assert not findings["registration"][0]
    assert "with 401 since" in findings["registration"][1]
    assert findings["trunk name"] == (True, "trunk.test leads to 192.0.2.7")


@pytest.mark.usefixtures("no_database")
@pytest.mark.parametrize(
    ("uri", "networks", "is_advised"),
    [
        ("sip:trunk.example", "", True),  # SRV records may lead to many
        ("sip:two.example:5060", "", True),
        ("sip:one.example:5060", "", False),
        ("sip:nowhere.example:5060", "", False),
        ("sip:two.example:5060", "192.0.2.0/28", False),
        ("sip:192.0.2.1", "", False),
    ],
)
def test_a_carrier_with_several_addresses_is_better_named_by_all_of_them(
    typed: Typed, monkeypatch: pytest.MonkeyPatch, uri: str, networks: str, *, is_advised: bool
) -> None:
    leads_to = {"two.example": ["192.0.2.1", "192.0.2.2"], "one.example": ["192.0.2.1"]}

    def looked_up(host: str, port: int, **_: object) -> list[object]:
        if host not in leads_to:
            raise socket.gaierror
        return [(socket.AF_INET, socket.SOCK_DGRAM, 17, "", (one, port)) for one in leads_to[host]]

    monkeypatch.setattr(socket, "getaddrinfo", looked_up)
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setenv("BUURTBEL_TRUNK_URI", uri)
    monkeypatch.setenv("BUURTBEL_TRUNK_NETWORKS", networks)
    findings = found(typed("doctor", "--json").one_document)
    assert ("addresses" in findings) == is_advised
    if is_advised:
        ok, says = findings["addresses"]
        assert ok
        assert "name them in BUURTBEL_TRUNK_NETWORKS" in says


@pytest.mark.parametrize(("last", "is_enough"), [("16159", True), ("16157", False)])
def test_too_few_ports_for_sound_are_told(
    town: Town, typed: Typed, monkeypatch: pytest.MonkeyPatch, last: str, is_enough: bool
) -> None:
    monkeypatch.setenv("BUURTBEL_PBX_ARI_URL", "")  # an Asterisk of our own
    monkeypatch.setenv("BUURTBEL_TRUNK_CHANNELS", "40")
    monkeypatch.setenv("BUURTBEL_PBX_RTP_PORTS", f"16000-{last}")
    findings = found(typed("doctor", "--json").one_document)
    assert ("audio ports" not in findings) == is_enough
    if not is_enough:
        assert findings["audio ports"][1].startswith(
            "BUURTBEL_PBX_RTP_PORTS names 158 ports, and 40 channels"
        )
