"""Dealing out shares exactly, and drawing numbers: the same on every machine for the same generator."""

import math
from collections.abc import Sequence
from random import Random
from typing import TypeVar

Choice = TypeVar("Choice")
Range = tuple[float, float]


def between(rng: Random, limits: Range) -> float:
    """A number in these limits, in thousandths: milliseconds, or finer than anyone hears."""
    return round(rng.uniform(*limits), 3)


def dealt(count: int, shares: Sequence[tuple[Choice, float]]) -> list[Choice]:
    """`count` choices, each as often as its share says, to within one; in the order of the shares."""
    total = math.fsum(share for _, share in shares)
    exact = [count * share / total for _, share in shares]
    counts = [int(number) for number in exact]
    by_rest = sorted(range(len(exact)), key=lambda index: counts[index] - exact[index])
    for index in by_rest[: count - sum(counts)]:
        counts[index] += 1
    return [choice for (choice, _), times in zip(shares, counts, strict=True) for _ in range(times)]


def shuffled(rng: Random, cards: Sequence[Choice]) -> list[Choice]:
    return rng.sample(cards, len(cards))
