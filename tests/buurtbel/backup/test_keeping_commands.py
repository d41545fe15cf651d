"""`buurtbel backup`, and `member export` and `erase`, as they are typed."""

import io
import json
import zipfile
from pathlib import Path

import psycopg
import pytest

from buurtbel.backup.erased import erased_here
from buurtbel.backup.restore import look_through
from buurtbel.backup.sealing import identities
from storage.engine import make_engine
from tests.buurtbel.backup.conftest import Installations
from tests.buurtbel.conftest import Typed
from tests.support.people import network_of, phone

NAME = "Wannes Vandenbroucke"


@pytest.fixture
async def here(no_database: None, installation: Installations, monkeypatch: pytest.MonkeyPatch) -> str:
    """An installation with two members, which commands work on."""
    url = installation()
    monkeypatch.setenv("BUURTBEL_DATABASE_URL", url)
    engine = make_engine(url)
    await network_of(engine, {NAME: [phone(10)], "Bert": [phone(11)]}, languages={NAME: "fr"})
    await engine.dispose()
    return url


def test_a_backup_is_made_listed_and_never_written_over(here: str, typed: Typed, tmp_path: Path) -> None:
    made = typed("backup", "--json").document
    assert made["rows"]["member"] == 2
    [listed] = typed("backup", "--list", "--json").document
    assert listed["file"] == made["file"]
    assert "Saved 2 members and 0 alerts" in typed("backup", str(tmp_path / "mine")).out
    assert "There is a file" in typed("backup", str(tmp_path / "mine")).refusal
    with psycopg.connect(here) as connection:
        step = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    assert (look_through(io.BytesIO((tmp_path / "mine").read_bytes()), ())[0].step,) == step


def test_keys_are_made_and_used(
    here: str, typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = typed("backup", "--new-key", str(tmp_path / "key"), "--json").document
    assert (tmp_path / "key").stat().st_mode & 0o777 == 0o600
    monkeypatch.setenv("BUURTBEL_BACKUP_RECIPIENTS", key["recipient"])
    made = typed("backup", "--json").document
    assert made["file"].endswith(".age")
    with Path(made["file"]).open("rb") as file:
        keys = identities((tmp_path / "key").read_text())
        assert look_through(file, keys)[1].tables["member"].rows == 2
    monkeypatch.setenv("BUURTBEL_BACKUP_RECIPIENTS", "age1wrong")
    assert "no public key" in typed("backup").refusal


def test_a_person_gets_a_file_in_their_language_and_is_erased(
    here: str, typed: Typed, tmp_path: Path
) -> None:
    file = tmp_path / "wannes.zip"
    assert typed("member", "export", NAME, str(file), "--json").document["member"] == 1
    assert file.stat().st_mode & 0o777 == 0o600
    with zipfile.ZipFile(file) as archive:
        told = archive.read("README.txt").decode()
        data = json.loads(archive.read("data.json"))
    assert told.startswith("Ce que Buurtbel conserve de vous, le ")
    assert NAME in told
    assert phone(10) in told
    assert data["numbers"][0]["e164"] == phone(10)
    assert typed("member", "erase", NAME, "--yes", "--json").document == {"erased": 1}
    assert [one.member for one in erased_here(tmp_path)] == [1]
    assert "Nobody has this name" in typed("member", "erase", NAME, "--yes").refusal
    with psycopg.connect(here) as connection:
        [[names]] = connection.execute("SELECT array_agg(name ORDER BY id) FROM member")
    assert names == ["", "Bert"]
