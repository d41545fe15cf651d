"""The soonest that these very calls could have been made, whoever plans them: a lower bound, and why.

Taken as given are the calls of each person in their order, how long each held a line, and how long a number
rests after each. Nothing else is: the planner of this bound knows all outcomes beforehand.

A call cannot begin before its `head`: the calls before it, one after the other, and the rests of its number.
After its end its person is not reached sooner than its `tail` later, likewise. Both are longest paths.

Let everybody who counts be reached at T. Take the calls whose head is at least `a` and whose tail is at least
`b`. All of them lie between `a` and T - b, on so many lines: their seconds are at most lines * (T - b - a),
and so

    T >= a + b + seconds / lines.

Which people count is the planner's choice where a share of them is enough. Whichever they are, their seconds
are no fewer than those of as many people with the fewest. And somebody among them has no shorter chain than
the longest of as many with the shortest.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil


@dataclass(frozen=True, slots=True)
class HeldLine:
    """One call of a person."""

    number: str
    seconds: float
    """For which it held a line."""
    rest: float = 0.0
    """Seconds from its end before which its number is not called again."""


@dataclass(frozen=True)
class PersonsCalls:
    """The calls of one person in their order, up to the one that reached them."""

    calls: Sequence[HeldLine]

    @cached_property
    def heads(self) -> Sequence[float]:
        """Seconds before which each cannot begin."""
        heads: list[float] = []
        free: dict[str, float] = {}
        now = 0.0
        for call in self.calls:
            now = max(now, free.get(call.number, 0.0))
            heads.append(now)
            now += call.seconds
            free[call.number] = now + call.rest
        return heads

    @cached_property
    def tails(self) -> Sequence[float]:
        """Seconds that pass at least between the end of each and the end of the last."""
        tails: list[float] = []
        later: dict[str, float] = {}
        after = 0.0
        for call in reversed(self.calls):
            # What follows at once, and what its own number waits for.
            tail = max(after, call.rest + later[call.number] if call.number in later else 0.0)
            tails.append(tail)
            after = call.seconds + tail
            later[call.number] = after
        return tails[::-1]

    @property
    def seconds(self) -> float:
        """Before which this person cannot be reached, had they all lines to themselves."""
        return self.heads[-1] + self.calls[-1].seconds


def bound(chains: Sequence[PersonsCalls], lines: int, *, share: float = 1.0) -> float:
    """Seconds before which so large a share of these people cannot be reached on so many lines."""
    people = ceil(share * len(chains))
    if not people:
        return 0.0
    best = sorted(chain.seconds for chain in chains)[people - 1]
    for a in _some({head for chain in chains for head in chain.heads}):
        for b in _some({tail for chain in chains for tail in chain.tails}):
            work = sorted(
                sum(
                    call.seconds
                    for call, head, tail in zip(chain.calls, chain.heads, chain.tails, strict=True)
                    if head >= a and tail >= b
                )
                for chain in chains
            )[:people]
            if work[-1] > 0.0:
                best = max(best, a + b + sum(work) / lines)
    return best


MOST_TRIED = 60
"""Of the values of `a` and of `b`: any of them gives a bound."""


def _some(values: Collection[float]) -> Sequence[float]:
    """So many of them, evenly, the smallest and the largest among them."""
    ordered = sorted(values)
    if len(ordered) <= MOST_TRIED:
        return ordered
    step = (len(ordered) - 1) / (MOST_TRIED - 1)
    return [ordered[round(step * n)] for n in range(MOST_TRIED)]
