"""How soon telephones notice what an officer does: three figures, each with a bound."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

SHARE = 0.95


@dataclass(slots=True)
class Figure:
    """Seconds that were measured, and the most that 95 % of them may be."""

    bound: float
    seconds: list[float] = field(default_factory=list)

    def add(self, seconds: float) -> None:
        self.seconds.append(max(0.0, seconds))

    @property
    def p95(self) -> float:
        """The least that is no less than 95 % of all."""
        return sorted(self.seconds)[math.ceil(SHARE * len(self.seconds)) - 1] if self.seconds else math.nan

    @property
    def holds(self) -> bool:
        """Nothing was measured, or few of it is above the bound."""
        return not self.seconds or self.p95 <= self.bound


@dataclass(frozen=True, slots=True)
class Figures:
    stop_to_silence: Figure = field(default_factory=lambda: Figure(2.0))
    """From when `stop` has answered until a call of the alert is over, without the closing sentence."""
    pause_to_quiet: Figure = field(default_factory=lambda: Figure(1.0))
    """From when `pause` has answered until the last call of the alert is asked for."""
    correction_first: Figure = field(default_factory=lambda: Figure(10.0))
    """From when the correction was sent until the first phone hears its first word, with lines free."""

    @property
    def hold(self) -> bool:
        return all(one.holds for one in self._all)

    @property
    def _all(self) -> Sequence[Figure]:
        return self.stop_to_silence, self.pause_to_quiet, self.correction_first

    def __str__(self) -> str:
        stop, pause, correction = (f"{one.p95:.2f}" for one in self._all)
        return (
            f"stop_to_silence_s_p95={stop} pause_to_quiet_s_p95={pause} correction_first_s_p95={correction}"
        )
