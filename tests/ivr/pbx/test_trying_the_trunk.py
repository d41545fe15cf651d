"""Places on the line of a trunk at fault: one call at a time tries it, until it carries calls again."""

import asyncio

import pytest

from ivr.pbx.capacity import TRY_CALMLY_EVERY, TRY_EVERY, USED_WITHIN, Lines
from tests.in_no_time import in_no_time
from tests.ivr.pbx.on_lines import lines_of, now, settle, taken_at


async def tries(lines: Lines, seconds: float, *, urgent: bool) -> list[float]:
    """When calls tried the trunk within so many seconds."""
    began, tried = now(), list[float]()

    async def try_on() -> None:
        while reserved := await lines.reserve(10, urgent=urgent):
            [line] = reserved
            with line:
                line.place()
                tried.append(now() - began)

    trying = asyncio.create_task(try_on())
    await asyncio.sleep(seconds)
    trying.cancel()
    return tried


@in_no_time
async def test_a_trunk_at_fault_is_tried_by_one_call_a_second_and_by_fewer_if_none_is_urgent() -> None:
    for urgent, every in ((True, TRY_EVERY), (False, TRY_CALMLY_EVERY)):
        lines = lines_of()
        lines.distrust()
        tried = await tries(lines, 5.5 * every, urgent=urgent)
        assert tried == pytest.approx([n * every for n in range(6)], abs=0.01)


@in_no_time
async def test_calls_that_are_not_urgent_leave_it_to_those_that_are() -> None:
    lines = lines_of()
    lines.distrust()
    urgent, calm = await asyncio.gather(tries(lines, 30.5, urgent=True), tries(lines, 30.5, urgent=False))
    assert (len(urgent), len(calm)) in {(31, 0), (30, 1)}


@in_no_time
async def test_whoever_finds_nothing_to_call_does_not_use_up_the_try_of_others() -> None:
    lines = lines_of()
    lines.distrust()
    for _ in range(20):
        [line] = await lines.reserve(10, urgent=False)
        line.release()
    began = now()
    [line] = await lines.reserve()
    waiting = asyncio.create_task(lines.reserve())
    await asyncio.sleep(5)
    assert not waiting.done(), "no call is placed yet on the line that is reserved"
    line.place()
    await waiting
    assert now() - began == pytest.approx(5 + TRY_EVERY, abs=0.2)


@in_no_time
async def test_a_place_that_somebody_lost_keeps_nobody_from_trying_for_long() -> None:
    lines = lines_of()
    lines.distrust()
    assert await lines.reserve()
    began = now()
    assert await lines.reserve()
    assert now() - began == pytest.approx(USED_WITHIN, abs=0.2)


@in_no_time
async def test_once_it_is_trusted_again_all_who_wait_go_at_full_pace() -> None:
    lines = lines_of(channels=30, calls_per_second=10)
    for _ in range(6):
        lines.slow_down()
        await asyncio.sleep(1.5)
    lines.distrust()
    [line] = await lines.reserve()
    line.place()
    waiting = asyncio.create_task(taken_at(lines, 20))
    await settle()
    began = now()
    lines.slow_down()
    lines.trust()
    assert (await waiting)[-1] - began == pytest.approx(2, abs=0.3)


@in_no_time
async def test_who_waits_to_try_it_hears_that_the_line_is_closed() -> None:
    lines = lines_of()
    lines.distrust()
    [line] = await lines.reserve()
    line.place()
    waiting = asyncio.create_task(lines.reserve(urgent=False))
    await settle()
    lines.close()
    assert not await waiting
