"""Who is called in the chaos: phones whose behaviour leaves no doubt about what must come of them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

from tests.support.people import phone

People = Mapping[str, Sequence[str]]

REACHED = {11: 8, 13: 2, 18: 2}
"""Kinds of phones whose people hear the whole alert and confirm it, with how many of twelve are of it."""
UNREACHED = {16: 1, 17: 1, 20: 1, 22: 1}
"""Busy, rings out, and numbers that are dead."""


@dataclass(frozen=True, slots=True)
class Crowd:
    """The members of one network, who get two alerts at once; every number is of one network only."""

    network: str
    people: People
    owed: Collection[int] = frozenset({*REACHED, *UNREACHED})
    """To which kinds of phones a broadcast owes a result."""

    @property
    def must_confirm(self) -> set[str]:
        return self._owed(REACHED)

    @property
    def cannot_be_reached(self) -> set[str]:
        return self._owed(UNREACHED)

    def owed_to(self, *kinds: int) -> "Crowd":
        """The same people, of whom a broadcast owes something to those with such phones alone."""
        return replace(self, owed=frozenset(kinds))

    def _owed(self, kinds: Collection[int]) -> set[str]:
        return {
            number for [number] in self.people.values() if kind(number) in kinds and kind(number) in self.owed
        }


class Town:
    """Draws crowds; no number comes twice."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._crowds = 0
        self._people = 0

    def crowd(self, size: int) -> Crowd:
        kinds = {**REACHED, **UNREACHED}
        self._crowds += 1
        drawn = self._random.choices(list(kinds), list(kinds.values()), k=size)
        numbers = [phone(one, self._people + at) for at, one in enumerate(drawn)]
        self._people += size
        return Crowd(f"crowd-{self._crowds}", {f"Lid {number[-6:]}": [number] for number in numbers})


def kind(number: str) -> int:
    return int(number.removeprefix("+999")[:2])
