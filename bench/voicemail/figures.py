"""The figures of `make bench-voicemail`, from its calls, and what they are held against."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import mean

from bench.calls.runs import percentile
from bench.voicemail.calls import Called

NONE = float("nan")
Calls = Sequence[Called]


@dataclass(frozen=True, slots=True)
class VoicemailFigure:
    name: str
    decimals: int
    of: Callable[[Calls], float]
    reached: Callable[[float], bool] | None = None
    """None: a count, which has no target."""
    target: str = ""

    def told(self, calls: Calls) -> str:
        return f"{self.name}={self.of(calls):.{self.decimals}f}"


def machines(calls: Calls) -> list[Called]:
    """Boxes that can take the message."""
    return [call for call in calls if call.is_machine]


def people(calls: Calls) -> list[Called]:
    """People who stay."""
    return [call for call in calls if call.is_person]


def share(truths: Iterable[bool]) -> float:
    """The part that is true; of nothing, not a number."""
    row = list(truths)
    return sum(row) / len(row) if row else NONE


def complete(calls: Calls) -> float:
    return share(call.measures.whole for call in calls)


def judged(calls: Calls) -> float:
    return share(call.is_judged_right for call in calls)


def first_syllable(calls: Calls) -> float:
    """Milliseconds from the answer to the first sound, 95th percentile of the calls that had one."""
    firsts = [call.first_sound for call in calls if call.is_timed]
    heard = sorted(first for first in firsts if first is not None)
    return percentile(heard, 0.95) * 1000


def first_packet_line(calls: Calls) -> str:
    """From the answer to the first packet of sound."""
    firsts = sorted(call.measures.first_packet for call in calls if call.is_timed and call.first_sound)
    late = percentile(firsts, 0.95) * 1000
    return f"first packet: p95={late:.0f} ms after the answer, <= 150 {'met' if late <= 150 else 'MISSED'}"


def longest_silence(calls: Calls) -> float:
    return max((call.measures.longest_silence for call in calls if call.is_timed), default=NONE)


def line_time(calls: Calls, *, suppresses: bool) -> float:
    """Of the boxes that can take the message, on lines that do or do not suppress silence."""
    lines = [call.line_time for call in machines(calls) if call.neighbour.suppresses == suppresses]
    known = [line for line in lines if line is not None]
    return mean(known) if known else NONE


FIGURES = (
    VoicemailFigure("machines", 0, lambda calls: len(machines(calls))),
    VoicemailFigure("complete", 3, lambda calls: complete(machines(calls)), lambda v: v >= 1, "1.00"),
    VoicemailFigure("judged", 3, lambda calls: judged(machines(calls)), lambda v: v >= 0.97, ">= .97"),
    VoicemailFigure("people", 0, lambda calls: len(people(calls))),
    VoicemailFigure("complete", 3, lambda calls: complete(people(calls)), lambda v: v >= 1, "1.00"),
    VoicemailFigure("judged", 3, lambda calls: judged(people(calls)), lambda v: v >= 0.97, ">= .97"),
    VoicemailFigure("first_syllable_ms_p95", 0, first_syllable, lambda v: v <= 300, "<= 300"),
    VoicemailFigure("longest_silence_s", 2, longest_silence, lambda v: v <= 1.5, "<= 1.5"),
    VoicemailFigure(
        "line_time_ratio", 2, lambda calls: line_time(calls, suppresses=False), lambda v: v <= 1.1, "<= 1.1"
    ),
    VoicemailFigure(
        "line_time_ratio_dtx",
        2,
        lambda calls: line_time(calls, suppresses=True),
        lambda v: v <= 1.6,
        "<= 1.6",
    ),
)


def targets_line(calls: Calls) -> str:
    told, whose = [], ""
    for figure in FIGURES:
        if figure.reached is None:
            whose = f"{figure.name} "
            continue
        verdict = "met" if figure.reached(figure.of(calls)) else "MISSED"
        told.append(
            f"{whose if figure.name in {'complete', 'judged'} else ''}{figure.name} {figure.target} {verdict}"
        )
    return "targets: " + ", ".join(told)


def last_line(calls: Calls) -> str:
    return "voicemail: " + " ".join(figure.told(calls) for figure in FIGURES)


def outcomes_line(calls: Calls) -> str:
    """Whether what was reported of each call is borne out by what its phone recorded."""
    false = sum(not call.is_borne_out for call in calls)
    return f"outcomes: calls={len(calls)} not_borne_out={false} <= 0 {'MISSED' if false else 'met'}"


def echo_line(calls: Calls) -> str:
    """What the message suffered on lines that send our own voice back."""
    echoing = [call for call in calls if call.neighbour.echo is not None]
    restarts = max((call.most_restarts for call in echoing), default=0)
    longest = max((call.whole_passes for call in echoing), default=0)
    verdict = "met" if is_spared(calls) else "MISSED"
    return (
        f"echo: calls={len(echoing)} most_restarts_before_whole={restarts} <= 3, "
        f"longest_call_passes={longest} <= 2 {verdict}"
    )


def is_spared(calls: Calls) -> bool:
    """On lines with echo: few restarts before a whole pass, and after two the call ends by itself."""
    echoing = [call for call in calls if call.neighbour.echo is not None]
    return all(call.most_restarts <= 3 and call.whole_passes <= 2 for call in echoing)


def all_reached(calls: Calls) -> bool:
    figures = all(one.reached is None or one.reached(one.of(calls)) for one in FIGURES)
    return figures and is_spared(calls) and all(call.is_borne_out for call in calls)
