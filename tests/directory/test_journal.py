"""The journal in the database: in the commit of the act, chained whoever writes at once, never changed."""

import asyncio
from collections.abc import Mapping

import pytest
from sqlalchemy import delete, insert, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from directory.actor import SYSTEM, Actor, Kind, Role
from directory.acts import Act
from directory.journal.book import entries, head, newest, note, whole
from directory.journal.chain import Head, Verification, judge, judge_file, written
from directory.journal.table import JournalEntry
from directory.registry import add_member, add_network
from directory.tables import Member, Membership, Network
from tests.support.people import ADMIN, DE_BIST, network_of, phone

OFFICER = Actor(Kind.OFFICER, 3, Role.OFFICER, "Insp. Maes", frozenset({DE_BIST}))


async def judged(database: AsyncEngine) -> Verification:
    async with whole(database) as connection:
        return judge([one async for one in entries(connection)])


async def notes(database: AsyncEngine, actor: Actor, act: Act, **on: int) -> None:
    async with database.begin() as connection:
        await note(connection, actor, act, **on)


async def test_who_did_what_on_which_ids_is_kept_and_nothing_else(database: AsyncEngine) -> None:
    await notes(database, OFFICER, Act.STOP, broadcast=7)
    await notes(database, SYSTEM, Act.OPEN_JOURNAL)
    async with whole(database) as connection:
        opened, stopped = await newest(connection, 5)
        kept = [dict(one) async for one in entries(connection)]
    assert (opened.position, opened.actor, opened.actor_id, opened.ids) == (2, "system", None, {})
    assert (stopped.position, stopped.actor, stopped.actor_id) == (1, "officer", 3)
    assert (stopped.role, stopped.act, stopped.ids) == ("officer", "alert.stop", {"broadcast": [7]})
    assert "Maes" not in str(kept)


async def test_what_the_database_chains_is_whole_for_who_verifies_it(database: AsyncEngine) -> None:
    assert await judged(database) == Verification(Head())
    for broadcast in range(5):
        await notes(database, OFFICER, Act.STOP, broadcast=broadcast)
    async with whole(database) as connection:
        last = await head(connection)
        lines = list(written([one async for one in entries(connection)], last))
    assert last.entries == 5
    assert await judged(database) == Verification(last)
    assert judge_file(lines) == Verification(last)


async def test_an_act_that_is_not_committed_leaves_no_entry(database: AsyncEngine) -> None:
    async with AsyncSession(database) as session:
        await add_network(session, ADMIN, DE_BIST, name="BIN De Bist", municipality="Westerlo")
        await session.rollback()
    assert await judged(database) == Verification(Head())
    async with AsyncSession(database) as session, session.begin():
        await add_network(session, ADMIN, DE_BIST, name="BIN De Bist", municipality="Westerlo")
    assert (await judged(database)).head.entries == 1


async def test_an_act_that_cannot_be_kept_is_not_done(database: AsyncEngine) -> None:
    async with database.begin() as connection:
        await connection.execute(text("ALTER TABLE journal ADD CHECK (act <> 'network.add')"))
    with pytest.raises(DBAPIError):
        async with AsyncSession(database) as session, session.begin():
            await add_network(session, ADMIN, DE_BIST, name="BIN De Bist", municipality="Westerlo")
    async with database.connect() as connection:
        assert (await connection.scalars(select(Network.id))).all() == []


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE journal SET actor_id = 4",
        "UPDATE journal SET hash = NULL",
        "UPDATE journal SET position = position + 10",
        "DELETE FROM journal",
        "TRUNCATE journal",
        "TRUNCATE journal CASCADE",
        "INSERT INTO journal SELECT * FROM journal ON CONFLICT (id) DO UPDATE SET actor_id = 4",
        "MERGE INTO journal USING (VALUES (1)) AS one (position) ON journal.position = one.position "
        "WHEN MATCHED THEN DELETE",
    ],
)
async def test_nobody_changes_or_removes_an_entry_not_even_the_owner_of_the_table(
    database: AsyncEngine, change: str
) -> None:
    await notes(database, OFFICER, Act.STOP, broadcast=7)
    before = await judged(database)
    with pytest.raises(DBAPIError):
        async with database.begin() as connection:
            await connection.execute(text(change))
    assert await judged(database) == before


async def test_who_writes_an_entry_chooses_neither_its_place_nor_its_time_nor_its_hash(
    database: AsyncEngine,
) -> None:
    await notes(database, OFFICER, Act.STOP, broadcast=7)
    values: Mapping[str, object] = {
        "actor": "officer",
        "role": "officer",
        "act": "alert.send",
        "ids": "{}",
        "position": 1_000,
        "previous": "f" * 64,
        "hash": "f" * 64,
    }
    async with database.begin() as connection:
        await connection.execute(insert(JournalEntry).values(values))
    assert await judged(database) == Verification(Head(2, (await _hashes(database))[1]))


@pytest.mark.parametrize(
    "wrong",
    [
        {"ids": '{"name":["Maes"]}'},
        {"ids": '{"number":["+32475123456"]}'},
        {"actor": "Insp. Maes"},
        {"act": "Inbraak bezig"},
        {"role": 'officer","actor_id":4,"x":"'},
    ],
)
async def test_a_name_a_number_or_a_text_is_not_taken(database: AsyncEngine, wrong: dict[str, str]) -> None:
    values = {"actor": "officer", "role": "officer", "act": "alert.send", "ids": "{}"} | wrong
    with pytest.raises(DBAPIError):
        async with database.begin() as connection:
            await connection.execute(insert(JournalEntry).values(values))


async def test_many_who_act_at_once_are_chained_one_after_the_other(database: AsyncEngine) -> None:
    await asyncio.gather(
        *(notes(database, OFFICER, Act.STOP, broadcast=broadcast) for broadcast in range(60))
    )
    assert (await judged(database)).head.entries == 60


async def test_who_has_noted_an_act_and_waits_for_others_keeps_nobody_waiting(database: AsyncEngine) -> None:
    """The chain is closed at the commit: until then nobody holds anything that others wait for."""
    await network_of(database, {"An": [phone(10)]})
    rename = text("UPDATE network SET name = name || '.'")
    async with database.connect() as first, database.connect() as second:
        await note(first, OFFICER, Act.STOP, broadcast=1)
        await second.execute(rename)
        waiting = asyncio.create_task(first.execute(rename))
        await note(second, OFFICER, Act.STOP, broadcast=2)
        async with asyncio.timeout(30):
            await notes(database, OFFICER, Act.STOP, broadcast=3)
            await second.commit()
            await waiting
            await first.commit()
    assert (await judged(database)).fault is None


async def test_erasing_a_person_leaves_the_journal_whole(database: AsyncEngine) -> None:
    await network_of(database, {})
    async with AsyncSession(database) as session, session.begin():
        an = (await add_member(session, ADMIN, DE_BIST, name="An", numbers=[phone(10)])).id
    before = await judged(database)
    async with database.begin() as connection:
        await connection.execute(delete(Membership).where(Membership.member_id == an))
        await connection.execute(delete(Member).where(Member.id == an))
    assert await judged(database) == before
    assert before.fault is None


async def _hashes(database: AsyncEngine) -> list[str]:
    async with database.connect() as connection:
        found = await connection.scalars(select(JournalEntry.hash).order_by(JournalEntry.position))
        return [one or "" for one in found]
