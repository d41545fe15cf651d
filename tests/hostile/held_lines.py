"""Callers who hold all lines, on a server of their own, before anything is attacked."""

import re
from dataclasses import dataclass, field

from tests.hostile.played import last_of, said_by

LAST_LINE = re.compile(r"urgent_first_dial_s=(\d+\.\d) callers=(\d+)")
FEWEST_CALLERS, LONGEST_WAIT = 32, 5.0


@dataclass(frozen=True)
class HeldLines:
    """How many held lines, and how long an urgent alert waited for its first call nevertheless."""

    first_dial: float = float("inf")
    callers: int = 0
    problems: list[str] = field(default_factory=list)

    @classmethod
    def told(cls, lines: list[str]) -> "HeldLines":
        """By what their command wrote."""
        found, problems = last_of(lines, LAST_LINE, "the lines were not held")
        return cls(float(found[1]), int(found[2]), problems) if found else cls(problems=problems)

    @property
    def holds(self) -> bool:
        is_soon = self.first_dial <= LONGEST_WAIT
        return is_soon and self.callers >= FEWEST_CALLERS and not self.problems

    def __str__(self) -> str:
        return f"urgent_first_dial_s={self.first_dial:.1f} callers={self.callers}"


def hold_lines() -> HeldLines:
    """About two minutes."""
    return HeldLines.told(said_by("tests.far_ends.holders"))
