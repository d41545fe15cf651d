"""The PostgreSQL that comes with Buurtbel."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from embedded import postgres
from embedded.account import Account, as_account
from embedded.cluster import ClusterFolders
from embedded.errors import FolderError, StartError

pytestmark = pytest.mark.postgres


@pytest.fixture
def data_dir() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="bb-db-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    postgres.stop(folder)
    shutil.rmtree(folder)


def asked(url: str, question: str) -> object:
    with psycopg.connect(url) as connection:
        [[answer]] = connection.execute(question)
    return answer


def test_it_is_made_found_adopted_and_ended(data_dir: Path) -> None:
    assert postgres.url_of_running(data_dir) is None
    url = postgres.start(data_dir)
    assert asked(url, "SHOW max_connections") == "100"
    assert asked(url, "SHOW synchronous_commit") == "on"
    assert asked(url, "SHOW listen_addresses") == ""
    server = asked(url, "SELECT pg_postmaster_start_time()")
    assert postgres.url_of_running(data_dir) == postgres.start(data_dir) == url
    assert asked(url, "SELECT pg_postmaster_start_time()") == server
    postgres.stop(data_dir)
    assert postgres.url_of_running(data_dir) is None


@pytest.mark.thorough
def test_its_data_outlives_a_stop(data_dir: Path) -> None:
    with psycopg.connect(postgres.start(data_dir)) as connection:
        connection.execute("CREATE TABLE streets AS SELECT 'Kerkstraat' AS name")
    postgres.stop(data_dir)
    assert asked(postgres.start(data_dir), "SELECT name FROM streets") == "Kerkstraat"


@pytest.mark.thorough
def test_nobody_else_can_reach_it_and_no_folder_above_is_opened(data_dir: Path) -> None:
    data_dir.chmod(0o711)
    postgres.start(data_dir)
    assert (data_dir / "postgres").stat().st_mode & 0o077 == 0
    assert (data_dir / "postgres-run" / ".s.PGSQL.5432").is_socket()
    assert (data_dir / "postgres-run").stat().st_mode & 0o007 == 0
    assert data_dir.stat().st_mode & 0o777 == 0o711


@pytest.mark.thorough
def test_a_long_path_gets_a_socket_elsewhere_as_closed(data_dir: Path) -> None:
    deep = data_dir / ("deep" * 30)
    folder = ClusterFolders(deep).socket_dir
    assert not folder.is_relative_to(deep)
    url = postgres.start(deep)
    try:
        assert asked(url, "SELECT 1") == 1
        assert folder.stat().st_mode & 0o007 == 0
    finally:
        postgres.stop(deep)
        shutil.rmtree(folder)


@pytest.mark.thorough
def test_our_role_can_do_nothing_outside_of_its_tables(data_dir: Path) -> None:
    with psycopg.connect(postgres.start(data_dir), autocommit=True) as connection:
        for statement in (
            "COPY (SELECT 1) TO PROGRAM 'id'",
            "CREATE ROLE other SUPERUSER",
            "ALTER SYSTEM SET log_min_messages = panic",
            "SELECT pg_read_file('/etc/passwd')",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)
        connection.execute("CREATE TABLE streets (name text)")


@pytest.mark.thorough
def test_what_an_earlier_release_made_as_superuser_becomes_our_role_s(data_dir: Path) -> None:
    url = postgres.start(data_dir)
    superuser = url.replace("//buurtbel@", "//postgres@")
    with psycopg.connect(superuser) as connection:
        connection.execute(
            """
            CREATE TYPE mood AS ENUM ('calm'); CREATE SEQUENCE counted; CREATE DOMAIN short AS text;
            CREATE TABLE streets (id int GENERATED ALWAYS AS IDENTITY, no serial, name text, mood mood);
            CREATE VIEW names AS SELECT name FROM streets; CREATE INDEX ON streets (name);
            CREATE FUNCTION one() RETURNS int LANGUAGE sql AS 'SELECT 1';
            CREATE PROCEDURE nothing() LANGUAGE sql AS 'SELECT 1';
            CREATE TYPE pair AS (a int, b int)
            """
        )
    postgres.stop(data_dir)
    (data_dir / "postgres" / "buurtbel-role").unlink()
    with psycopg.connect(postgres.start(data_dir)) as connection:
        connection.execute(
            """
            ALTER TYPE mood ADD VALUE 'tense'; ALTER SEQUENCE counted RESTART;
            ALTER DOMAIN short SET NOT NULL;
            ALTER TABLE streets ADD town text; DROP VIEW names; DROP FUNCTION one(); DROP PROCEDURE nothing();
            DROP TYPE pair; DROP TABLE streets
            """
        )


def test_whoever_has_no_account_of_ours_does_not_come_in(data_dir: Path) -> None:
    url = postgres.start(data_dir)
    rules = (data_dir / "postgres" / "pg_hba.conf").read_text().split("\n")
    assert [rule.split()[:4] for rule in rules if rule] == [["local", "all", "all", "peer"]]
    if os.geteuid() == 0:  # only root can be somebody else
        (data_dir / "postgres-run").chmod(0o755)  # as if the folder had been opened to everybody
        come_in = [sys.executable, "-c", f"import psycopg; psycopg.connect({url!r})"]
        nobody = as_account(Account(65534, 65534), [], come_in)
        tried = subprocess.run(nobody, capture_output=True, text=True, check=False, cwd="/")
        assert "eer authentication failed" in tried.stderr


@pytest.mark.thorough
def test_a_failed_statement_leaves_no_number_in_the_log(data_dir: Path) -> None:
    url = postgres.start(data_dir)
    with psycopg.connect(url) as connection, pytest.raises(psycopg.Error):
        connection.execute("SELECT %s::int / 0, '+32475000000'", [1])
    postgres.stop(data_dir)
    logs = [file.read_text() for file in (data_dir / "postgres" / "log").iterdir()]
    assert "division by zero" in "".join(logs)
    assert "+32475000000" not in "".join(logs)


def test_a_folder_that_is_no_folder_is_told(data_dir: Path) -> None:
    (data_dir / "postgres").write_text("")
    with pytest.raises(FolderError, match="cannot be used"):
        postgres.start(data_dir)


@pytest.mark.thorough
def test_data_of_another_version_is_told(data_dir: Path) -> None:
    postgres.start(data_dir)
    postgres.stop(data_dir)
    (data_dir / "postgres" / "PG_VERSION").write_text("9.6\n")
    with pytest.raises(StartError, match="made by another version"):
        postgres.start(data_dir)
