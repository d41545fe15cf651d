"""Who presses 9 or 0 0 on an alert: the attempt is over, and the conversation goes on, on a fake PBX."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from broadcast.ports import CallOrder, CallOutcome
from broadcast.states import Outcome
from ivr.inbound.reception import LONGEST
from ivr.pbx.trunk import Trunk
from tests.fakes.ari_call import FakeCall
from tests.fakes.ari_server import FakeAri
from tests.fakes.neighbours import Behaviour
from tests.ivr.callers import Caller, Reporting
from tests.ivr.conftest import SPEED, LineDesk, line_on, until
from tests.ivr.inbound.test_reception import Door, audible
from tests.support.people import phone


async def presses_9_and_waits(call: FakeCall) -> None:
    call.pick_up()
    await call.passes(3)
    call.press("9")
    await call.stay()


async def presses_0_0(call: FakeCall) -> None:
    call.pick_up()
    await call.passes(3)
    call.press("0")
    await until(lambda: hears(call, "leave-sure"))
    call.press("0")
    await call.stay()


def hears(call: FakeCall, sentence: str) -> bool:
    return any(Path(one.sound).name == sentence for one in call.heard)


@asynccontextmanager
async def talked_with(
    desk: LineDesk, who: Behaviour, caller: Caller
) -> AsyncIterator[tuple[CallOrder, CallOutcome, FakeCall]]:
    """Rung, answered, and handed over: what the attempt came to, and the call that is still up."""
    reception = desk.received_by(Door(caller))
    desk.ari.phones[phone(10)] = who
    order = desk.order(phone(10))
    result = await desk.calls(order)
    call = desk.channel(order)
    assert call is not None, "the attempt is over, and the call is not"
    yield order, result, call
    await reception.leave()


async def test_who_reports_has_confirmed_before_a_word_of_it_is_said_and_may_talk_longer(
    line_desk: LineDesk, tmp_path: Path
) -> None:
    caller = Caller(says=audible(tmp_path))
    async with talked_with(line_desk, presses_9_and_waits, caller) as (_, result, call):
        assert result.outcome is Outcome.CONFIRMED
        await until(lambda: hears(call, "report_speak"))
        assert call.variables["TIMEOUT(absolute)"] == f"{LONGEST:.0f}"
        assert line_desk.lines.taken == 0, "it takes a place among those that are kept for callers"


async def test_the_line_goes_with_the_call_and_nobody_gets_it_in_between(tmp_path: Path) -> None:
    trunk = Trunk(channels=1, kept_for_callers=0.0, calls_per_second=1000)
    async with FakeAri(speed=SPEED) as ari, line_on(ari, tmp_path, trunk=trunk) as desk:
        caller = Reporting(says=audible(tmp_path))
        async with talked_with(desk, presses_9_and_waits, caller) as (_, _, call):
            waiting = asyncio.create_task(desk.lines.reserve())
            await until(lambda: hears(call, "report_speak"))
            assert (desk.lines.taken, desk.lines.callers, waiting.done()) == (0, 1, False)
            call.put_down()
            assert await waiting
            assert (desk.lines.taken, desk.lines.callers) == (1, 0)


async def test_neither_a_stop_nor_talk_breaks_into_a_report(line_desk: LineDesk, tmp_path: Path) -> None:
    caller = Reporting(says=audible(tmp_path))
    async with talked_with(line_desk, presses_9_and_waits, caller) as (order, _, call):
        await line_desk.dialler.withdraw(order.attempt)
        await line_desk.dialler.stop(order.attempt)
        await call.talk(4.0)
        await until(lambda: hears(call, "report_speak"))
        assert not call.gone.is_set()
        assert not [path for _, path in line_desk.ari.requests if "snoop" in path]


async def test_who_leaves_is_told_so_and_hung_up_and_forgotten(line_desk: LineDesk, tmp_path: Path) -> None:
    caller = Caller(says=audible(tmp_path))
    async with talked_with(line_desk, presses_0_0, caller) as (order, result, call):
        assert result.outcome is Outcome.PARTIAL
        await until(call.gone.is_set)
        assert caller.left == ["An"]
        assert hears(call, "leave_done")
        await until(lambda: line_desk.exchange.find(str(order.attempt)) is None)


async def test_who_puts_the_phone_down_in_that_moment_leaves_nothing_behind(
    line_desk: LineDesk, tmp_path: Path
) -> None:
    caller = Caller(says=audible(tmp_path))
    async with talked_with(line_desk, presses_9_and_waits, caller) as (order, result, call):
        call.put_down()
        assert result.outcome is Outcome.CONFIRMED
        await until(lambda: line_desk.exchange.find(str(order.attempt)) is None)
