"""A machine whose clock is hours wrong calls as the others do: the database's clock decides."""

from datetime import timedelta

import pytest
from sqlalchemy import select, text

from broadcast.policy import RetryPolicy
from broadcast.ports import CallOutcome
from broadcast.states import Outcome
from broadcast.tables import Attempt
from tests.support.office import Office
from tests.support.people import network_of, phone

AN = phone(10, 1)
WRONG = pytest.mark.parametrize("wrong", [timedelta(hours=-2), timedelta(hours=2)], ids=["behind", "ahead"])


@WRONG
async def test_the_next_call_does_not_wait_for_hours_nor_come_at_once(
    office: Office, wrong: timedelta
) -> None:
    office.retry = RetryPolicy()
    await network_of(office.engine, {"An": [AN]})
    sent = await office.sends()
    call = await office.takes(AN)
    before = await office.now()
    seen = CallOutcome(Outcome.BUSY, answered_at=before + wrong, ended_at=before + wrong)
    await office.ledger.record({call.attempt: seen})
    async with office.engine.connect() as connection:
        due = await connection.scalar(select(Attempt.due_at).where(Attempt.state == "queued"))
    assert due is not None
    assert abs((due - before).total_seconds() - office.retry.busy) < 5
    [kept, _] = (await office.recipients(sent.broadcast))["An"].calls
    assert kept.answered_at is not None
    assert kept.ended_at is not None
    assert max(abs(kept.answered_at - before), abs(kept.ended_at - before)) < timedelta(seconds=5)


async def test_an_attempt_whose_job_failed_is_tried_again_by_the_right_time(office: Office) -> None:
    await network_of(office.engine, {"An": [AN]})
    await office.sends()
    async with office.engine.begin() as connection:
        await connection.exec_driver_sql("DELETE FROM procrastinate_jobs")
    before = await office.now()
    [attempt] = (await office.open_calls()).values()
    await office.ledger.postpone(attempt, after=timedelta(seconds=7))
    async with office.engine.connect() as connection:
        [at] = await connection.scalars(text("SELECT scheduled_at FROM procrastinate_jobs"))
    assert timedelta(seconds=7) <= at - before < timedelta(seconds=12)
