"""A backup brings nobody back who was erased after it was made."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from broadcast.retention.people import erase_person
from buurtbel.backup.erased import Erased, erased_here, note_erased, read_erased
from buurtbel.backup.errors import Unusable
from buurtbel.backup.restore import restore
from storage.engine import make_engine
from tests.buurtbel.backup.conftest import Installations, office_on
from tests.buurtbel.backup.test_backups import backup_of, rows
from tests.support.people import ADMIN, network_of, phone

NAME = "Wannes Vandenbroucke"


async def test_who_was_erased_since_is_erased_again(installation: Installations, tmp_path: Path) -> None:
    url, there = installation(), installation()
    async with office_on(url, tmp_path) as office:
        await network_of(office.engine, {NAME: [phone(10)], "Bert": [phone(11)]})
        await office.sends()
        file = await backup_of(url)
        await office.desk.stop(ADMIN, 1)
        await office.upkeep.tend()
        member = await erase_person(office.engine, office.ledger, ADMIN, NAME)
    note_erased(tmp_path, member, datetime.now(UTC))
    engine = make_engine(there, connections=1)
    restored = await restore(
        engine, ADMIN, file, (), resume=False, replace=False, erased=erased_here(tmp_path)
    )
    await engine.dispose()
    assert restored.erased == [member]
    for name, found in rows(there).items():
        assert NAME not in str(found), name
        assert phone(10) not in str(found), name
    assert "Bert" in str(rows(there)["member"])


async def test_who_goes_by_an_id_that_was_somebody_else_s_before_stays(
    installation: Installations, tmp_path: Path
) -> None:
    """Ids are given anew after a restore: what was erased before the backup was made counts no more."""
    url, there = installation(), installation()
    async with office_on(url, tmp_path) as office:
        await network_of(office.engine, {NAME: [phone(10)]})
    file = await backup_of(url)
    before = [Erased(1, datetime.now(UTC) - timedelta(days=1))]
    engine = make_engine(there, connections=1)
    restored = await restore(engine, ADMIN, file, (), resume=False, replace=False, erased=before)
    await engine.dispose()
    assert restored.erased == []
    assert NAME in str(rows(there)["member"])


def test_the_list_is_for_us_alone_and_a_wrong_one_is_refused(tmp_path: Path) -> None:
    at = datetime(2026, 12, 1, 3, tzinfo=UTC)
    note_erased(tmp_path, 3, at)
    note_erased(tmp_path, 14, at)
    assert erased_here(tmp_path) == [Erased(3, at), Erased(14, at)]
    assert (tmp_path / "erased.jsonl").stat().st_mode & 0o777 == 0o600
    for wrong in (b"x", b'{"member":"3"}', b'{"member":3,"at":"yesterday"}', b"[" * 100_000):
        with pytest.raises(Unusable):
            read_erased(wrong)
