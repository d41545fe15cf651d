"""The figures of a benchmark of calls, from what ran, and what they are held against."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import mean, median

from bench.calls.runs import Run, percentile


@dataclass(frozen=True, slots=True)
class Round:
    """Both ways at the same pace, in turn."""

    first: Run
    """Ours, the first alert after a start;"""
    ours: Run
    """the one after it."""
    files: Run

    @property
    def time_ratio(self) -> float:
        return self.ours.wall / self.files.wall

    @property
    def our_cpu_ratio(self) -> float:
        """Python and PostgreSQL, over Asterisk with call files in the same round."""
        return self.ours.our_cpu / self.files.per_call(self.files.cpu.asterisk)

    @property
    def asterisk_cpu_ratio(self) -> float:
        return self.ours.cpu.asterisk / self.files.cpu.asterisk

    @property
    def audio_p95(self) -> float:
        """Milliseconds."""
        return percentile(self.ours.answered_to_audio, 0.95) * 1000

    @property
    def first_after_start_ratio(self) -> float:
        """What the first alert after a start costs us, over the second."""
        return self.first.our_cpu / self.ours.our_cpu


@dataclass(frozen=True, slots=True)
class Bench:
    """All that ran without being disturbed."""

    rounds: Sequence[Round]
    our_rates: Sequence[float]
    """The highest pace, as each search found it, in calls a second;"""
    files_rates: Sequence[float]
    """the same of call files."""
    counted: Run

    @property
    def rate_ratio(self) -> float:
        return mean(self.our_rates) / mean(self.files_rates)

    @property
    def rate_spread(self) -> float:
        """By what part two searches for the same pace differ, at most."""
        both = (self.our_rates, self.files_rates)
        return max((max(rates) - min(rates)) / mean(rates) for rates in both)

    def of_rounds(self, figure: Callable[[Round], float]) -> float:
        return median(figure(one) for one in self.rounds)


@dataclass(frozen=True, slots=True)
class BenchFigure:
    name: str
    decimals: int
    of: Callable[[Bench], float]
    most: float | None = None
    least: float | None = None

    def told(self, bench: Bench) -> str:
        return f"{self.name}={self.of(bench):.{self.decimals}f}"

    def judged(self, bench: Bench) -> str:
        """Empty without a target."""
        value = round(self.of(bench), self.decimals)
        if self.most is not None:
            return f"{self.name} <= {self.most:g} {'met' if value <= self.most else 'MISSED'}"
        if self.least is not None:
            return f"{self.name} >= {self.least:g} {'met' if value >= self.least else 'MISSED'}"
        return ""


FIGURES = (
    BenchFigure("time_ratio", 3, lambda bench: bench.of_rounds(lambda one: one.time_ratio), most=1.02),
    BenchFigure("rate_ratio", 2, lambda bench: bench.rate_ratio, least=0.9),
    BenchFigure("rate_spread", 2, lambda bench: bench.rate_spread, most=0.1),
    BenchFigure("our_cpu_ratio", 2, lambda bench: bench.of_rounds(lambda one: one.our_cpu_ratio), most=0.5),
    BenchFigure("our_cpu_ms_per_call", 1, lambda bench: bench.of_rounds(lambda one: one.ours.our_cpu)),
    BenchFigure(
        "asterisk_cpu_ratio", 2, lambda bench: bench.of_rounds(lambda one: one.asterisk_cpu_ratio), most=1.15
    ),
    BenchFigure("first_ring_s", 2, lambda bench: bench.of_rounds(lambda one: one.ours.first_ring), most=0.3),
    BenchFigure(
        "answered_to_audio_ms_p95", 0, lambda bench: bench.of_rounds(lambda one: one.audio_p95), most=50
    ),
    BenchFigure(
        "first_after_start_ratio",
        2,
        lambda bench: bench.of_rounds(lambda one: one.first_after_start_ratio),
        most=1.1,
    ),
    BenchFigure("statements", 2, lambda bench: bench.counted.asked.statements / bench.counted.wanted),
    BenchFigure("commits", 2, lambda bench: bench.counted.asked.transactions / bench.counted.wanted),
)


def describe(number: int, one: Round) -> str:
    """A round as a table."""
    rows = [
        f"round {number} at {one.ours.rate:.0f}/s        wall s  asterisk ms/call  python  postgres  audio ms"
    ]
    for name, run in (
        ("Buurtbel, first", one.first),
        ("Buurtbel, warm", one.ours),
        ("call files", one.files),
    ):
        cpu = [run.per_call(part) for part in (run.cpu.asterisk, run.cpu.python, run.cpu.postgres)]
        audio = percentile(run.answered_to_audio, 0.95) * 1000
        rows.append(f"  {name:16} {run.wall:14.2f} {cpu[0]:17.1f} {cpu[1]:7.1f} {cpu[2]:9.1f} {audio:9.0f}")
    return "\n".join(rows)


def spread_lines(bench: Bench) -> str:
    """What differs between the rounds and between the searches, smallest first."""
    told: dict[str, Callable[[Round], float]] = {
        "wall s": lambda one: one.ours.wall,
        "time_ratio": lambda one: one.time_ratio,
        "our_cpu_ratio": lambda one: one.our_cpu_ratio,
        "our ms a call": lambda one: one.ours.our_cpu,
        "asterisk_cpu_ratio": lambda one: one.asterisk_cpu_ratio,
        "first_after_start_ratio": lambda one: one.first_after_start_ratio,
    }
    rows = [f"  {name:24} {_row(sorted(map(of, bench.rounds)))}" for name, of in told.items()]
    rates = {"highest/s, Buurtbel": bench.our_rates, "highest/s, call files": bench.files_rates}
    rows += [f"  {name:24} {_row(sorted(found))}" for name, found in rates.items()]
    return "\n".join(["spread of the rounds and of the searches:", *rows])


def targets_line(bench: Bench) -> str:
    """Which targets are met."""
    return "targets: " + ", ".join(filter(None, (figure.judged(bench) for figure in FIGURES)))


def last_line(bench: Bench) -> str:
    return "calls: " + " ".join(figure.told(bench) for figure in FIGURES)


def _row(values: Sequence[float]) -> str:
    return "  ".join(f"{value:.2f}" for value in values)
