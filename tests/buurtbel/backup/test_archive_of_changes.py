"""Every change of the embedded database is in its archive within seconds, and comes back from there."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from buurtbel.backup.archive import bases_in, wal_folder
from buurtbel.database.schema import upgrade
from embedded import postgres
from embedded.account import DATABASE, SERVES, account_for, as_account
from tests.buurtbel.backup.conftest import Installations

pytestmark = [pytest.mark.postgres, pytest.mark.thorough, pytest.mark.timeout(600)]

WITHIN = 60.0
"""Seconds for what must come on a busy machine."""
RECEIVES = """
import asyncio, sys
from buurtbel.serve.archive import Archiver
from buurtbel.settings.reading import read_settings
async def main():
    archiver = Archiver(read_settings())
    while True:
        await archiver.look()
        await asyncio.sleep(0.5)
asyncio.run(main())
"""
COPIES = """
from buurtbel.backup.archive import copy_whole
from buurtbel.settings.reading import read_settings
chosen = read_settings()
print(copy_whole(chosen.data_dir, chosen.backup.archive))
"""


class Machine:
    """A machine of which only the database is at work, under the accounts of the product."""

    def __init__(self, around: Path, name: str, archive: Path) -> None:
        self.data, self.archive = around / name, archive

    @property
    def environment(self) -> dict[str, str]:
        told = {"DATA_DIR": self.data, "BACKUP_ARCHIVE": self.archive, "ENV_FILE": ""}
        kept = {name: value for name, value in os.environ.items() if not name.startswith("BUURTBEL_")}
        return kept | {f"BUURTBEL_{name}": str(value) for name, value in told.items()}

    def program(self, code: str) -> "subprocess.Popen[str]":
        """What `serve` does, as the account that serves."""
        command = as_account(account_for(SERVES), [], [sys.executable, "-c", code])
        return subprocess.Popen(
            command, env=self.environment, cwd=Path(__file__).parents[3], stdout=subprocess.PIPE, text=True
        )

    def types(self, *words: str) -> dict[str, Any]:
        done = self._tries(*words)
        assert done.returncode == 0, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def finds(self) -> list[dict[str, Any]]:
        """What `doctor` finds; not all of it is right on a machine that has a database alone."""
        found: list[dict[str, Any]] = json.loads(self._tries("doctor").stdout)["findings"]
        return found

    def _tries(self, *words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-m", "buurtbel", *words, "--json"],
            env=self.environment,
            cwd=Path(__file__).parents[3],
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def archive(around: Path) -> Path:
    folder = around / "archive"
    folder.mkdir(mode=0o700)
    serves = account_for(SERVES)
    os.chown(folder, serves.uid, serves.gid)
    return folder


@pytest.fixture
def lost(around: Path, archive: Path) -> Iterator[tuple[Machine, str]]:
    machine = Machine(around, "lost", archive)
    machine.data.mkdir(mode=0o711)
    serves = account_for(SERVES)
    os.chown(machine.data, serves.uid, serves.gid)
    keeper = postgres.keeper_of(machine.data, serves, account_for(DATABASE), is_archived=True)
    try:
        url = postgres.start(machine.data, keeper)
        upgrade(url)
        yield machine, url
    finally:
        keeper.stop_program()
        keeper.release()


def until(condition: object) -> None:
    deadline = time.monotonic() + WITHIN
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_what_was_committed_a_moment_before_the_loss_comes_back(
    lost: tuple[Machine, str], around: Path, archive: Path, installation: Installations
) -> None:
    machine, url = lost
    receiver = machine.program(RECEIVES)
    try:
        until(lambda: list(wal_folder(archive).glob("*.partial")))
        said = {one["what"]: one["ok"] for one in machine.finds()}
        assert said["archive"] is True
        copied = machine.program(COPIES)
        assert copied.communicate()[0].strip() == str(bases_in(archive)[0])
        with psycopg.connect(url) as connection:
            connection.execute("INSERT INTO member (name) VALUES ('Wannes, at the last moment')")
        with psycopg.connect(url) as connection:
            [[at]] = connection.execute("SELECT pg_current_wal_lsn()")
            asked = "SELECT count(*) FROM pg_replication_slots WHERE restart_lsn >= %s"
            until(lambda: connection.execute(asked, (at,)).fetchone() == (1,))
    finally:
        receiver.kill()
        receiver.communicate()
    assert {one["what"]: one["ok"] for one in machine.finds()}["archive"] is False
    new = Machine(around, "new", archive)
    assert new.types("restore", "--archive", str(archive), "--dry-run")["whole"] is True
    restored = new.types("restore", "--archive", str(archive))
    assert restored["members"] == 1
    shared = installation(is_started=False)
    assert new.types("move-database", shared)["members"] == 1
    with psycopg.connect(shared) as connection:
        assert connection.execute("SELECT name FROM member").fetchone() == ("Wannes, at the last moment",)
