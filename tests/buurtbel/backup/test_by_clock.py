"""Backups by the clock: when one is due, which are kept, and what `doctor` says of them."""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from buurtbel.backup.errors import BackupError
from buurtbel.backup.folder import (
    LastBackup,
    backups_in,
    is_due,
    last_time,
    name_of,
    new_file,
    prune,
    read_state,
    write_state,
)
from buurtbel.backup.make import make_by_clock
from buurtbel.serve.by_clock import ByClock
from buurtbel.settings.backup_policy import BackupPolicy
from buurtbel.settings.settings import Database, Settings
from buurtbel.status.saved import backup_told
from tests.buurtbel.backup.conftest import Installations

HERE = ZoneInfo("Europe/Brussels")
AT = time(2, 30)
NOW = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
THIS_NIGHT = datetime(2026, 12, 1, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (NOW, THIS_NIGHT),
        (THIS_NIGHT, THIS_NIGHT),
        (THIS_NIGHT - timedelta(seconds=1), THIS_NIGHT - timedelta(days=1)),
        # The night in which the clock skips from 2:00 to 3:00, and the one with 2:30 twice
        (datetime(2026, 3, 29, 12, tzinfo=UTC), datetime(2026, 3, 29, 1, 30, tzinfo=UTC)),
        (datetime(2026, 10, 25, 12, tzinfo=UTC), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ],
)
def test_the_last_time_at_which_one_is_made(now: datetime, expected: datetime) -> None:
    assert last_time(AT, HERE, now=now) == expected


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        (LastBackup(since=NOW), False),
        (LastBackup(since=THIS_NIGHT - timedelta(hours=1)), True),
        (LastBackup(since=THIS_NIGHT - timedelta(days=9), at=THIS_NIGHT + timedelta(minutes=1)), False),
        (LastBackup(since=THIS_NIGHT - timedelta(days=9), at=THIS_NIGHT - timedelta(hours=3)), True),
        (LastBackup(since=THIS_NIGHT - timedelta(days=9), failed_at=NOW - timedelta(minutes=59)), False),
        (LastBackup(since=THIS_NIGHT - timedelta(days=9), failed_at=NOW - timedelta(minutes=61)), True),
    ],
)
def test_one_is_due_once_a_night_and_hourly_after_one_that_failed(state: LastBackup, expected: bool) -> None:
    assert is_due(state, AT, HERE, now=NOW) is expected


def test_the_newest_are_kept_and_what_is_not_ours_stays(tmp_path: Path) -> None:
    for day in range(1, 6):
        (tmp_path / name_of(datetime(2026, 11, day, tzinfo=UTC), is_sealed=day > 3)).touch()
    (tmp_path / "holiday.jpg").touch()
    assert [one.name[9:17] for one in prune(tmp_path, 2)] == ["20261103", "20261102", "20261101"]
    assert [one.name for one in backups_in(tmp_path)] == [
        "buurtbel-20261105T000000Z.backup.age",
        "buurtbel-20261104T000000Z.backup.age",
    ]
    assert (tmp_path / "holiday.jpg").exists()


def test_a_file_that_is_not_whole_is_not_there(tmp_path: Path) -> None:
    def cut_off() -> None:
        with new_file(tmp_path, name_of(NOW, is_sealed=False)) as file:
            file.write(b"half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        cut_off()
    assert list(tmp_path.iterdir()) == []
    with new_file(tmp_path, name_of(NOW, is_sealed=False)) as file:
        file.write(b"whole")
    [made] = tmp_path.iterdir()
    assert made.read_bytes() == b"whole"
    assert made.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("state", "ok", "says"),
    [
        (None, True, "none yet; `buurtbel serve` makes one at 02:30"),
        (LastBackup(since=NOW - timedelta(hours=20)), True, "none yet"),
        (LastBackup(since=NOW - timedelta(hours=40)), False, "There is none. That is too long ago"),
        (LastBackup(since=NOW, at=NOW - timedelta(hours=40), file="/"), False, "The newest is of 29/11/2026"),
        (LastBackup(since=NOW, at=NOW - timedelta(hours=9), file="/nowhere"), False, "not there any more"),
        (
            LastBackup(since=NOW, at=NOW - timedelta(hours=9), file="/", is_verified=True),
            True,
            "made on 01/12/2026 04:00, restored elsewhere and compared",
        ),
        (
            LastBackup(since=NOW, at=NOW - timedelta(hours=33), file="/", failed_at=NOW, why="Disk full."),
            False,
            "The last one failed on 01/12/2026 13:00: Disk full. The newest is of 30/11/2026 04:00.",
        ),
    ],
)
def test_the_doctor_is_loud_about_what_is_not_saved(
    state: LastBackup | None, ok: bool, says: str, tmp_path: Path
) -> None:
    if state is not None:
        write_state(tmp_path, state)
    told = backup_told(Settings(data_dir=tmp_path), now=NOW)
    assert told.ok is ok
    assert says in told.says


def settings_on(url: str, folder: Path, **policy: object) -> Settings:
    return Settings(data_dir=folder, database=Database(url=url), backup=BackupPolicy.model_validate(policy))


async def test_the_one_of_the_night_is_compared_kept_and_taken_elsewhere(
    installation: Installations, around: Path
) -> None:
    away = around / "away"
    hook = around / "hook"
    hook.write_text(f'#!/bin/sh\ncp "$1" {away}\n')
    hook.chmod(0o755)
    chosen = settings_on(installation(), around, keep=1, hook=hook)
    first = await make_by_clock(chosen)
    state = read_state(around)
    assert state is not None
    assert state.is_verified
    assert state.is_away
    assert away.read_bytes() == first.read_bytes()
    assert list((around / "scratch").iterdir()) == []
    assert backup_told(chosen, now=datetime.now(UTC)).ok
    hook.write_text("#!/bin/sh\nexit 3\n")
    with pytest.raises(BackupError, match="ended with 3"):
        await make_by_clock(chosen)
    assert not backup_told(chosen, now=datetime.now(UTC)).ok
    assert len(backups_in(chosen.backup_folder)) == 1


async def test_one_that_cannot_be_made_is_told(installation: Installations, tmp_path: Path) -> None:
    (tmp_path / "backups").touch()
    with pytest.raises(BackupError, match="BUURTBEL_BACKUP_FOLDER"):
        await make_by_clock(settings_on(installation(), tmp_path))
    told = backup_told(settings_on("", tmp_path), now=datetime.now(UTC))
    assert not told.ok
    assert "BUURTBEL_BACKUP_FOLDER" in told.says


async def test_serve_waits_for_the_first_night_then_makes_one_and_tells_of_one_that_fails(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    clock = [NOW]
    made = tmp_path / "made"
    by_clock = ByClock(
        Settings(data_dir=tmp_path),
        {},
        now=lambda: clock[0],
        command=("-c", f"open({str(made)!r}, 'a').write('x'); raise SystemExit(3)"),
    )
    await by_clock.look()
    assert not made.exists()
    clock[0] = NOW + timedelta(days=1)
    await by_clock.look()
    await by_clock.look()
    assert made.read_text() == "x"
    assert "The backup of the night failed" in caplog.text
    told = backup_told(Settings(data_dir=tmp_path), now=clock[0])
    assert not told.ok
    assert "ended with 3" in told.says
