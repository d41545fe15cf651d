"""The bound of `make bench-reach` is one: no schedule is sooner, and where one is easily found it is met."""

from collections.abc import Sequence
from heapq import heapify, heappop, heappush
from itertools import permutations
from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.reach.bound import HeldLine, PersonsCalls, bound

HAIR = 1e-6


def chain(*calls: tuple[str, float, float]) -> PersonsCalls:
    return PersonsCalls([HeldLine(*one) for one in calls])


def scheduled(chains: Sequence[PersonsCalls], lines: int, first: Sequence[int]) -> list[float]:
    """When each is reached, where whoever comes first in this order has a line that is free."""
    free = [0.0] * lines
    heapify(free)
    due = [0.0] * len(chains)
    rests: list[dict[str, float]] = [{} for _ in chains]
    at = [0] * len(chains)
    while any(n < len(one.calls) for n, one in zip(at, chains, strict=True)):
        now = heappop(free)
        waiting = [n for n in first if at[n] < len(chains[n].calls)]
        ready = [n for n in waiting if due[n] <= now + HAIR]
        chosen = ready[0] if ready else min(waiting, key=lambda n: due[n])
        call = chains[chosen].calls[at[chosen]]
        ends = max(now, due[chosen]) + call.seconds
        at[chosen] += 1
        rests[chosen][call.number] = ends + call.rest
        due[chosen] = ends
        if at[chosen] < len(chains[chosen].calls):
            due[chosen] = max(ends, rests[chosen].get(chains[chosen].calls[at[chosen]].number, 0.0))
        heappush(free, ends)
    return due


CALLS = st.builds(
    HeldLine, st.sampled_from("ab"), st.sampled_from([1.0, 2.0, 5.0, 11.0]), st.sampled_from([0.0, 3.0, 20.0])
)
CHAINS = st.lists(st.builds(PersonsCalls, st.lists(CALLS, min_size=1, max_size=3)), min_size=1, max_size=5)


@given(CHAINS, st.integers(1, 3), st.sampled_from([0.5, 0.9, 1.0]))
def test_no_order_of_calls_is_sooner(chains: list[PersonsCalls], lines: int, share: float) -> None:
    people = ceil(share * len(chains))
    soonest = min(
        sorted(scheduled(chains, lines, order))[people - 1] for order in permutations(range(len(chains)))
    )
    assert bound(chains, lines, share=share) <= soonest + HAIR


@pytest.mark.parametrize(
    ("chains", "lines", "share", "seconds"),
    [
        pytest.param([chain(("a", 10, 0))] * 6, 2, 1.0, 30.0, id="as much as the lines carry"),
        pytest.param(
            [chain(("a", 5, 60), ("a", 5, 0)), chain(("a", 1, 0))], 2, 1.0, 70.0, id="the longest chain"
        ),
        pytest.param([chain(("a", 5, 60), ("b", 5, 0))], 1, 1.0, 10.0, id="another number does not wait"),
        pytest.param(
            [chain(("a", 5, 60), ("a", 5, 0))] * 4, 1, 1.0, 85.0, id="lines first, then the last one waits"
        ),
        pytest.param(
            [chain(("a", n, 0)) for n in range(1, 11)], 1, 0.9, 45.0, id="nine of ten, the shortest"
        ),
        pytest.param(
            [chain(("a", 5, 60), ("a", 5, 0)), *[chain(("a", 1, 0))] * 9],
            1,
            0.9,
            9.0,
            id="without the slowest",
        ),
    ],
)
def test_it_is_as_high_as_it_is_seen_to_be(
    chains: list[PersonsCalls], lines: int, share: float, seconds: float
) -> None:
    assert bound(chains, lines, share=share) == pytest.approx(seconds)


def test_nobody_is_reached_at_once() -> None:
    assert bound([], 3) == 0.0
