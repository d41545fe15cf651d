"""What a run came to: when people were reached, what the trunk carried, and how soon it could have been."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from math import ceil

from bench.reach.bound import HeldLine, PersonsCalls, bound
from bench.reach.dialler import SeenCall
from bench.reach.drawn import DrawnCallee
from broadcast.policy import RetryPolicy
from broadcast.rules.retry import CONSEQUENCES, result_of_outcome

MOST = 0.9
"""The share of people of `p90`."""


@dataclass(frozen=True, slots=True)
class Reached:
    """Seconds of the evening, from when the alert was begun."""

    bound: float
    ours: float
    """Until everybody is reached who can be;"""
    p90_bound: float
    p90_ours: float
    """and nine of ten of them."""
    pace_bound: float
    """In which the trunk's calls a second alone would let all calls begin."""
    blind: float
    """What a planner reaches who loses no moment and knows no outcome beforehand;"""
    p90_blind: float
    people: int
    calls: int
    most_lines: int
    """That were up at once, on all nodes."""
    most_in_a_second: int
    """Calls that began in any one second of the evening."""

    @property
    def ratio(self) -> float:
        return self.ours / self.bound

    @property
    def p90_ratio(self) -> float:
        return self.p90_ours / self.p90_bound


def reached(
    people: Sequence[DrawnCallee],
    placed: Sequence[SeenCall],
    policy: RetryPolicy,
    *,
    began: float,
    lines: int,
    pace: float,
    speed: float,
) -> Reached:
    """Of these calls; `policy` and `pace` are those of the run, and so as many times as fast."""
    by_number: dict[str, list[SeenCall]] = defaultdict(list)
    for call in placed:
        by_number[call.number].append(call)
    chains, every, at = dict[int, PersonsCalls](), list[PersonsCalls](), list[float]()
    for one in people:
        calls = sorted(
            (call for number in one.numbers for call in by_number[number]), key=lambda it: it.began
        )
        told = [_call(call, policy) for call in calls]
        brought = next((n for n, one in enumerate(calls) if result_of_outcome(one.outcome).is_reached), None)
        if brought is not None:
            chains[len(every)] = PersonsCalls(told[: brought + 1])
            at.append(calls[brought].ended - began)
        if told:
            every.append(PersonsCalls(told))
    over = _blind(every, lines, pace)
    blind = [over[n] for n in chains]
    them = list(chains.values())
    most = ceil(MOST * len(at)) - 1
    return Reached(
        bound=speed * bound(them, lines),
        ours=speed * max(at),
        p90_bound=speed * bound(them, lines, share=MOST),
        p90_ours=speed * sorted(at)[most],
        pace_bound=speed * len(placed) / pace,
        blind=speed * max(blind),
        p90_blind=speed * sorted(blind)[most],
        people=len(at),
        calls=len(placed),
        most_lines=_most_at_once([(call.began, call.ended) for call in placed]),
        most_in_a_second=_most_at_once([(call.began, call.began + 1 / speed) for call in placed]),
    )


def _call(placed: SeenCall, policy: RetryPolicy) -> HeldLine:
    wait = CONSEQUENCES[placed.outcome].wait
    return HeldLine(placed.number, placed.ended - placed.began, float(getattr(policy, wait)) if wait else 0.0)


def _most_at_once(spans: Sequence[tuple[float, float]]) -> int:
    up = most = 0
    for _, step in sorted([(began, 1) for began, _ in spans] + [(ended, 0) for _, ended in spans]):
        up += 1 if step else -1
        most = max(most, up)
    return most


def _blind(chains: Sequence[PersonsCalls], lines: int, pace: float) -> list[float]:
    """When each chain is over: whoever is due first is called once a line is free and the pace allows."""
    due: list[tuple[float, int, int]] = [(0.0, n, 0) for n in range(len(chains))]
    free = [n / pace for n in range(lines)]
    rests: Mapping[int, dict[str, float]] = defaultdict(dict)
    over = [0.0] * len(chains)
    while due:
        at, n, place = heappop(due)
        call = chains[n].calls[place]
        over[n] = max(at, heappop(free)) + call.seconds
        heappush(free, over[n])
        rests[n][call.number] = over[n] + call.rest
        if place + 1 < len(chains[n].calls):
            following = chains[n].calls[place + 1].number
            heappush(due, (max(over[n], rests[n].get(following, 0.0)), n, place + 1))
    return over
