"""Chores go on, round after round, whatever becomes of the clock or of one round."""

import asyncio
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from buurtbel.line.chores import Rounds

PATIENCE = 20.0


class Chore:
    """Counts; fails as long as it is told to."""

    def __init__(self) -> None:
        self.done = 0
        self.fault: BaseException | None = None

    async def __call__(self) -> None:
        self.done += 1
        if self.fault:
            raise self.fault

    async def goes_on(self) -> None:
        """Two more rounds: the one that is being done may be the last."""
        enough = self.done + 2
        async with asyncio.timeout(PATIENCE):
            while self.done < enough:
                await asyncio.sleep(0.01)


@pytest.mark.parametrize("fault", [psycopg.OperationalError("away"), ValueError("a fault of our own")])
async def test_a_round_that_fails_is_followed_by_the_next(fault: Exception) -> None:
    chore = Chore()
    chore.fault = fault
    rounds = Rounds({chore: 0.05})
    await chore.goes_on()
    rounds.end()


async def test_a_clock_that_is_put_back_by_hours_stops_no_chore() -> None:
    chore, shift = Chore(), 0.0
    rounds = Rounds({chore: 0.05}, wall=lambda: asyncio.get_running_loop().time() + shift)
    await chore.goes_on()
    # What is left of the plan once the clock is put back: the next round seems hours away.
    [job] = rounds._clock.get_jobs()
    job.modify(next_run_time=datetime.now(UTC) + timedelta(hours=2))
    shift = -7200.0
    await chore.goes_on()
    rounds.end()


async def test_a_round_that_goes_on_when_the_rounds_end_is_nothing_to_complain_of(
    caplog: pytest.LogCaptureFixture,
) -> None:
    began, ended = asyncio.Event(), asyncio.Event()

    async def lasting() -> None:
        began.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    rounds = Rounds({lasting: 60.0})
    async with asyncio.timeout(PATIENCE):
        await began.wait()
        rounds.end()
        await ended.wait()
    await asyncio.gather(*asyncio.all_tasks() - {asyncio.current_task()}, return_exceptions=True)
    assert caplog.text == ""


async def test_a_round_that_is_cancelled_through_a_fault_of_our_own_is_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    chore = Chore()
    chore.fault = asyncio.CancelledError()
    rounds = Rounds({chore: 0.05})
    await chore.goes_on()
    rounds.end()
    assert "CancelledError" in caplog.text


async def test_a_chore_that_lasts_keeps_no_other_of_its_period_waiting() -> None:
    chore, begun = Chore(), 0

    async def lasting() -> None:
        nonlocal begun
        begun += 1
        await asyncio.Event().wait()

    rounds = Rounds({lasting: 0.05, chore: 0.05})
    await chore.goes_on()
    rounds.end()
    assert begun == 1
