"""Who calls back shares a telephone with somebody who has not: both get the calls that are theirs."""

import asyncio
from random import Random

import pytest
from sqlalchemy import func, select

from broadcast.policy import RetryPolicy
from broadcast.states import Outcome, Result
from broadcast.tables import Attempt
from tests.broadcast.ledger.test_called_back import (
    HOME,
    MOBILE,
    WORK,
    due,
    five_minutes_go_by,
    last_call,
    shipped_waits,
)
from tests.fakes.dialler import FakeDialler
from tests.support.office import PATIENCE, Office
from tests.support.people import network_of, phone

__all__ = ["shipped_waits"]

pytestmark = pytest.mark.timeout(PATIENCE)


async def test_it_counts_for_everyone_behind_the_number_and_for_nobody_else(office: Office) -> None:
    await network_of(office.engine, {"An": [HOME], "Bert": [HOME, MOBILE], "Chris": [WORK]})
    sent = await office.sends()
    await office.ledger.note_callback(sent.broadcast, HOME)
    results = await office.results(sent.broadcast)
    assert results["An"] == results["Bert"] == ("waiting", "called_back")
    assert results["Chris"] == ("waiting", "nothing")
    waiting = await due(office)
    assert waiting[HOME] == await last_call(office)
    assert waiting[WORK] <= await office.now()
    await five_minutes_go_by(office)
    await office.calls(HOME, Outcome.NO_ANSWER)
    assert (await office.results(sent.broadcast))["An"] == ("final", "called_back")
    assert (await office.results(sent.broadcast))["Bert"] == ("final", "called_back")


async def test_whoever_shares_a_number_with_them_is_called_as_before(office: Office) -> None:
    """Bert calls back from his own mobile; his call to the telephone that he shares with An was hers too."""
    await network_of(office.engine, {"Bert": [HOME, MOBILE], "An": [HOME]})
    sent = await office.sends()
    await office.ledger.note_callback(sent.broadcast, MOBILE)
    results = await office.results(sent.broadcast)
    assert (results["Bert"], results["An"]) == (("waiting", "called_back"), ("waiting", "nothing"))
    assert (await due(office))[HOME] <= await office.now()
    await office.calls(HOME, Outcome.NO_ANSWER)
    assert min((await due(office)).values()) < await last_call(office), "An rests for two minutes, as usual"
    await five_minutes_go_by(office)
    assert (await office.results(sent.broadcast))["Bert"] == ("waiting", "called_back"), "that was An's call"


async def test_a_call_that_was_put_off_comes_sooner_when_somebody_else_needs_it(office: Office) -> None:
    """An is engaged at work, and her next number is the one where Bert's last call is planned."""
    await network_of(office.engine, {"Bert": [HOME, MOBILE], "An": [WORK, HOME]})
    sent = await office.sends()
    await office.ledger.note_callback(sent.broadcast, MOBILE)
    assert (await due(office))[HOME] == await last_call(office)
    await office.calls(WORK, Outcome.NO_ANSWER)
    assert (await due(office))[HOME] <= await office.now()
    await office.upkeep.tend()
    assert await office.jobs(), "it has a job by now"
    await office.calls(HOME, Outcome.NO_ANSWER)
    assert (await office.results(sent.broadcast))["Bert"] == ("waiting", "called_back"), "his own comes yet"


async def test_by_itself_everybody_is_rung_once_more_and_all_is_closed(office: Office) -> None:
    office.retry = RetryPolicy(
        busy=0.2, no_answer=0.2, rejected=0.2, dead_number=0.2, voicemail=0.5, partial=0.2
    )
    await network_of(office.engine, {"An": [MOBILE], "Bert": [MOBILE, HOME], "Chris": [WORK]})
    sent = await office.sends()
    dialler = FakeDialler()
    for _ in range(3):
        for number in (MOBILE, HOME, WORK):
            await office.ledger.note_callback(sent.broadcast, number)
    async with office.at_work(dialler):
        await office.until_closed(sent.broadcast)
    results = await office.results(sent.broadcast)
    assert set(results.values()) == {("final", "called_back")}
    async with office.engine.connect() as connection:
        rung = select(Attempt.e164, func.count()).where(Attempt.dialled_at.is_not(None))
        calls = {row[0]: row[1] for row in await connection.execute(rung.group_by(Attempt.e164))}
    assert calls[WORK] == calls[MOBILE] == 1


@pytest.mark.thorough
async def test_whatever_is_forged_while_an_alert_runs_everybody_is_rung_and_it_ends(office: Office) -> None:
    office.retry = RetryPolicy(
        busy=0.1, no_answer=0.3, rejected=0.1, dead_number=0.1, voicemail=1.0, partial=0.1, tries_per_person=4
    )
    numbers = [phone(17, n) for n in range(10, 22)]
    people = {
        f"Huis {n}": [numbers[n % 12], numbers[(n * 5 + 1) % 12], numbers[(n * 7 + 2) % 12]]
        for n in range(30)
    }
    await network_of(office.engine, {name: list(dict.fromkeys(those)) for name, those in people.items()})
    first, second = [(await office.sends()).broadcast for _ in range(2)]
    random = Random(4)

    async def forge() -> None:
        while True:
            await office.ledger.note_callback(random.choice((first, second)), random.choice(numbers))

    async with office.at_work(FakeDialler(hold=0.05)):
        forging = [asyncio.create_task(forge()) for _ in range(4)]
        for broadcast in (first, second):
            await office.until_closed(broadcast)
        assert not any(task.done() for task in forging), "whoever forges was stopped by a fault of ours"
        for task in forging:
            task.cancel()
    for broadcast in (first, second):
        recipients = await office.recipients(broadcast)
        assert {recipient.result for recipient in recipients.values()} == {Result.CALLED_BACK}
        for recipient in recipients.values():
            forged = [one.ended_at for one in recipient.calls if one.outcome is Outcome.CALLED_BACK]
            forged_at = min(at for at in forged if at)
            assert any(one.dialled_at and one.dialled_at > forged_at for one in recipient.calls)
