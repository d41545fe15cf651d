"""A broadcast to thousands: some are called while others are written, and nobody is lost or doubled."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event, text

from broadcast.ledger.enlisting import go_on_enlisting
from broadcast.listing import broadcasts
from broadcast.policy import BroadcastPolicy
from broadcast.results.beside import called_before
from broadcast.results.results import Progress
from broadcast.states import BroadcastState, Outcome
from tests.support.office import Office
from tests.support.people import ADMIN, hold_for_dead, named, network_of, phone

PEOPLE = {f"Lid {n:03}": [phone(10, n)] for n in range(10)}
SHARED = phone(10, 99)
STATEMENTS_OF_A_SEND = 26
"""Of one text to one network of people without dead numbers."""


@pytest.fixture(autouse=True)
def small_parts(office: Office) -> None:
    office.policy = BroadcastPolicy(enlist_at_once=4, enlist_part=3)


async def writes_a_part(office: Office) -> int:
    async with office.engine.begin() as connection:
        return await go_on_enlisting(connection, 1, office.policy.enlist_part)


async def all_are_written(office: Office) -> None:
    while await writes_a_part(office):
        pass


async def tended_until_closed(office: Office, broadcast: int) -> Progress:
    while (await office.upkeep.tend()).closed == 0:
        pass
    return await office.progress(broadcast)


async def ids(office: Office) -> dict[str, int]:
    async with office.engine.connect() as connection:
        return {name: id_ for id_, name in await connection.execute(text("SELECT id, name FROM member"))}


@contextmanager
def statements(office: Office) -> Iterator[list[str]]:
    """What is asked of the database."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(office.engine.sync_engine, "before_cursor_execute", note)
    yield asked
    event.remove(office.engine.sync_engine, "before_cursor_execute", note)


# What is written, and what is told of it


async def test_the_first_are_called_while_the_others_are_still_to_be_written(office: Office) -> None:
    await network_of(office.engine, PEOPLE)
    sent = await office.sends()
    assert (sent.recipients, sent.unwritten) == (10, 6)
    assert await office.count("recipient") == 4
    assert (await office.open_calls()).keys() == {phone(10, n) for n in range(4)}
    assert await office.jobs() == 4


async def test_to_few_everything_is_written_at_once_with_no_statement_more(office: Office) -> None:
    office.policy = BroadcastPolicy()
    await network_of(office.engine, PEOPLE)
    with statements(office) as asked:
        sent = await office.sends()
    assert (sent.recipients, sent.unwritten) == (10, 0)
    assert await office.count("enlistment") == 0
    assert len(asked) == STATEMENTS_OF_A_SEND


@pytest.mark.parametrize("members", [3, 4, 5, 7, 8])
async def test_each_member_becomes_one_recipient_however_many_there_are(office: Office, members: int) -> None:
    await network_of(office.engine, {f"Lid {n}": [phone(10, n), phone(11, n)] for n in range(members)})
    sent = await office.sends()
    assert sent.unwritten == max(0, members - 4)
    await office.upkeep.tend()
    seen = await office.progress(sent.broadcast)
    assert (seen.recipients, seen.unwritten) == (members, 0)
    assert await office.count("recipient") == members
    assert await office.count("recipient_number") == 2 * members
    assert await office.count("enlistment") == 0


async def test_all_counts_know_of_those_who_are_still_to_be_written(office: Office) -> None:
    await network_of(office.engine, PEOPLE)
    sent = await office.sends()
    await office.calls(phone(10, 0), Outcome.CONFIRMED)
    for unwritten in (6, 3, 0):
        seen = await office.progress(sent.broadcast)
        assert (seen.recipients, seen.to_go, seen.waiting, seen.unwritten) == (10, 9, 9, unwritten)
        async with office.engine.connect() as connection:
            [listed] = await broadcasts(connection, newest=5)
            before = await called_before(connection, urgent=True)
        assert (listed.recipients, listed.to_go, listed.unwritten, before) == (10, 9, unwritten, 9)
        await writes_a_part(office)


async def test_who_is_in_two_networks_is_written_once_and_addressed_by_the_first(office: Office) -> None:
    await network_of(office.engine, PEOPLE, slug="de-bist")
    await network_of(office.engine, {"Bert": [phone(10, 50)]}, slug="witven")
    async with office.engine.begin() as connection:
        await connection.exec_driver_sql(
            "INSERT INTO membership SELECT member.id, network.id FROM member, network"
            " WHERE member.name > 'Lid 007' AND network.slug = 'witven'"
        )
    sent = await office.sends(to=["witven", "de-bist"])
    await all_are_written(office)
    assert sent.recipients == await office.count("recipient") == 11
    witven = "recipient JOIN network ON network.id = network_id AND slug = 'witven'"
    assert await office.count(witven) == 3


async def test_a_number_that_was_dead_when_the_alert_was_sent_is_left_out(office: Office) -> None:
    await network_of(office.engine, PEOPLE | {"Zoë": [phone(10, 50), phone(11, 50)]})
    async with office.engine.begin() as connection:
        await hold_for_dead(connection, phone(10, 50), at=await office.now())
    await office.sends()
    await all_are_written(office)
    assert await office.count(f"recipient_number WHERE e164 = '{phone(10, 50)}'") == 0
    assert await office.count(f"recipient_number WHERE e164 = '{phone(11, 50)}'") == 1


async def test_postgresql_knows_how_many_there_are_once_all_are_written(office: Office) -> None:
    await network_of(office.engine, PEOPLE)
    await office.sends()
    await office.upkeep.tend()
    async with office.engine.connect() as connection:
        known = await connection.scalars(
            text("SELECT reltuples FROM pg_class WHERE relname IN ('recipient', 'recipient_number')")
        )
    assert list(known) == [10, 10]


# What happens meanwhile


async def test_it_is_not_over_before_all_are_written(office: Office) -> None:
    await network_of(office.engine, PEOPLE)
    sent = await office.sends()
    for n in range(4):
        await office.calls(phone(10, n), Outcome.CONFIRMED)
    async with office.engine.begin() as connection:  # by another node, which is slow
        await connection.execute(text("SELECT FROM enlistment FOR UPDATE"))
        assert (await office.upkeep.tend()).closed == 0
    assert (await office.progress(sent.broadcast)).state is BroadcastState.RUNNING
    assert (await office.upkeep.tend()).closed == 0
    assert await office.count("recipient") == 10
    for n in range(4, 10):
        await office.calls(phone(10, n), Outcome.CONFIRMED)
    assert (await office.upkeep.tend()).closed == 1


async def test_who_leaves_before_being_written_is_not_rung(office: Office) -> None:
    await network_of(office.engine, PEOPLE)
    sent = await office.sends()
    await office.ledger.leave(ADMIN, [(await ids(office))["Lid 008"]])
    await office.upkeep.tend()
    assert phone(10, 8) not in await office.open_calls()
    assert (await office.progress(sent.broadcast)).recipients == 9


async def test_who_leaves_waits_until_a_part_is_written_and_is_not_rung(office: Office) -> None:
    await network_of(office.engine, PEOPLE)
    await office.sends()
    an = (await ids(office))["Lid 005"]
    async with office.engine.begin() as connection:
        assert await go_on_enlisting(connection, 1, 3) == 3
        leaving = asyncio.create_task(office.ledger.leave(ADMIN, [an]))
        await asyncio.wait({leaving}, timeout=0.3)
        assert not leaving.done()
    await leaving
    await office.upkeep.tend()
    assert phone(10, 5) not in await office.open_calls()
    assert (await office.results(1))["Lid 005"] == ("final", "nothing")


async def test_who_joins_meanwhile_does_not_hear_it(office: Office) -> None:
    await network_of(office.engine, PEOPLE)
    sent = await office.sends()
    async with office.engine.begin() as connection:
        await connection.exec_driver_sql(
            "WITH joined AS (INSERT INTO member (name) VALUES ('Zoë') RETURNING id)"
            " INSERT INTO membership SELECT joined.id, network.id FROM joined, network"
        )
    await all_are_written(office)
    assert "Zoë" not in await office.recipients(sent.broadcast)


async def test_whose_language_changes_meanwhile_hears_it_in_one_that_it_was_spoken_in(
    office: Office,
) -> None:
    await network_of(office.engine, PEOPLE)
    await office.sends()
    async with office.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE member SET language = 'de' WHERE name = 'Lid 009'")
    await office.upkeep.tend()
    taken = await office.takes(phone(10, 9))
    assert taken.language == "nl"


async def test_who_calls_back_before_being_written_is_not_rung_any_more(office: Office) -> None:
    await network_of(office.engine, PEOPLE)
    sent = await office.sends()
    assert await office.ledger.confirm_by_callback(sent.broadcast, phone(10, 9)) == []
    seen = await office.progress(sent.broadcast)
    assert (seen.recipients, seen.unwritten, seen.results) == (10, 5, {"confirmed": 1})
    await office.upkeep.tend()
    assert phone(10, 9) not in await office.open_calls()
    assert (await office.progress(sent.broadcast)).recipients == await office.count("recipient") == 10


async def test_an_alert_that_is_stopped_meanwhile_rings_nobody_more_and_names_all_of_them(
    office: Office,
) -> None:
    await network_of(office.engine, PEOPLE)
    sent = await office.sends()
    await office.calls(phone(10, 0), Outcome.CONFIRMED)
    await office.desk.stop(named("Maes"), sent.broadcast)
    seen = await tended_until_closed(office, sent.broadcast)
    assert (seen.recipients, seen.results) == (10, {"confirmed": 1, "nothing": 9})
    assert await office.open_calls() == {}


async def test_an_alert_that_expires_meanwhile_is_over_once_all_are_written(office: Office) -> None:
    await network_of(office.engine, PEOPLE)
    sent = await office.sends()
    await office.expire(sent.broadcast)
    seen = await tended_until_closed(office, sent.broadcast)
    assert (seen.recipients, seen.results) == (10, {"nothing": 10})
