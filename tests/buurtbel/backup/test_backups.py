"""A backup is one moment of everything, comes back anywhere, and calls nobody again."""

import gzip
import io
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from broadcast.results.results import progress, results_of
from broadcast.states import BroadcastState, Outcome, RecipientState, Result
from broadcast.steering.pause import pause
from buurtbel.backup.dump import dump
from buurtbel.backup.errors import AtWork, BackupError, Locked, NotEmpty, Unusable
from buurtbel.backup.layout import BackupReader
from buurtbel.backup.restore import Restored, look_through, restore
from buurtbel.backup.sealing import identities, new_key, recipients, sealed
from directory.actor import Actor
from directory.errors import NotInRole
from directory.journal.book import entries, whole
from directory.journal.chain import judge
from storage.engine import make_engine
from tests.buurtbel.backup.conftest import Installations, office_on
from tests.support.people import ADMIN, DE_BIST, network_of, officer, phone

PEOPLE = {"An Peeters": [phone(10)], "Zoë \\N Maïs": [phone(16), phone(12)], "Cis": [phone(11)]}
COUNTED = "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"


def rows(url: str) -> dict[str, list[tuple[Any, ...]]]:
    """Everything that a database holds of ours, but the job engine's."""
    with psycopg.connect(url) as connection:
        names = [name for (name,) in connection.execute(COUNTED) if not name.startswith("procrastinate_")]
        return {name: sorted(connection.execute(f'SELECT * FROM "{name}"'), key=str) for name in names}


async def backup_of(url: str) -> io.BytesIO:
    file = io.BytesIO()
    await dump(url, file)
    return file


async def brought(
    url: str, file: io.BytesIO, *, actor: Actor = ADMIN, resume: bool = False, replace: bool = False
) -> Restored:
    engine = make_engine(url, connections=1)
    try:
        return await restore(engine, actor, file, (), resume=resume, replace=replace)
    finally:
        await engine.dispose()


async def after_half_a_minute(url: str) -> None:
    """Every lease is over."""
    with psycopg.connect(url) as connection:
        connection.execute("UPDATE node SET leased_until = now() - interval '1 s'")


@pytest.fixture
async def running(installation: Installations, tmp_path: Path) -> str:
    """An installation in the middle of an alert: one call confirmed, one being placed, one waiting."""
    url = installation()
    async with office_on(url, tmp_path) as office:
        await network_of(office.engine, PEOPLE)
        await office.sends()
        await office.calls(phone(10), Outcome.CONFIRMED)
        await office.takes(phone(11))
    return url


async def test_everything_comes_back_row_by_row(running: str, installation: Installations) -> None:
    await after_half_a_minute(running)
    there = installation(is_started=False)
    restored = await brought(there, await backup_of(running), resume=True)
    came, expected = rows(there), rows(running)
    for name in expected.keys() - {"journal"}:
        assert came[name] == expected[name], name
    assert set(came) == set(expected)
    assert came["journal"][: len(expected["journal"])] == expected["journal"]
    assert restored.members == len(PEOPLE)
    assert restored.running == [1]


async def test_ids_go_on_and_the_journal_is_one_chain(running: str, installation: Installations) -> None:
    there = installation(is_started=False)
    restored = await brought(there, await backup_of(running))
    engine = make_engine(there)
    async with whole(engine) as connection:
        found = [one async for one in entries(connection)]
    assert judge(found, noted=restored.end.journal_head).fault is None
    assert [(one["act"], one["ids"]) for one in found[-2:]] == [
        ("backup.restore", {"entries": [restored.end.journal_entries]}),
        ("alert.close_restored", {"broadcast": [1]}),
    ]
    await network_of(engine, {"Dirk": [phone(13)]}, slug="witven")
    async with engine.connect() as connection:
        assert await connection.scalar(text("SELECT id FROM member WHERE name = 'Dirk'")) == 4
    await engine.dispose()


async def test_nobody_is_called_again_for_what_ran(
    running: str, installation: Installations, tmp_path: Path
) -> None:
    there = installation()
    restored = await brought(there, await backup_of(running))
    assert restored.running == [1]
    async with office_on(there, tmp_path / "there") as office:
        for _ in range(3):
            await office.upkeep.tend()
            await office.upkeep.mend_stalled()
        assert await office.open_calls() == {}
        assert await office.jobs() == 0
        async with office.engine.connect() as connection:
            stands = await progress(connection, 1)
            people = await results_of(connection, 1)
            assert await connection.scalar(text("SELECT count(*) FROM open_call")) == 0
    assert stands.state is BroadcastState.CLOSED
    assert stands.expires_at <= stands.now
    assert sorted(stands.outcomes) == sorted([Outcome.CONFIRMED, Outcome.UNKNOWN, Outcome.EXPIRED])
    assert {one.state for one in people} == {RecipientState.FINAL}
    assert [one.result for one in people].count(Result.CONFIRMED) == 1


async def test_who_was_still_to_be_written_is_in_the_results(
    installation: Installations, tmp_path: Path
) -> None:
    url, there = installation(), installation()
    async with office_on(url, tmp_path) as office:
        office.policy = office.policy.model_copy(update={"enlist_at_once": 1, "enlist_part": 1})
        await network_of(office.engine, PEOPLE)
        await office.sends()
    await brought(there, await backup_of(url))
    engine = make_engine(there)
    async with engine.connect() as connection:
        assert len(await results_of(connection, 1)) == len(PEOPLE)
        assert (await progress(connection, 1)).to_go == 0
    await engine.dispose()


async def test_who_is_told_to_goes_on_with_what_ran(
    running: str, installation: Installations, tmp_path: Path
) -> None:
    await after_half_a_minute(running)
    there = installation()
    await brought(there, await backup_of(running), resume=True)
    async with office_on(there, tmp_path / "there", serves=False) as office:
        await office.lease_of("another machine")
        await office.upkeep.tend()
        assert set(await office.open_calls()) == {phone(11), phone(16)}
        assert await office.jobs() == 1


async def test_it_is_one_moment_whatever_is_done_meanwhile(
    running: str, installation: Installations, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody joins while it is written: they are in no table, and the journal ends before them."""

    class Meddling(io.BytesIO):
        done = False

        def write(self, content: Any) -> int:
            if not self.done:
                self.done = True
                with psycopg.connect(running) as other:
                    other.execute("INSERT INTO member (name, language) VALUES ('Eva', 'nl')")
                    other.execute(
                        "INSERT INTO journal (actor, role, act, ids) VALUES ('system', 'system', 'a.b', '{}')"
                    )
            return super().write(content)

    file = Meddling()
    _, end = await dump(running, file)
    assert file.done
    assert end.tables["member"].rows == len(PEOPLE)
    restored = await brought(installation(), file)
    assert restored.members == len(PEOPLE)


async def test_a_database_that_holds_something_is_left_alone_unless_told_otherwise(
    running: str, installation: Installations
) -> None:
    there = installation()
    engine = make_engine(there)
    await network_of(engine, {"Dirk": [phone(13)]})
    await engine.dispose()
    before = rows(there)
    with pytest.raises(NotEmpty, match="--replace"):
        await brought(there, await backup_of(running))
    assert rows(there) == before
    assert (await brought(there, await backup_of(running), replace=True)).members == len(PEOPLE)
    assert "Dirk" not in str(rows(there)["member"])


async def test_nothing_is_restored_under_a_node_at_work(running: str, installation: Installations) -> None:
    file = await backup_of(running)
    before = rows(running)
    with pytest.raises(AtWork, match="stop `buurtbel serve`"):
        await brought(running, file, replace=True)
    assert rows(running) == before
    await after_half_a_minute(running)
    await brought(running, file, replace=True)


async def test_only_an_administrator_restores(running: str, installation: Installations) -> None:
    there = installation()
    with pytest.raises(NotInRole):
        await brought(there, await backup_of(running), actor=officer(DE_BIST))


async def test_only_who_has_the_key_reads_an_encrypted_one(running: str, installation: Installations) -> None:
    private, public = new_key()
    file = io.BytesIO()
    with sealed(file, recipients(f"{new_key()[1]}, {public}")) as stream:
        await dump(running, stream)
    assert b"member" not in file.getvalue()
    with pytest.raises(Locked, match="--key"):
        look_through(file, ())
    with pytest.raises(Locked, match="does not open"):
        look_through(file, identities(new_key()[0]))
    keys = identities(f"# mine\n{private}\n")
    assert look_through(file, keys)[1].tables["member"].rows == len(PEOPLE)
    engine = make_engine(installation(), connections=1)
    assert (await restore(engine, ADMIN, file, keys, resume=False, replace=False)).members == len(PEOPLE)
    await engine.dispose()
    file.truncate(len(file.getvalue()) - 100)
    with pytest.raises((Unusable, Locked)):
        look_through(file, keys)


@pytest.mark.parametrize("wrong", ["", "# nothing\n", "AGE-SECRET-KEY-1WRONG", "age1abc"])
def test_what_is_no_key_is_told(wrong: str) -> None:
    with pytest.raises(Locked, match="AGE-SECRET-KEY"):
        identities(wrong)
    with pytest.raises(BackupError, match="BUURTBEL_BACKUP_RECIPIENTS"):
        recipients("age1wrong")


async def test_it_is_read_by_any_tar_and_any_postgresql(running: str) -> None:
    import tarfile  # noqa: PLC0415 - another reader than ours

    file = await backup_of(running)
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(file.getvalue()))) as tar:
        names = tar.getnames()
        assert names[0] == "backup.json"
        assert names[-1] == "end.json"
        member = tar.extractfile("table/member.000001")
        assert member is not None
        first = member.read().decode().splitlines()[0].split("\t")
    assert first[:2] == ["1", "An Peeters"]
    file.seek(0)
    with psycopg.connect(running) as connection:
        step = connection.execute("SELECT version_num FROM alembic_version").fetchone()
    assert (BackupReader(file).contents.step,) == step


async def test_a_pause_is_no_reason_to_go_on(running: str, installation: Installations) -> None:
    engine = make_engine(running)
    async with engine.begin() as connection:
        await pause(connection, ADMIN, 1)
    await engine.dispose()
    there = installation()
    await brought(there, await backup_of(running))
    [alert] = rows(there)["broadcast"]
    assert BroadcastState.CLOSED in alert
