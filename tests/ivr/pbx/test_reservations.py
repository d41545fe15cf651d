"""A reserved line: free again however its block ends, and never free while it is moved with its call."""

import asyncio
from collections.abc import Callable

import pytest

from broadcast.reservation import LineUse, Reservation
from tests.in_no_time import in_no_time
from tests.ivr.pbx.on_lines import lines_of, now, settle


class Cut(Exception):  # noqa: N818 - what ends the block
    pass


def ends() -> None:
    pass


def fails() -> None:
    raise Cut


def is_cancelled() -> None:
    raise asyncio.CancelledError


@pytest.mark.parametrize("end", [ends, fails, is_cancelled])
@pytest.mark.parametrize("is_placed", [False, True])
@in_no_time
async def test_a_line_is_free_again_however_its_block_ends(end: Callable[[], None], is_placed: bool) -> None:
    lines = lines_of(channels=1, calls_per_second=0.5)
    [line] = await lines.reserve()
    caught: list[BaseException] = []
    try:
        with line:
            if is_placed:
                line.place()
            end()
    except (Cut, asyncio.CancelledError) as one:
        caught.append(one)
    assert (lines.taken, line.is_free, len(caught)) == (0, True, end is not ends)
    assert await lines.reserve()
    assert now() == pytest.approx(2.0 if is_placed else 0.0), "what placed no call costs the trunk nothing"


@in_no_time
async def test_whoever_is_cancelled_while_they_use_a_line_frees_it() -> None:
    lines = lines_of(channels=1)

    async def use(line: Reservation) -> None:
        with line:
            line.place()
            await asyncio.Event().wait()

    [line] = await lines.reserve()
    using = asyncio.create_task(use(line))
    await settle()
    using.cancel()
    await asyncio.wait({using})
    assert lines.taken == 0


@in_no_time
async def test_a_line_that_is_moved_is_taken_until_its_new_owner_frees_it() -> None:
    lines = lines_of(channels=1)
    [line] = await lines.reserve()
    with line:
        line.place()
        moved = line.move()
    assert (lines.taken, line.is_free, moved.is_free) == (1, True, False)
    line.release()
    with pytest.raises(RuntimeError):
        line.place()
    assert lines.taken == 1
    moved.release()
    moved.release()
    assert lines.taken == 0


@in_no_time
async def test_a_line_that_goes_to_callers_is_had_by_nobody_in_between() -> None:
    lines = lines_of(channels=2)  # one of them is kept for callers
    [line] = await lines.reserve()
    line.place()
    there = lines.seize(LineUse.CALLER)
    waiting = asyncio.create_task(lines.reserve())
    await settle()
    line.give_to_caller()
    await settle()
    assert (lines.taken, lines.callers, waiting.done()) == (0, 2, False)
    there.release()
    assert await waiting
