"""Calls that are not urgent give their lines to an urgent alert while they ring, and never when spoken to."""

import asyncio

from broadcast.ports import CallOrder, CallOutcome
from broadcast.rules.retry import CONSEQUENCES, Then
from broadcast.states import Outcome, Result
from ivr.inbound.admission import Admission
from ivr.outbound.giving_way import GivingWay
from tests.fakes.ari_call import FakeCall
from tests.ivr.conftest import ANode, LineDesk, until
from tests.support.people import phone


class Answers:
    """A phone that rings until it is told to pick up, and then listens."""

    def __init__(self) -> None:
        self.may = asyncio.Event()
        self.is_rung = asyncio.Event()

    async def __call__(self, call: FakeCall) -> None:
        await call.ring(0.1)
        self.is_rung.set()
        await self.may.wait()
        call.pick_up()
        await call.stay()


def rings(
    desk: LineDesk, who: int, *, urgent: bool = False
) -> tuple[Answers, CallOrder, asyncio.Task[CallOutcome]]:
    answers = desk.ari.phones[phone(12, who)] = Answers()
    order = desk.order(phone(12, who), urgent=urgent)
    return answers, order, asyncio.create_task(desk.calls(order))


async def test_those_that_were_placed_last_go_first_and_nobody_is_judged_by_it(line_desk: LineDesk) -> None:
    calls = []
    for who in range(3):
        calls.append(rings(line_desk, who))
        await calls[-1][0].is_rung.wait()
    assert await line_desk.giving_way.give_up(2) == 2
    results = [await call for _, _, call in calls[1:]]
    assert [result.outcome for result in results] == [Outcome.PREEMPTED] * 2
    assert all(result.answered_at is None for result in results)
    assert not calls[0][2].done()
    assert (line_desk.giving_way.ringing, line_desk.giving_way.going) == (1, 0)
    calls[0][0].may.set()
    assert (await calls[0][2]).outcome not in {Outcome.PREEMPTED, Outcome.LOST}


async def test_who_has_answered_and_what_is_urgent_keep_their_line(line_desk: LineDesk) -> None:
    answers, order, spoken_to = rings(line_desk, 1)
    await answers.is_rung.wait()
    answers.may.set()
    await until(lambda: line_desk.speaks_to(order))
    urgent, _, rung = rings(line_desk, 2, urgent=True)
    await urgent.is_rung.wait()
    assert line_desk.giving_way.ringing == 0
    assert await line_desk.giving_way.give_up(5) == 0
    urgent.may.set()
    outcomes = {(await call).outcome for call in (spoken_to, rung)}
    assert outcomes.isdisjoint({Outcome.PREEMPTED, Outcome.CANCELLED})


async def test_only_as_many_give_way_as_lines_are_lacking(line_desk: LineDesk) -> None:
    """Of thirty lines 24 are for calls out: all of them ring, and five urgent calls wait."""
    calls = [rings(line_desk, who) for who in range(24)]
    for answers, _, _ in calls:
        await answers.is_rung.wait()
    node = ANode(waiting=5)
    admission = Admission(line_desk.lines, node, line_desk.giving_way, most=15, channels=30)
    await admission.preempt()
    await admission.preempt()
    await until(lambda: sum(call.done() for _, _, call in calls) == 5)
    node.waiting = 0
    await admission.preempt()
    assert line_desk.giving_way.ringing == 19
    for answers, _, _ in calls:
        answers.may.set()
    await asyncio.gather(*(call for _, _, call in calls))


async def test_by_policy_no_call_gives_way(line_desk: LineDesk) -> None:
    line_desk.dialler._giving_way = GivingWay(line_desk.dialler._placement.end_ringing, is_wanted=False)
    answers, _, call = rings(line_desk, 1)
    await answers.is_rung.wait()
    assert await line_desk.dialler._giving_way.give_up(1) == 0
    answers.may.set()
    assert (await call).outcome is not Outcome.PREEMPTED


def test_they_are_called_again_a_while_later_and_lose_no_try() -> None:
    consequence = CONSEQUENCES[Outcome.PREEMPTED]
    assert (consequence.then, consequence.counted, consequence.result) == (Then.SAME, False, Result.NOTHING)
    assert (consequence.wait, consequence.excused) == ("preempted", True)
