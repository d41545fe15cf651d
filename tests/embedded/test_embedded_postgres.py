"""The PostgreSQL that comes with Buurtbel."""

import shutil
import tempfile
from pathlib import Path

import psycopg
import pytest

from buurtbel.embedded import postgres
from buurtbel.embedded.errors import StartError

pytestmark = pytest.mark.postgres


@pytest.fixture
def data_dir():
    folder = Path(tempfile.mkdtemp(prefix="bb-db-", dir="/tmp"))
    folder.chmod(0o755)
    yield folder
    postgres.stop(folder)
    shutil.rmtree(folder)


def asked(url, question):
    with psycopg.connect(url) as connection:
        return connection.execute(question).fetchone()[0]


def test_it_is_made_found_adopted_and_ended(data_dir):
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


def test_its_data_outlives_a_stop(data_dir):
    with psycopg.connect(postgres.start(data_dir)) as connection:
        connection.execute("CREATE TABLE streets AS SELECT 'Kerkstraat' AS name")
    postgres.stop(data_dir)
    assert asked(postgres.start(data_dir), "SELECT name FROM streets") == "Kerkstraat"


def test_nobody_else_can_reach_it_and_no_folder_above_is_opened(data_dir):
    data_dir.chmod(0o711)
    postgres.start(data_dir)
    assert (data_dir / "postgres").stat().st_mode & 0o077 == 0
    assert (data_dir / "postgres" / ".s.PGSQL.5432").is_socket()
    assert data_dir.stat().st_mode & 0o777 == 0o711


def test_a_long_path_gets_a_socket_elsewhere_as_closed(data_dir):
    deep = data_dir / ("deep" * 30)
    url = postgres.start(deep)
    try:
        assert asked(url, "SELECT 1") == 1
        folder = Path(asked(url, "SHOW unix_socket_directories"))
        assert folder.stat().st_mode & 0o077 == 0
    finally:
        postgres.stop(deep)
        shutil.rmtree(folder)


def test_a_failed_statement_leaves_no_number_in_the_log(data_dir):
    url = postgres.start(data_dir)
    with psycopg.connect(url) as connection, pytest.raises(psycopg.Error):
        connection.execute("SELECT %s::int / 0, '+32475000000'", [1])
    postgres.stop(data_dir)
    logs = [file.read_text() for file in (data_dir / "postgres" / "log").iterdir()]
    assert "division by zero" in "".join(logs)
    assert "+32475000000" not in "".join(logs)


def test_a_folder_that_is_no_folder_is_told(data_dir):
    (data_dir / "postgres").write_text("")
    with pytest.raises(StartError, match="cannot be used"):
        postgres.start(data_dir)


def test_data_of_another_version_is_told(data_dir):
    postgres.start(data_dir)
    postgres.stop(data_dir)
    (data_dir / "postgres" / "PG_VERSION").write_text("9.6\n")
    with pytest.raises(StartError, match="made by another version"):
        postgres.start(data_dir)
