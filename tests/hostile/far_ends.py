"""The odd far ends, rung by a server of their own in a process of its own, before anything is attacked."""

import re
from dataclasses import dataclass, field

from tests.hostile.played import last_of, said_by

LAST_LINE = re.compile(r"far_ends=(\d+) as_expected=(\d+)")


@dataclass(frozen=True)
class FarEnds:
    """How many were rung, how many of them as expected, and in words what was wrong."""

    rung: int = 0
    as_expected: int = 0
    problems: list[str] = field(default_factory=list)

    @classmethod
    def told(cls, lines: list[str]) -> "FarEnds":
        """By what their command wrote."""
        found, problems = last_of(lines, LAST_LINE, "the far ends were not rung")
        return cls(int(found[1]), int(found[2]), problems) if found else cls(problems=problems)


def ring_far_ends() -> FarEnds:
    """All of them; some minutes."""
    return FarEnds.told(said_by("tests.far_ends"))
