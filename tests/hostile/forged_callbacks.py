"""Callers with other people's numbers, on a server of their own, before anything is attacked."""

import re
from dataclasses import dataclass, field

from tests.hostile.played import last_of, said_by

LAST_LINE = re.compile(r"forged_callbacks=(\d+) victims=(\d+) rung_again=(\d+) confirmed_for_them=(\d+)")
FEWEST = 8


@dataclass(frozen=True)
class ForgedCallBacks:
    """How many were forged, for how many people, and what became of these."""

    forged: int = 0
    victims: int = 0
    rung_again: int = 0
    confirmed_for_them: int = 0
    problems: list[str] = field(default_factory=list)

    @classmethod
    def told(cls, lines: list[str]) -> "ForgedCallBacks":
        """By what their command wrote."""
        found, problems = last_of(lines, LAST_LINE, "no call-back was forged")
        if found is None:
            return cls(problems=problems)
        forged, victims, rung_again, confirmed = map(int, found.groups())
        return cls(forged, victims, rung_again, confirmed, problems)

    @property
    def holds(self) -> bool:
        is_harmless = self.rung_again == self.victims > 0 and not self.confirmed_for_them
        return is_harmless and self.forged >= FEWEST and not self.problems

    def __str__(self) -> str:
        return (
            f"forged_callbacks={self.forged} victims={self.victims} rung_again={self.rung_again} "
            f"confirmed_for_them={self.confirmed_for_them}"
        )


def forge_call_backs() -> ForgedCallBacks:
    """About two minutes."""
    return ForgedCallBacks.told(said_by("tests.far_ends.forgers"))
