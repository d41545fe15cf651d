"""Places on the line: never more calls than the trunk carries, nor faster than it accepts them."""

import asyncio
from collections.abc import Sequence

import pytest

from broadcast.reservation import LineUse, Reservation
from ivr.pbx.capacity import Lines
from ivr.pbx.trunk import Trunk
from tests.in_no_time import in_no_time
from tests.ivr.pbx.on_lines import lines_of, now, settle, taken_at


def ended(calls: Sequence[Reservation]) -> None:
    """They were placed, and are over."""
    for line in calls:
        with line:
            line.place()


@in_no_time
async def test_no_more_calls_are_up_than_the_trunk_carries() -> None:
    lines = lines_of(channels=3)
    waiting = [asyncio.create_task(lines.reserve()) for _ in range(10)]
    await settle()
    assert (lines.taken, sum(task.done() for task in waiting)) == (3, 3)
    for first in range(7):
        ended(waiting[first].result())
        await settle()
        assert (lines.taken, sum(task.done() for task in waiting)) == (3, first + 4)


@in_no_time
async def test_a_part_of_the_channels_is_never_used_to_call_out_so_that_callers_get_through() -> None:
    lines = lines_of(channels=10)
    taken = [await lines.reserve() for _ in range(8)]
    waiting = asyncio.create_task(lines.reserve())
    await settle()
    assert not waiting.done()
    ended(taken[0])
    await waiting
    assert lines.taken == 8


@in_no_time
async def test_callers_beyond_that_part_take_channels_from_calls_out_until_they_leave() -> None:
    lines = lines_of(channels=10)
    callers = [lines.seize(LineUse.CALLER) for _ in range(4)]
    await taken_at(lines, 6)
    waiting = asyncio.create_task(lines.reserve())
    await settle()
    assert not waiting.done()
    callers[0].release()
    await waiting
    assert lines.taken == 7


@in_no_time
async def test_calls_start_at_the_trunks_pace_after_a_small_burst() -> None:
    moments = await taken_at(lines_of(calls_per_second=10), 12)
    assert moments[:2] == [0.0, 0.0]
    assert moments[2:] == pytest.approx([0.1 * n for n in range(1, 11)])


@in_no_time
async def test_a_slow_trunk_still_gets_its_first_call_at_once() -> None:
    assert await taken_at(lines_of(calls_per_second=0.5), 2) == pytest.approx([0.0, 2.0])


@in_no_time
async def test_a_place_given_back_costs_the_trunk_nothing() -> None:
    lines = lines_of(channels=1, calls_per_second=0.5)
    for _ in range(50):
        [line] = await lines.reserve()
        line.release()
    assert (lines.taken, now()) == (0, 0.0)


@in_no_time
async def test_a_call_that_ended_gives_its_channel_but_not_its_turn() -> None:
    lines = lines_of(channels=1, calls_per_second=0.5)
    ended(await lines.reserve())
    assert await lines.reserve()
    assert now() == pytest.approx(2.0)


@in_no_time
async def test_a_trunk_that_says_it_is_full_gets_calls_half_as_fast() -> None:
    lines = lines_of(calls_per_second=10)
    await taken_at(lines, 2)
    lines.slow_down()
    start = now()
    [first] = await taken_at(lines, 1)
    assert 0.15 < first - start <= 0.2


@in_no_time
async def test_nothing_is_placed_until_the_pbx_is_there_nor_after_it_went() -> None:
    lines = Lines(Trunk(), clock=now)
    early = asyncio.create_task(lines.reserve())
    await settle()
    assert not early.done()
    lines.open()
    assert await early
    lines.shut()
    late = asyncio.create_task(lines.reserve())
    await settle()
    assert not late.done()
    ended(early.result())
    await settle()
    assert not late.done(), "a channel that becomes free does not open the line"
    lines.open()
    assert await late


@in_no_time
async def test_who_was_waiting_for_their_turn_does_not_get_it_when_the_pbx_went_meanwhile() -> None:
    lines = lines_of(calls_per_second=0.5)
    assert await lines.reserve()
    waiting = asyncio.create_task(lines.reserve())
    await settle()
    lines.shut()
    await asyncio.sleep(10)
    assert not waiting.done()
    lines.open()
    assert await waiting


@in_no_time
async def test_who_waits_is_told_when_it_closes_down_and_holds_nothing() -> None:
    full, shut = lines_of(channels=1), Lines(Trunk(), clock=now)
    assert await full.reserve()
    waiting = [asyncio.create_task(lines.reserve()) for lines in (full, full, shut)]
    await settle()
    full.close()
    shut.close()
    assert await asyncio.gather(*waiting) == [(), (), ()]
    assert (full.taken, shut.taken, await full.reserve()) == (1, 0, ())


@in_no_time
async def test_calls_from_before_a_restart_take_places_even_above_the_cap() -> None:
    lines = lines_of(channels=1)
    calls = [lines.seize(), lines.seize()]
    waiting = asyncio.create_task(lines.reserve())
    calls[0].release()
    await settle()
    assert not waiting.done()
    calls[1].release()
    assert await waiting


@in_no_time
async def test_a_waiter_who_gives_up_holds_no_place() -> None:
    lines = lines_of(channels=1)
    taken = await lines.reserve()
    waiting = asyncio.create_task(lines.reserve())
    await settle()
    waiting.cancel()
    await asyncio.wait({waiting})
    ended(taken)
    assert lines.taken == 0
    assert await lines.reserve()


@in_no_time
async def test_who_asks_for_several_places_gets_what_the_pace_allows_in_groups_a_moment_apart() -> None:
    lines = lines_of(calls_per_second=30, channels=100)
    groups = []
    for _ in range(5):
        reserved = await lines.reserve(50)
        groups.append((round(now(), 3), len(reserved)))
    assert groups == [(0.0, 6), (0.1, 3), (0.2, 3), (0.3, 3), (0.4, 3)]


@in_no_time
async def test_who_asks_for_several_places_gets_no_more_than_the_trunk_carries() -> None:
    lines = lines_of(channels=4)
    taken = await lines.reserve(50)
    assert len(taken) == 4
    waiting = asyncio.create_task(lines.reserve(50))
    await settle()
    assert not waiting.done()
    ended(taken[:2])
    assert len(await waiting) == 2
    assert lines.taken == 4


@in_no_time
async def test_places_that_found_no_work_are_given_back_and_may_be_had_again_at_once() -> None:
    lines = lines_of(calls_per_second=30)
    for _ in range(20):
        reserved = await lines.reserve(50)
        assert len(reserved) == 6
        for line in reserved:
            line.release()
    assert (lines.taken, now()) == (0, 0.0)


# While the trunk is at fault


# Urgent calls go first


@in_no_time
async def test_a_line_that_becomes_free_is_an_urgent_calls_whoever_waited_longer() -> None:
    lines = lines_of(channels=2)
    taken = [await lines.reserve(urgent=False) for _ in range(2)]
    other = asyncio.create_task(lines.reserve(urgent=False))
    await settle()
    urgent = asyncio.create_task(lines.reserve())
    await settle()
    ended(taken[0])
    await settle()
    assert (urgent.done(), other.done()) == (True, False)
    ended(taken[1])
    await settle()
    assert not other.done(), "an urgent line is reserved: perhaps there are more such calls"
    [line] = urgent.result()
    line.place()
    await settle()
    assert other.done()


@in_no_time
async def test_where_no_urgent_call_was_found_for_a_line_others_have_it_at_once() -> None:
    lines = lines_of(channels=1)
    other = asyncio.create_task(lines.reserve(urgent=False))
    ended(await lines.reserve())
    [found_none] = await lines.reserve()
    await settle()
    found_none.release()
    await settle()
    assert other.done()


@in_no_time
async def test_who_no_longer_waits_for_an_urgent_line_keeps_nobody_waiting() -> None:
    lines = lines_of(channels=1)
    [up] = await lines.reserve(urgent=False)
    up.place()
    other = asyncio.create_task(lines.reserve(urgent=False))
    urgent = asyncio.create_task(lines.reserve())
    await settle()
    urgent.cancel()
    await settle()
    up.release()
    await settle()
    assert other.done()


@in_no_time
async def test_the_pace_of_the_trunk_is_an_urgent_calls_first_too() -> None:
    lines = lines_of(channels=100, calls_per_second=5)
    order: list[str] = []

    async def one(*, urgent: bool) -> None:
        for _ in range(4):
            ended(await lines.reserve(urgent=urgent))
            order.append("urgent" if urgent else "other")

    await asyncio.gather(one(urgent=False), one(urgent=True))
    assert order[:4].count("urgent") >= 3
