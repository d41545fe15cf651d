"""`buurtbel journal`: what somebody did by a command is listed, exported, and verified without a database."""

import os
from pathlib import Path

import pytest

from tests.buurtbel.conftest import Town, Typed
from tests.support.people import DE_BIST

ADD = ("network", "add", DE_BIST, "BIN De Bist", "Westerlo")
APPROVE = ("network", "approve", DE_BIST)


def test_what_is_done_is_listed_with_the_account_that_did_it(town: Town, typed: Typed) -> None:
    for command in (ADD, APPROVE):
        assert typed(*command).code == 0
    approved, added = typed("journal", "list", "--json").document
    assert (added["position"], added["act"], approved["act"]) == (1, "network.add", "network.approve")
    assert (added["actor"], added["actor_id"], added["role"]) == ("account", os.getuid(), "administrator")
    assert added["ids"] == approved["ids"] == {"network": [1]}
    assert "network.approve" in typed("journal", "list").out


def test_what_is_refused_is_on_no_list(town: Town, typed: Typed) -> None:
    assert typed(*ADD).code == 0
    assert "There is a network de-bist already" in typed(*ADD).refusal
    assert len(typed("journal", "list", "--json").document) == 1


def test_an_exported_journal_is_verified_where_there_is_no_database(
    town: Town, typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for command in (ADD, APPROVE):
        assert typed(*command).code == 0
    exported = typed("journal", "export", "kept.journal", "--json").document
    assert exported["entries"] == 2
    whole = {"whole": True, "entries": 2, "head": exported["head"], "fault": None}
    assert typed("journal", "verify", "--json").document == whole
    monkeypatch.delenv("BUURTBEL_DATABASE_URL")
    assert typed("journal", "verify", "kept.journal", "--json").document == whole
    assert typed("journal", "verify", "kept.journal", "--head", exported["head"], "--json").document == whole
    assert exported["head"] in typed("journal", "verify", "kept.journal").out


def test_a_journal_that_somebody_changed_is_told_from_one_that_is_whole(
    town: Town, typed: Typed, tmp_path: Path
) -> None:
    for command in (ADD, APPROVE):
        assert typed(*command).code == 0
    head = typed("journal", "export", "kept.journal", "--json").document["head"]
    kept = tmp_path / "kept.journal"
    lines = kept.read_text().splitlines(keepends=True)

    def complaint(content: str, *more: str) -> str:
        kept.write_text(content)
        return typed("journal", "verify", "kept.journal", *more).complaint

    changed = lines[2].replace("network.approve", "network.add")
    assert "Entry 2 was changed" in complaint("".join([*lines[:2], changed]))
    assert "Another entry stands where entry 1" in complaint("".join([lines[0], lines[2], lines[1]]))
    assert "It does not go to the head" in complaint("".join(lines[:2]))
    assert "no entry with the hash given" in complaint("".join(lines), "--head", f"{int(head, 16) ^ 1:064x}")
    assert "This is no journal" in complaint("naam,telefoon\n")
    assert "This is no journal" in complaint("")


def test_an_entry_that_the_owner_of_the_database_changes_past_all_triggers_is_found(
    town: Town, typed: Typed
) -> None:
    for command in (ADD, APPROVE):
        assert typed(*command).code == 0
    town.ask("ALTER TABLE journal DISABLE TRIGGER ALL")
    town.ask("UPDATE journal SET actor_id = 4 WHERE position = 1")
    assert "Entry 1 was changed" in typed("journal", "verify").complaint
