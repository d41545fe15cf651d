"""The figures of a benchmark of calls, from its rounds, and what they are held against."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from bench.calls.runs import Run, percentile


@dataclass(frozen=True, slots=True)
class Round:
    """Both ways at the same pace, and the highest pace (calls a second) that each sustained."""

    ours: Run
    files: Run
    our_rate: float
    files_rate: float

    @property
    def time_ratio(self) -> float:
        return self.ours.wall / self.files.wall

    @property
    def rate_ratio(self) -> float:
        return self.our_rate / self.files_rate if self.files_rate else float("nan")

    @property
    def our_cpu(self) -> float:
        """Milliseconds a call: Python and PostgreSQL."""
        return self.ours.per_call(self.ours.cpu.python + self.ours.cpu.postgres)

    @property
    def asterisk_cpu_ratio(self) -> float:
        return self.ours.cpu.asterisk / self.files.cpu.asterisk

    @property
    def first_ring(self) -> float:
        return self.ours.first_ring

    @property
    def audio_p95(self) -> float:
        """Milliseconds."""
        return percentile(self.ours.answered_to_audio, 0.95) * 1000


@dataclass(frozen=True, slots=True)
class RoundFigure:
    name: str
    decimals: int
    of: Callable[[Round], float]
    reached: Callable[[float], bool]
    target: str

    def median(self, rounds: Sequence[Round]) -> float:
        return median(self.of(one) for one in rounds)


FIGURES = (
    RoundFigure("time_ratio", 3, lambda one: one.time_ratio, lambda v: v <= 1.05, "<= 1.05"),
    RoundFigure("rate_ratio", 2, lambda one: one.rate_ratio, lambda v: v >= 0.75, ">= 0.75"),
    RoundFigure("our_cpu_ms_per_call", 1, lambda one: one.our_cpu, lambda v: v <= 10, "<= 10"),
    RoundFigure("asterisk_cpu_ratio", 2, lambda one: one.asterisk_cpu_ratio, lambda v: v <= 1.3, "<= 1.3"),
    RoundFigure("first_ring_s", 2, lambda one: one.first_ring, lambda v: v <= 1, "<= 1"),
    RoundFigure("answered_to_audio_ms_p95", 0, lambda one: one.audio_p95, lambda v: v <= 150, "<= 150"),
)


def describe(number: int, one: Round) -> str:
    """A round as a table."""
    rows = [
        f"round {number} at {one.ours.rate:.0f}/s   wall s  asterisk ms/call  python  postgres  highest/s"
    ]
    for run, highest in ((one.ours, one.our_rate), (one.files, one.files_rate)):
        cpu = [run.per_call(part) for part in (run.cpu.asterisk, run.cpu.python, run.cpu.postgres)]
        rows.append(
            f"  {run.way:16} {run.wall:8.2f} {cpu[0]:17.1f} {cpu[1]:7.1f} {cpu[2]:9.1f} {highest:10.1f}"
        )
    own = "  ".join(f"{figure.name}={figure.of(one):.{figure.decimals}f}" for figure in FIGURES)
    return "\n".join([*rows, f"  {own}"])


def targets_line(rounds: Sequence[Round]) -> str:
    """Which targets are met by the medians."""
    told = [
        f"{figure.name} {figure.target} {'met' if figure.reached(figure.median(rounds)) else 'MISSED'}"
        for figure in FIGURES
    ]
    return "targets: " + ", ".join(told)


def last_line(rounds: Sequence[Round]) -> str:
    return "calls: " + " ".join(
        f"{figure.name}={figure.median(rounds):.{figure.decimals}f}" for figure in FIGURES
    )
