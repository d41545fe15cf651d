"""Whoever watches gets the whole picture and then every change, whatever was missed in between."""

import asyncio
from contextlib import AsyncExitStack, aclosing
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from broadcast.errors import UnknownBroadcast
from broadcast.responses import inbox
from broadcast.results.results import Progress, progress
from broadcast.states import Outcome, ReportState, Result, Worth
from broadcast.steering.addition import Additions
from broadcast.steering.pause import pause, resume
from broadcast.tables import Node
from broadcast.watching import pictures, watched
from broadcast.watching.watched import Watched
from directory.actor import Actor, Kind, Role
from directory.errors import NotInRole, NotTheirNetwork
from storage.transactions import Transactions
from tests.broadcast.watching.watcher import (
    LISTENERS,
    listeners,
    lose,
    until_changes_are_heard,
    watching,
)
from tests.support.office import NODE, PATIENCE, Office
from tests.support.people import ADMIN, DE_BIST, network_of, officer, phone
from tests.support.reports import reported

pytestmark = pytest.mark.timeout(3 * PATIENCE)
AN, BERT, CIS = (phone(10, n) for n in range(1, 4))
OTHERS = "witven"
HAIR = 0.02
"""Seconds by which a clock of the tests and a timer may differ."""


@pytest.fixture
async def alert(office: Office, monkeypatch: pytest.MonkeyPatch) -> int:
    """An alert for three whom nobody has called. Whoever watches looks anew when told to, and else never."""
    monkeypatch.setattr(pictures, "ANYWAY", 10 * PATIENCE)
    monkeypatch.setattr(pictures, "MEANWHILE", 10 * PATIENCE)
    await network_of(office.engine, {"An": [AN], "Bert": [BERT], "Cis": [CIS]})
    return (await office.sends()).broadcast


async def test_the_whole_picture_comes_at_first_and_anew_when_a_call_begins_and_ends(
    office: Office, alert: int
) -> None:
    async with watching(Watched(office.engine).broadcast(ADMIN, alert)) as watcher:
        first = await watcher.sees(lambda _: True)
        assert (first.recipients, first.to_go, first.being_called) == (3, 3, 0)
        taken = await office.takes(AN)
        await watcher.sees(lambda seen: seen.being_called == 1)
        await office.ends(taken.attempt, Outcome.CONFIRMED)
        seen = await watcher.sees(lambda seen: seen.results.get(Result.CONFIRMED) == 1)
        assert (seen.to_go, seen.being_called) == (2, 0)


async def test_each_act_on_an_alert_and_each_fault_of_a_trunk_is_told(office: Office, alert: int) -> None:
    database = Transactions(office.engine)
    async with watching(Watched(office.engine).broadcast(ADMIN, alert)) as watcher:
        await watcher.sees(lambda _: True)
        await database(pause, ADMIN, alert)
        await watcher.sees(lambda seen: seen.steered.paused_at is not None)
        await database(resume, ADMIN, alert)
        await watcher.sees(lambda seen: seen.steered.paused_at is None)
        await network_of(office.engine, {"Dirk": [phone(10, 4)]}, slug=OTHERS)
        await Additions(office.engine, office.desk, office.policy).add(ADMIN, alert, [OTHERS], [])
        await watcher.sees(lambda seen: seen.recipients == 4)
        await database(_set_node, trunk_fault="The trunk refuses calls.")
        await watcher.sees(lambda seen: seen.trunk_fault is not None)
        await database(_set_node, callers=7, lines=30)
        await watcher.sees(lambda seen: (seen.callers, seen.lines) == (7, 30))
        beside = await office.sends()
        await watcher.sees(lambda seen: list(seen.beside) == [beside.broadcast])
        await office.desk.withdraw_code(ADMIN, alert)
        await watcher.sees(lambda seen: seen.code_withdrawn_at is not None)
        await office.desk.stop(ADMIN, alert)
        await watcher.sees(lambda seen: seen.stopped_at is not None)


async def test_what_changed_while_the_connection_was_lost_is_in_the_next_picture(
    office: Office, alert: int
) -> None:
    async with watching(Watched(office.engine).broadcast(ADMIN, alert)) as watcher:
        await watcher.sees(lambda _: True)
        for number in (AN, BERT, CIS):
            await until_changes_are_heard(office.engine)
            assert await lose(office.engine) == 1
            await office.calls(number, Outcome.CONFIRMED)
        await watcher.sees(lambda seen: seen.results.get(Result.CONFIRMED) == 3)


async def test_a_database_that_goes_away_and_comes_back_ends_no_watch(office: Office, alert: int) -> None:
    async with watching(Watched(office.engine).broadcast(ADMIN, alert)) as watcher:
        await watcher.sees(lambda _: True)
        for _ in range(3):
            await lose(office.engine, which="usename <> 'postgres'")
            await asyncio.sleep(0.3)
        await until_changes_are_heard(office.engine)
        async with office.engine.begin() as connection:
            await connection.execute(text("UPDATE broadcast SET stopped_at = now()"))
        await watcher.sees(lambda seen: seen.stopped_at is not None)


async def test_what_was_being_written_when_the_watch_began_is_seen_once_it_is_committed(
    office: Office, alert: int
) -> None:
    """The writer found that nobody listens, and so notifies of nothing."""
    watched = Watched(office.engine)
    async with office.engine.begin() as writing, AsyncExitStack() as stack:
        await writing.execute(text("UPDATE broadcast SET paused_at = now(), paused_by = 'Maes'"))
        watcher = await stack.enter_async_context(watching(watched.broadcast(ADMIN, alert)))
        assert (await watcher.sees(lambda _: True)).steered.paused_at is None
        while not await listeners(office.engine):
            await asyncio.sleep(0.01)
        await asyncio.sleep(2 * pictures.APART)
        await writing.commit()
        await watcher.sees(lambda seen: seen.steered.paused_at is not None)


async def test_there_are_at_most_four_pictures_a_second_and_the_last_one_has_everything(
    office: Office, alert: int
) -> None:
    async with watching(Watched(office.engine).broadcast(ADMIN, alert)) as watcher:
        await until_changes_are_heard(office.engine)
        for seconds in range(1, 101):
            await _expires_later(office, seconds)
            await asyncio.sleep(0.01)
        last = (await office.progress(alert)).expires_at
        await watcher.sees(lambda seen: seen.expires_at == last)
        assert all(after - before > pictures.APART - HAIR for before, after in pairwise(watcher.at))
        assert len(watcher.seen) < 100 / 2


async def test_nothing_is_told_that_is_no_news(office: Office, alert: int) -> None:
    async with watching(Watched(office.engine).broadcast(ADMIN, alert)) as watcher:
        await until_changes_are_heard(office.engine)
        await _expires_later(office, 0)
        await asyncio.sleep(3 * pictures.APART)
        await _expires_later(office, 5)
        await watcher.sees(lambda seen: seen.expires_at != watcher.seen[0].expires_at)
        assert len(watcher.seen) == 2


async def test_fifty_who_watch_cost_the_looks_of_one(
    office: Office, alert: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = 0
    look = progress

    async def counted(connection: AsyncConnection, broadcast: int) -> Progress:
        nonlocal looks
        looks += 1
        return await look(connection, broadcast)

    monkeypatch.setattr(watched, "progress", counted)
    together = Watched(office.engine)
    async with AsyncExitStack() as stack:
        watchers = [
            await stack.enter_async_context(watching(together.broadcast(ADMIN, alert))) for _ in range(50)
        ]
        await until_changes_are_heard(office.engine)
        await office.calls(AN, Outcome.CONFIRMED)
        for watcher in watchers:
            await watcher.sees(lambda seen: seen.results.get(Result.CONFIRMED) == 1)
        assert await listeners(office.engine) == 1
        assert looks <= 6
    async with asyncio.timeout(PATIENCE):
        while await listeners(office.engine):
            await asyncio.sleep(0.01)


async def test_who_is_slow_sees_the_newest_picture_next(office: Office, alert: int) -> None:
    async with aclosing(Watched(office.engine).broadcast(ADMIN, alert)) as slow:
        await anext(slow)
        await until_changes_are_heard(office.engine)
        for seconds in range(1, 5):
            await _expires_later(office, seconds)
            await asyncio.sleep(pictures.APART)
        last = (await office.progress(alert)).expires_at
        await asyncio.sleep(2 * pictures.APART)
        assert (await anext(slow)).expires_at == last


async def test_an_officer_watches_the_alerts_of_their_networks_and_no_others(
    office: Office, alert: int
) -> None:
    watched = Watched(office.engine)
    theirs, elsewhere = officer(DE_BIST), officer(OTHERS)
    with pytest.raises(NotTheirNetwork):
        await anext(watched.broadcast(elsewhere, alert))
    with pytest.raises(NotInRole):
        await anext(watched.broadcast(Actor(Kind.MEMBER, 1, Role.COORDINATOR, "", None), alert))
    with pytest.raises(NotInRole):
        await anext(watched.reports(Actor(Kind.MEMBER, 1, Role.COORDINATOR, "", None)))
    with pytest.raises(UnknownBroadcast):
        await anext(watched.broadcast(ADMIN, alert + 1))
    async with watching(watched.broadcast(theirs, alert)) as watcher:
        await watcher.sees(lambda _: True)
        await network_of(office.engine, {"Dirk": [phone(10, 4)]}, slug=OTHERS)
        await Additions(office.engine, office.desk, office.policy).add(ADMIN, alert, [OTHERS], [])
        assert isinstance(await watcher.ends(), NotTheirNetwork)
    async with watching(watched.broadcasts(elsewhere, newest=5)) as list_:
        assert list(await list_.sees(lambda _: True)) == []


async def test_which_alerts_there_are_is_watched_as_well(office: Office, alert: int) -> None:
    async with watching(Watched(office.engine).broadcasts(ADMIN, newest=5)) as watcher:
        await watcher.sees(lambda seen: [one.broadcast for one in seen] == [alert])
        newer = await office.sends()
        await watcher.sees(lambda seen: [one.broadcast for one in seen] == [newer.broadcast, alert])
        await office.called(alert, AN, Outcome.CONFIRMED)
        await watcher.sees(lambda seen: sum(one.to_go for one in seen) == 5)


async def test_a_report_is_seen_when_it_comes_when_it_is_taken_and_when_it_is_judged(
    office: Office, alert: int
) -> None:
    database = Transactions(office.engine)
    async with watching(Watched(office.engine).reports(officer(DE_BIST))) as watcher:
        await watcher.sees(lambda seen: list(seen) == [])
        await until_changes_are_heard(office.engine)
        report = await reported(office.engine, number=AN)
        [came] = await watcher.sees(lambda seen: len(seen) == 1)
        assert (came.id, came.broadcast, came.state) == (report, alert, ReportState.NEW)
        await database(inbox.claim, ADMIN, report)
        await watcher.sees(lambda seen: [one.claimed_by for one in seen] == [ADMIN.name])
        assert await lose(office.engine, LISTENERS) == 1
        await database(inbox.judge, ADMIN, report, Worth.USEFUL)
        await watcher.sees(lambda seen: list(seen) == [])


async def _set_node(connection: AsyncConnection, /, **values: object) -> None:
    await connection.execute(update(Node).where(Node.name == NODE).values(**values))


async def _expires_later(office: Office, seconds: int) -> None:
    async with office.engine.begin() as connection:
        await connection.execute(
            text("UPDATE broadcast SET expires_at = expires_at + :more"), {"more": timedelta(seconds=seconds)}
        )
