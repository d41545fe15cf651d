"""An officer takes an alert back: nobody is rung any more, and it ends by itself."""

import asyncio
from datetime import UTC, datetime

import pytest

from broadcast.alert.preflight import recent
from broadcast.draft import Draft
from broadcast.errors import BroadcastOver, UnknownBroadcast
from broadcast.ledger.callback import known_caller, past_alerts
from broadcast.rules.forecast import minutes_to_call
from broadcast.states import BroadcastState, Outcome
from tests.fakes.dialler import FakeDialler
from tests.support.office import TEXT, Office
from tests.support.people import ADMIN, DE_BIST, hold_for_dead, named, network_of, officer, phone

AN, BERT, CHRIS = phone(10, 1), phone(10, 2), phone(17, 3)
PEOPLE = {"An": [AN], "Bert": [BERT, phone(11, 2)], "Chris": [CHRIS]}


async def test_who_waits_is_called_no_more_and_what_was_heard_stays(office: Office) -> None:
    office.policy = office.policy.model_copy(update={"window": 2})
    await network_of(office.engine, PEOPLE)
    sent = await office.sends()
    await office.calls(AN, Outcome.CONFIRMED)
    await office.desk.stop(named("Maes"), sent.broadcast)
    await office.upkeep.tend()
    seen = await office.until_closed(sent.broadcast)
    assert seen.stopped_at is not None
    assert (seen.being_called, seen.to_go) == (0, 0)
    assert await office.open_calls() == {}
    assert await office.results(sent.broadcast) == {
        "An": ("final", "confirmed"),
        "Bert": ("final", "nothing"),
        "Chris": ("final", "nothing"),
    }
    assert seen.outcomes.keys() <= {Outcome.CONFIRMED, Outcome.CANCELLED}
    assert await office.count("broadcast WHERE stopped_by = 'Maes'") == 1


async def test_phones_that_ring_are_stopped_and_calls_that_are_up_are_told(office: Office) -> None:
    await network_of(office.engine, {"Chris": [CHRIS]})
    sent = await office.sends()
    dialler = FakeDialler()
    async with office.at_work(dialler) as runner:
        dialler.rings_until[CHRIS] = asyncio.Event()
        await office.until(lambda seen: seen.being_called == 1, sent.broadcast)
        await office.desk.stop(named("Maes"), sent.broadcast)
        await runner.withdraw_unwanted()
        await office.until_closed(sent.broadcast)
    assert [order.attempt for order in dialler.orders] == dialler.withdrawn
    assert dialler.calls_to(CHRIS) == 1


async def test_another_alert_goes_on(office: Office) -> None:
    await network_of(office.engine, {"An": [AN]})
    stopped, other = await office.sends(), await office.sends()
    await office.desk.stop(named("Maes"), stopped.broadcast)
    assert (await office.progress(other.broadcast)).to_go == 1


async def test_what_is_over_or_never_was_cannot_be_stopped(office: Office) -> None:
    await network_of(office.engine, {"An": [AN]})
    sent = await office.sends()
    await office.desk.stop(named("Maes"), sent.broadcast)
    with pytest.raises(BroadcastOver):
        await office.desk.stop(named("Claes"), sent.broadcast)
    await office.upkeep.tend()
    assert (await office.progress(sent.broadcast)).state is BroadcastState.CLOSED
    with pytest.raises(BroadcastOver):
        await office.desk.stop(named("Claes"), sent.broadcast)
    with pytest.raises(UnknownBroadcast):
        await office.desk.stop(named("Maes"), 99)


async def test_who_calls_back_does_not_hear_an_alert_that_was_taken_back(office: Office) -> None:
    await network_of(office.engine, {"An": [AN]})
    older, newest = await office.sends(), await office.sends()
    await office.desk.stop(named("Maes"), newest.broadcast)
    async with office.engine.connect() as connection:
        an = await known_caller(connection, AN)
        assert an is not None
        assert [one.broadcast for one in await past_alerts(connection, an)] == [older.broadcast]


# Before it is sent, and after


async def test_how_many_would_be_called_is_known_before(office: Office) -> None:
    await network_of(office.engine, PEOPLE | {"Dora": [AN], "Emiel": [phone(20, 9)]})
    await network_of(office.engine, {"Fien": [phone(10, 6)]}, slug="witven")
    async with office.engine.begin() as connection:
        await hold_for_dead(connection, phone(20, 9), at=datetime.now(UTC))
    found = await office.desk.reach(await office.desk.prepare(ADMIN, Draft([DE_BIST], {"nl": TEXT}, True)))
    assert (found.members, found.calls) == (4, 3), "An and Dora share a phone, that of Emiel is dead"
    sent = await office.sends()
    assert sent.recipients - sent.without_number == found.members
    assert len(await office.open_calls()) == found.calls


async def test_an_officer_follows_the_alerts_that_went_to_networks_of_theirs_alone(office: Office) -> None:
    for slug, number in ((DE_BIST, AN), ("witven", BERT)):
        await network_of(office.engine, {slug: [number]}, slug=slug)
    first, second = await office.sends(), await office.sends()
    await office.sends(to=[DE_BIST, "witven"])
    async with office.engine.connect() as connection:
        assert [one.broadcast for one in await recent(connection, officer(DE_BIST))] == [
            second.broadcast,
            first.broadcast,
        ]
        assert len(await recent(connection, officer(DE_BIST, "witven"))) == 3
        assert await recent(connection, officer()) == []


@pytest.mark.parametrize(
    ("calls", "lines", "minutes"), [(1, 30, 2), (90, 24, 4), (1500, 24, 43), (1500, 300, 4)]
)
def test_about_how_long_it_takes_is_told_in_whole_minutes(calls: int, lines: int, minutes: int) -> None:
    assert minutes_to_call(calls, lines=lines, calls_per_second=10, call_seconds=25) == minutes
