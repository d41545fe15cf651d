"""What many ask at the same time is done for all of them at once, and nobody's trouble is another's."""

import asyncio
from collections.abc import Sequence

import pytest

from broadcast.engine.batching import Batcher
from tests.in_no_time import in_no_time


class DatabaseAway(Exception):  # noqa: N818
    pass


class Clerk:
    """Doubles numbers, a round at a time, each taking a second; cannot do 13."""

    def __init__(self, error: type[Exception] = ValueError) -> None:
        self.rounds: list[list[int]] = []
        self.error = error

    async def doubles(self, numbers: Sequence[int]) -> list[int]:
        self.rounds.append(list(numbers))
        await asyncio.sleep(1)
        if 13 in numbers:
            raise self.error("13 cannot be doubled")
        return [2 * number for number in numbers]


@in_no_time
async def test_what_is_asked_during_a_round_makes_up_the_next_and_everyone_gets_their_own_answer() -> None:
    clerk = Clerk()
    double = Batcher(clerk.doubles)
    first = asyncio.create_task(double(1))
    await asyncio.sleep(0.5)
    assert await asyncio.gather(*(double(number) for number in (5, 3, 4))) == [10, 6, 8]
    assert await first == 2
    assert clerk.rounds == [[1], [5, 3, 4]]


@in_no_time
async def test_who_asks_within_a_moment_of_each_other_is_answered_together() -> None:
    clerk = Clerk()
    double = Batcher(clerk.doubles, gather=0.1)

    async def after(seconds: float, number: int) -> int:
        await asyncio.sleep(seconds)
        return await double(number)

    asked = ((0, 1), (0.05, 2), (0.09, 3))
    assert await asyncio.gather(*(after(seconds, number) for seconds, number in asked)) == [2, 4, 6]
    assert clerk.rounds == [[1, 2, 3]]


@in_no_time
async def test_a_round_is_never_larger_than_it_may_be() -> None:
    clerk = Clerk()
    double = Batcher(clerk.doubles, most=4)
    assert await asyncio.gather(*(double(number) for number in range(10))) == list(range(0, 20, 2))
    assert [len(those) for those in clerk.rounds] == [4, 4, 2]


@in_no_time
async def test_one_that_cannot_be_done_harms_no_other() -> None:
    clerk = Clerk()
    double = Batcher(clerk.doubles)
    answers = await asyncio.gather(*(double(number) for number in (1, 13, 2)), return_exceptions=True)
    assert [answers[0], answers[2]] == [2, 4]
    assert isinstance(answers[1], ValueError)
    assert clerk.rounds == [[1, 13, 2], [1], [13], [2]]
    assert await double(3) == 6


@in_no_time
async def test_trouble_that_is_everybodys_is_told_to_all_at_once() -> None:
    clerk = Clerk(DatabaseAway)
    double = Batcher(clerk.doubles, for_all=(DatabaseAway,))
    answers = await asyncio.gather(*(double(number) for number in (1, 13, 2)), return_exceptions=True)
    assert [type(answer) for answer in answers] == [DatabaseAway] * 3
    assert clerk.rounds == [[1, 13, 2]]
    assert await double(3) == 6


@in_no_time
async def test_who_stops_waiting_stops_nothing() -> None:
    clerk = Clerk()
    double = Batcher(clerk.doubles)
    gone, other = asyncio.create_task(double(1)), asyncio.create_task(double(2))
    await asyncio.sleep(0.5)
    gone.cancel()
    assert await other == 4
    with pytest.raises(asyncio.CancelledError):
        await gone
    assert clerk.rounds == [[1, 2]]
