"""The search for the highest pace, on ways whose limit is known, and what a run must have to count."""

import pytest

from bench.calls.__main__ import TRIES, NotQuiet, undisturbed
from bench.calls.runs import PLACING, Cpu, Run, members_at
from bench.calls.search import FINEST, STEP, highest_sustained
from bench.quiet import MOST_OTHERS, MOST_STEAL, Quiet

HIGHEST = 400.0


class Limited:
    """Sustains a pace up to its limit."""

    def __init__(self, limit: float) -> None:
        self.limit = limit
        self.tried: list[float] = []

    async def try_at(self, rate: float) -> bool:
        self.tried.append(rate)
        return rate <= self.limit


@pytest.mark.parametrize("limit", [11.0, 37.0, 100.0, 101.0, 124.0, 330.0])
async def test_what_is_found_is_sustained_and_a_tenth_more_is_not(limit: float) -> None:
    found = await highest_sustained(Limited(limit).try_at, 100.0, HIGHEST)
    assert found <= limit < found * FINEST * 1.001


@pytest.mark.parametrize("limit", [50.0, 120.0, 330.0])
async def test_a_second_search_confirms_the_first_in_two_runs(limit: float) -> None:
    way = Limited(limit)
    first = await highest_sustained(way.try_at, 100.0, HIGHEST, STEP)
    way.tried.clear()
    assert await highest_sustained(way.try_at, first, HIGHEST, FINEST) == first
    assert len(way.tried) == 2


async def test_nothing_is_tried_above_what_the_phones_have_channels_for() -> None:
    way = Limited(10_000)
    assert HIGHEST / STEP < await highest_sustained(way.try_at, 100.0, HIGHEST) <= HIGHEST
    assert max(way.tried) <= HIGHEST


async def test_what_cannot_do_even_little_is_given_up() -> None:
    assert await highest_sustained(Limited(1).try_at, 100.0, HIGHEST) == 0


@pytest.mark.parametrize("rate", [10.0, 30.0, 120.0, 399.9])
def test_placing_lasts_a_quarter_of_a_minute_at_every_pace(rate: float) -> None:
    assert members_at(rate) / rate >= PLACING >= 15


def run(quiet: Quiet) -> Run:
    return Run("ours", 30.0, 5.0, 0.0, Cpu(1.0), [], quiet)


async def test_a_run_that_was_disturbed_is_done_again() -> None:
    runs = iter([run(Quiet(others=2 * MOST_OTHERS)), run(Quiet(steal=2 * MOST_STEAL)), calm := run(Quiet())])

    async def attempt() -> list[Run]:
        return [next(runs)]

    assert await undisturbed(attempt) == [calm]


async def test_where_every_run_is_disturbed_nothing_is_measured() -> None:
    done = []

    async def attempt() -> list[Run]:
        done.append(run(Quiet(far_end=1.0)))
        return done[-1:]

    with pytest.raises(NotQuiet, match="the phones filled 100% of a core"):
        await undisturbed(attempt)
    assert len(done) == TRIES
