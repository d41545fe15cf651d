"""An officer pauses an alert and lets it go on: nobody is dialled meanwhile, nobody lost or rung twice."""

import asyncio

import pytest
from sqlalchemy import text

from broadcast.engine.attempt_runner import BELIEVED_FOR
from broadcast.engine.demand import urgent_calls_due
from broadcast.errors import AlreadyPaused, BroadcastOver, NotPaused, UnknownBroadcast
from broadcast.states import BroadcastState, Outcome
from broadcast.steering.pause import pause, resume
from directory.errors import NotTheirNetwork
from storage.transactions import Transactions
from tests.broadcast.ledger.test_one_call_a_telephone import takes, two_alerts, waiting
from tests.fakes.dialler import FakeDialler, begin
from tests.support.office import PATIENCE, Office, until_somebody_waits
from tests.support.people import ADMIN, DE_BIST, named, network_of, officer, phone

pytestmark = pytest.mark.timeout(2 * PATIENCE)
AN, BERT = phone(10, 1), phone(17, 2)
MAES = named("Maes")


async def pauses(office: Office, broadcast: int) -> None:
    await Transactions(office.engine)(pause, MAES, broadcast)


async def resumes(office: Office, broadcast: int) -> None:
    await Transactions(office.engine)(resume, MAES, broadcast)


async def test_nothing_is_dialled_and_what_was_queued_waits_as_it_was(office: Office) -> None:
    await network_of(office.engine, {"An": [AN], "Bert": [BERT]})
    sent = await office.sends()
    before = await office.open_calls()
    await pauses(office, sent.broadcast)
    assert await office.jobs() == 0
    await office.upkeep.tend()
    assert await office.jobs() == 0, "nobody fetches what may not be dialled"
    assert await takes(office, *before.values()) == []
    await resumes(office, sent.broadcast)
    await office.upkeep.tend()
    assert await office.jobs() == 2
    assert {one.attempt for one in await takes(office, *before.values())} == set(before.values())


async def test_what_rings_goes_on_and_what_follows_from_it_waits(office: Office) -> None:
    await network_of(office.engine, {"An": [AN], "Bert": [BERT]})
    sent = await office.sends()
    dialler = FakeDialler()
    dialler.rings_until[AN] = answers = asyncio.Event()
    dialler.rings_until[BERT] = rings_out = asyncio.Event()
    async with office.at_work(dialler) as runner:
        await office.until(lambda seen: seen.being_called == 2, sent.broadcast)
        await pauses(office, sent.broadcast)
        await runner.withdraw_unwanted()
        answers.set()
        rings_out.set()
        seen = await office.until(lambda seen: seen.being_called == 0, sent.broadcast)
        assert seen.outcomes == {Outcome.CONFIRMED: 1, Outcome.NO_ANSWER: 1}
        for _ in range(3):
            await office.upkeep.tend()
        assert (await office.progress(sent.broadcast)).to_go == 1
        assert dialler.calls_to(BERT) == 1
        assert not dialler.stopped
        assert not dialler.withdrawn
        await resumes(office, sent.broadcast)
        await office.until_closed(sent.broadcast)
    assert dialler.calls_to(AN) == 1
    assert set(dialler.placed.values()) == {1}


async def test_a_call_that_was_taken_and_not_placed_yet_is_given_back(office: Office) -> None:
    """Whoever took it had asked before the pause, and waited for a row until after it."""
    await network_of(office.engine, {"An": [AN]})
    sent = await office.sends()
    dialler = FakeDialler()
    runner = office.runner(dialler)
    [attempt] = (await office.open_calls()).values()
    async with office.engine.begin() as other:
        await other.execute(text("SELECT FROM attempt FOR UPDATE"))
        dialling = asyncio.create_task(begin(runner, dialler, attempt))
        await until_somebody_waits(office)
        await pauses(office, sent.broadcast)
        await asyncio.sleep(BELIEVED_FOR)
    await dialling
    await runner.finished()
    assert dialler.orders == []
    [again] = (await office.open_calls()).values()
    assert again != attempt, "what was written ahead is never placed later"
    assert await office.count("attempt WHERE outcome = 'cancelled' AND dialled_at IS NOT NULL") == 1
    await resumes(office, sent.broadcast)
    async with office.at_work(dialler):
        await office.until_closed(sent.broadcast)
    assert [order.attempt for order in dialler.orders] == [again]


async def test_its_expiry_goes_on_and_it_can_be_stopped(office: Office) -> None:
    office.policy = office.policy.model_copy(update={"window": 1})
    await network_of(office.engine, {"An": [AN], "Bert": [BERT]})
    expired, stopped = [(await office.sends()).broadcast for _ in range(2)]
    for broadcast in (expired, stopped):
        await pauses(office, broadcast)
    await office.expire(expired)
    await office.desk.stop(MAES, stopped)
    for broadcast in (expired, stopped):
        async with asyncio.timeout(PATIENCE):
            while (await office.progress(broadcast)).state is not BroadcastState.CLOSED:
                await office.upkeep.tend()
    assert (await office.progress(expired)).outcomes == {Outcome.EXPIRED: 1}
    for broadcast in (expired, stopped):
        with pytest.raises(BroadcastOver):
            await resumes(office, broadcast)


async def test_a_restart_of_everything_changes_nothing(office: Office) -> None:
    await network_of(office.engine, {"An": [AN], "Bert": [BERT]})
    sent = await office.sends()
    taken = await office.takes(AN)
    await pauses(office, sent.broadcast)
    dialler = FakeDialler()
    async with office.at_work(dialler) as runner:
        assert await runner.adopt_all() == 1
        await office.until(lambda seen: seen.outcomes == {Outcome.CONFIRMED: 1}, sent.broadcast)
        await office.upkeep.mend_stalled()
        seen = await office.progress(sent.broadcast)
        assert seen.steered.paused_by == "Maes"
        assert (seen.waiting, seen.being_called) == (1, 0)
    assert [order.attempt for order in dialler.adopted] == [taken.attempt]
    assert dialler.orders == []


async def test_at_a_shared_telephone_it_is_passed_by(office: Office) -> None:
    first, second = await two_alerts(office)
    assert await takes(office, await waiting(office, second)) == []
    assert await urgent_calls_due(office.engine, 10) == 1
    await pauses(office, first)
    assert await urgent_calls_due(office.engine, 10) == 1, "that of the second"
    await pauses(office, second)
    assert await urgent_calls_due(office.engine, 10) == 0, "no caller gives up a line for it"
    await resumes(office, second)
    assert len(await takes(office, await waiting(office, second))) == 1


async def test_it_is_refused_where_it_makes_no_sense(office: Office) -> None:
    await network_of(office.engine, {"An": [AN]})
    sent = await office.sends()
    with pytest.raises(NotPaused):
        await resumes(office, sent.broadcast)
    await pauses(office, sent.broadcast)
    with pytest.raises(AlreadyPaused) as refused:
        await Transactions(office.engine)(pause, ADMIN, sent.broadcast)
    assert refused.value.facts["name"] == "Maes"
    for verb in (pause, resume):
        with pytest.raises(UnknownBroadcast):
            await Transactions(office.engine)(verb, MAES, 99)
        with pytest.raises(NotTheirNetwork):
            await Transactions(office.engine)(verb, officer("witven"), sent.broadcast)
    await Transactions(office.engine)(resume, officer(DE_BIST), sent.broadcast)
