"""`buurtbel network` and `buurtbel member`: who is in which network."""

from pathlib import Path

import pytest

from tests.buurtbel.conftest import Town, Typed
from tests.support.people import DE_BIST, phone

MEMBERS = f"naam,taal,straat,nr,telefoon,telefoon2\nAn Peeters,nl,Beukenlaan,12,{phone(10)},\n"
BROKEN = f"{MEMBERS}Bert Claes,nl,Beukenlaan,14,112,\n"


@pytest.fixture
def a_list(tmp_path: Path) -> Path:
    return tmp_path / "leden.csv"


def test_a_network_is_added_approved_and_listed(town: Town, typed: Typed) -> None:
    added = typed("network", "add", "het-heike", "BIN Het Heike", "Geel", "--json").document
    assert added == {
        "network": "het-heike",
        "name": "BIN Het Heike",
        "municipality": "Geel",
        "charter_approved_on": None,
        "hours_from": "08:00:00",
        "hours_until": "21:00:00",
    }
    approved = typed("network", "approve", "het-heike", "--on", "2014-09-15", "--json").document
    assert approved == added | {"charter_approved_on": "2014-09-15"}
    assert typed("network", "list", "--json").document == [approved | {"members": 0}]
    shown = typed("network", "list")
    assert "het-heike" in shown.out
    assert "approved 2014-09-15" in shown.out


def test_words_in_square_brackets_are_shown_as_they_are(town: Town, typed: Typed) -> None:
    assert "[bold]Heike[/]" in typed("network", "add", "het-heike", "[bold]Heike[/]", "Geel").out
    assert "[bold]Heike[/]" in typed("network", "list").out


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["add", DE_BIST, "BIN De Bist", "Westerlo"], "There is a network de-bist already"),
        (["add", "De Bist!", "BIN De Bist", "Westerlo"], "short name is lower-case letters"),
        (["add", "leeg", " ", "Westerlo"], "A network has a name"),
        (["approve", "de-bits"], "did you mean de-bist?"),
    ],
)
def test_a_network_that_cannot_be_is_told(town: Town, typed: Typed, words: list[str], complaint: str) -> None:
    town.add()
    assert complaint in typed("network", *words).refusal


def test_a_member_list_is_imported_and_listed(town: Town, typed: Typed, a_list: Path) -> None:
    town.add("het-heike")
    a_list.write_text(MEMBERS.replace("An Peeters", "Cis Wouters"))
    imported = typed("member", "import", "--network", "het-heike", str(a_list), "--json").document
    assert imported["accepted"]
    assert imported["encoding"] == "utf-8"
    assert imported["counts"] == {"added": 1, "updated": 0, "unchanged": 0, "refused": 0, "not_written": 0}
    assert [(row["line"], row["result"]) for row in imported["rows"]] == [(2, "added")]
    assert set(imported) == {"accepted", "encoding", "notes", "revived", "counts", "rows"}
    listed = typed("member", "list", "--network", "het-heike", "--json").document
    assert {
        "name": "Cis Wouters",
        "language": "nl",
        "street": "Beukenlaan",
        "house_number": "12",
        "numbers": [{"number": phone(10), "said_dead_since": None, "dead_since": None}],
    } in listed
    assert "Cis Wouters" in typed("member", "list", "--network", "het-heike").out


def test_a_list_with_one_broken_row_is_not_imported_and_the_row_is_named(
    town: Town, typed: Typed, a_list: Path
) -> None:
    town.add()
    a_list.write_text(BROKEN)
    answer = typed("member", "import", "--network", DE_BIST, str(a_list))
    assert answer.complaint == (
        "Nothing was imported: correct the rows named above and import the list again."
    )
    assert "line 3: refused. telefoon: This is a short or emergency number" in answer.out
    refused = typed("member", "import", "--network", DE_BIST, str(a_list), "--json")
    assert refused.complaint
    assert [row["result"] for row in refused.one_document["rows"]] == ["not_written", "refused"]
    assert len(typed("member", "list", "--network", DE_BIST, "--json").document) == 2


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "The file is empty"),
        (MEMBERS.encode("utf-16"), "save it again as CSV UTF-8"),
        (b"naam;telefoon\nAn\x81;0475123456\n", "neither UTF-8 nor Windows-1252"),
        (b"PK\x03\x04rest of a workbook", "The file is a workbook"),
        (b"voornaam;gsm\nAn;0475123456\n", "The first line has no column"),
        (b'naam;telefoon\n"An;0475123456\n', "a quote is not closed"),
    ],
)
def test_a_file_that_is_no_member_list_is_told(
    town: Town, typed: Typed, a_list: Path, content: bytes, complaint: str
) -> None:
    town.add()
    a_list.write_bytes(content)
    assert complaint in typed("member", "import", "--network", DE_BIST, str(a_list)).refusal


def test_a_file_that_is_not_there_is_told(town: Town, typed: Typed) -> None:
    answer = typed("member", "import", "--network", DE_BIST, "nergens.csv")
    assert answer.refusal == "nergens.csv cannot be read (No such file or directory); check its name."


@pytest.mark.parametrize("words", [["list"], ["import", "leden.csv"]])
def test_members_of_an_unknown_network_are_nobody(
    town: Town, typed: Typed, a_list: Path, words: list[str]
) -> None:
    a_list.write_text(MEMBERS)
    assert "There is no network 'het-heike'" in typed("member", *words, "--network", "het-heike").refusal


DIED = (
    "UPDATE number SET said_dead_since = '2026-03-02', said_dead_at = '2026-03-04', dead_since = '2026-03-04'"
)


def test_dead_numbers_are_listed_with_the_day_and_revived_by_number_or_name(town: Town, typed: Typed) -> None:
    town.add()
    town.ask(f"{DIED} WHERE e164 <> '{phone(16)}'")
    listed = typed("member", "list", "--network", DE_BIST)
    assert f"{phone(10)} (dead since 04/03/2026)" in listed.out
    assert f"{phone(16)}, {phone(12)} (dead since 04/03/2026)" in listed.out
    revived = typed("member", "revive", "  an peeters ")
    assert revived.out == f"Called again from the next alert on: {phone(10)}.\n"
    dead = typed("member", "list", "--network", DE_BIST, "--dead", "--json").document
    assert [one["name"] for one in dead] == ["Bert Claes"]
    words = ("member", "revive", f"{phone(12)[:4]} {phone(12)[4:]}", "--network", DE_BIST)
    assert typed(*words, "--json").document == {"revived": [phone(12)]}
    assert typed("member", "list", "--network", DE_BIST, "--dead", "--json").document == []
    assert "no dead number" in typed(*words).out


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["Cis Wouters"], "Nobody has this name or number"),
        ([phone(13)], "Nobody has this name or number"),
        (["112"], "short or emergency number"),
        ([""], "name"),
        (["An Peeters", "--network", "witven"], "Nobody has this name or number"),
        (["An Peeters", "--network", "nergens"], "There is no network 'nergens'"),
    ],
)
def test_who_cannot_be_revived_is_told(town: Town, typed: Typed, words: list[str], complaint: str) -> None:
    town.add()
    typed("network", "add", "witven", "BIN Witven", "Westerlo")
    assert complaint in typed("member", "revive", *words).refusal


def test_somebody_who_left_is_not_revived(town: Town, typed: Typed) -> None:
    town.add()
    town.ask(f"{DIED} WHERE e164 = '{phone(10)}'")
    town.ask("UPDATE member SET left_on = '2026-03-05' WHERE name = 'An Peeters'")
    assert "Nobody has this name" in typed("member", "revive", phone(10)).refusal


def test_a_list_that_names_dead_numbers_says_that_they_are_called_again(
    town: Town, typed: Typed, a_list: Path
) -> None:
    town.add()
    town.ask(DIED)
    a_list.write_text(MEMBERS)
    answer = typed("member", "import", "--network", DE_BIST, str(a_list))
    assert "line 2: updated. Changed: street, house number. A dead number is called again." in answer.out
    assert answer.out.endswith("1 updated; dead numbers called again: 1\n")
    town.ask(DIED)
    again = typed("member", "import", "--network", DE_BIST, str(a_list), "--json").document
    assert again["revived"] == 1
