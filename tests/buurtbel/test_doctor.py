"""`buurtbel doctor`: what is found wrong before it is needed."""

import pytest

from tests.buurtbel.conftest import NO_PBX, Town, Typed

LOOKED_AT = ["database", "line", "PBX", "voice nl", "voice fr", "voice de", "voice en", "disk", "trunk"]


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
    assert list(findings) == [what for what in LOOKED_AT if what != "line"]
    assert [what for what, (ok, _) in findings.items() if ok] == ["disk", "trunk"]
    assert "the real network" in findings["trunk"][1]


def test_a_data_folder_that_cannot_be_used_is_told(
    town: Town, typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BUURTBEL_DATA_DIR", "/proc/buurtbel")
    findings = found(typed("doctor", "--json").one_document)
    assert findings["disk"] == (False, "/proc/buurtbel cannot be used (No such file or directory).")
    assert "The PBX's password cannot be read" in findings["PBX"][1]
