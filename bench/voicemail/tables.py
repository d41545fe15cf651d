"""What `make bench-voicemail` shows beside its figures: by kind, by greeting, and what went wrong."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from statistics import mean

from bench.voicemail.calls import Called
from bench.voicemail.figures import Calls, complete, judged, machines
from bench.voicemail.sides import SIDES

SLOWEST = 3
SHOWN_TALKS = 12


def by_kind(calls: Calls) -> str:
    """How many were judged right, kind by kind, and what the others were taken for."""
    rows = [f"{'kind':16} {'calls':>5} {'right':>6}  reported"]
    for kind, some in _grouped(calls, lambda call: str(call.neighbour.kind)).items():
        seen: dict[str, int] = defaultdict(int)
        for call in some:
            seen[call.reported.who] += 1
        told = ", ".join(f"{who} {count}" for who, count in sorted(seen.items(), key=lambda one: -one[1]))
        rows.append(f"{kind:16} {len(some):5} {judged(some):6.3f}  {told}")
    return "\n".join(rows)


def by_greeting(calls: Calls) -> str:
    """Boxes that can take the message, looked at from several sides, as a table for the docs."""
    rows = [
        "| box | calls | complete | judged | seconds on the line | of greeting + 2 passes |",
        "|---|---|---|---|---|---|",
    ]
    for side in SIDES:
        groups = _grouped(machines(calls), lambda call: side(call.neighbour))  # noqa: B023 - used at once
        rows += [_row(name, some) for name, some in groups.items()]
    return "\n".join(rows)


def _row(name: str, calls: Calls) -> str:
    seconds = [call.seconds for call in calls if call.seconds is not None]
    ratios = [call.line_time for call in calls if call.line_time is not None]
    on_the_line = f"{mean(seconds):.1f} | {mean(ratios):.2f}" if seconds else "- | -"
    return f"| {name} | {len(calls)} | {complete(calls):.2f} | {judged(calls):.2f} | {on_the_line} |"


def _grouped(calls: Calls, key: Callable[[Called], str]) -> dict[str, list[Called]]:
    groups: dict[str, list[Called]] = defaultdict(list)
    for call in sorted(calls, key=key):
        groups[key(call)].append(call)
    return groups


def silences(calls: Calls) -> str:
    """The calls with the longest silences."""
    timed = [call for call in calls if call.is_timed]
    worst = sorted(timed, key=lambda call: -call.measures.longest_silence)[:SLOWEST]
    told = ", ".join(
        f"{one.measures.longest_silence:.2f} s in {one.name} ({one.neighbour.shape})" for one in worst
    )
    return f"longest silences, of {len(timed)} calls recorded in true time: {told}"


def wrong(calls: Calls) -> str:
    """Every call that was reported or delivered wrongly, in short."""
    lines = [f"  {_short(call, faults)}" for call in calls if (faults := _faults(call))]
    return "\n".join([f"wrong: {len(lines)} of {len(calls)} calls", *lines])


def _faults(call: Called) -> list[str]:
    faults = []
    if not call.is_judged_right:
        faults.append(f"reported {call.reported.who}")
    if (call.is_machine or call.is_person) and not call.measures.whole:
        faults.append(f"not whole ({call.measures.pieces})")
    if not call.is_borne_out:
        faults.append(f"not borne out: {call.reported.outcome}")
    if call.measures.first_sound is None:
        faults.append("heard nothing")
    return faults


def _short(call: Called, faults: Sequence[str]) -> str:
    who, told = call.neighbour, call.reported
    line = f"echo {who.echo.db:.0f} dB {who.echo.ms:.0f} ms" if who.echo is not None else ""
    network = "suppresses" if who.suppresses else ""
    seconds = "-" if call.seconds is None else f"{call.seconds:.1f}"
    parts = (
        f"{call.name} {who.kind} [{who.shape}] {network} {line}".strip(),
        ", ".join(faults),
        f"{told.outcome} after {seconds} s, greeting {who.greeting_seconds:.1f} s",
        f"reason {told.evidence.get('reason', '-')}",
        f"talk {_stretches(told.evidence.get('talk', []))}",
        f"passes {_stretches(told.evidence.get('passes', []))}",
    )
    return "; ".join(parts)


def _stretches(rows: Sequence[Sequence[object]]) -> str:
    """`0.5-3.2` for each, `*` after a whole pass, `...` for those that are too many."""
    told = [_stretch(*row) for row in rows[:SHOWN_TALKS]]
    return " ".join([*told, "..."] if len(rows) > SHOWN_TALKS else told) or "none"


def _stretch(start: object, end: object, whole: object = False) -> str:
    return f"{start}-{'' if end is None else end}{'*' if whole else ''}"
