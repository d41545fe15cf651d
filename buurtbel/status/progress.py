"""How far a broadcast is, and how far one call of it, in words for people."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from broadcast.listing import Steered
from broadcast.results.results import PlacedCall, Progress, RecipientResults
from broadcast.states import AttemptState, RecipientState, Result
from buurtbel.times import time_of

WAITS_FOR_A_LINE, WAITS_PAUSED = "waits for a line", "waits until it is resumed"


def progress_line(seen: Progress, clock: ZoneInfo) -> str:
    """One line that can be read from afar."""
    results = " ".join(
        f"{result.words} {seen.results.get(result, 0)}"
        for result in reversed(Result)
        if result is not Result.CALLED_BACK or result in seen.results  # most trunks know of none
    )
    elapsed = (seen.now - seen.started_at).total_seconds()
    parts = [
        f"{elapsed:4.0f} s",
        results,
        f"being called {seen.being_called}",
        _waiting(seen, clock),
        f"to go {seen.to_go} of {seen.recipients}",
    ]
    if seen.unwritten:
        parts.append(f"{seen.unwritten} still being written")
    if seen.beside:
        parts.append(f"beside {', '.join(map(str, seen.beside))}")
    if seen.callers:
        parts.append(callers_say(seen.callers, seen.lines))
    if held_back := steered_says(seen.steered, seen.expires_at, now=seen.now, clock=clock):
        parts.append(held_back)
    if seen.stopped_at:
        parts.append(stop_says(seen.replaced_by))
    if seen.code_withdrawn_at:
        parts.append("code withdrawn")
    if seen.trunk_fault:
        parts.append(f"CALLS WAIT! {seen.trunk_fault}")
    return " | ".join(parts)


def stop_says(replaced_by: int | None) -> str:
    """That a broadcast was taken back, and what is said in its place."""
    return "stopped" if replaced_by is None else f"replaced by {replaced_by}"


def callers_say(callers: int, lines: int) -> str:
    """How many lines callers hold."""
    return f"callers hold {callers} of {lines} lines"


def steered_says(steered: Steered, expires_at: datetime, *, now: datetime, clock: ZoneInfo) -> str:
    """How officers hold it back; empty while they do not."""
    until = f"expires at {time_of(expires_at, clock, now=now)}"
    if steered.paused_at is not None:
        since = time_of(steered.paused_at, clock, now=now)
        return f"PAUSED by {steered.paused_by} since {since}, {until}"
    rate, lines = steered.calls_per_second, steered.most_lines
    limits = [f"{rate:g} calls a second"] if rate is not None else []
    limits += [f"{lines} line{'s' if lines > 1 else ''}"] if lines is not None else []
    return f"slowed to {' and '.join(limits)}, {until}" if limits else ""


def _waiting(seen: Progress, clock: ZoneInfo) -> str:
    if not seen.waiting:
        return "waiting 0"
    if seen.trunk_fault:
        return f"waiting {seen.waiting}, for the trunk"
    if seen.steered.paused_at is not None:
        return f"waiting {seen.waiting}, until it is resumed"
    if seen.next_due is None or seen.next_due <= seen.now:
        return f"waiting {seen.waiting}, for a line{' or a telephone' if seen.beside else ''}"
    return f"waiting {seen.waiting}, next at {time_of(seen.next_due, clock, now=seen.now, seconds=True)}"


def call_says(
    call: PlacedCall, recipient: RecipientResults, *, now: datetime, clock: ZoneInfo, is_paused: bool = False
) -> str:
    """What became of a call, or how it stands."""
    if call.outcome is not None:
        return call.outcome.value
    if call.state is AttemptState.DIALLING:
        return "being called"
    if call.due_at <= now:
        return WAITS_PAUSED if is_paused else WAITS_FOR_A_LINE
    when = time_of(call.due_at, clock, now=now)
    was_called = any(one.outcome is not None for one in recipient.calls)
    return f"waits, again at {when}" if was_called else f"waits until {when}"


def calls_say(
    recipient: RecipientResults, *, now: datetime, clock: ZoneInfo, is_paused: bool = False
) -> Sequence[str]:
    """Each call of a person with its number, and that they wait for one where none is planned yet."""
    told = [
        f"{call.number} {call_says(call, recipient, now=now, clock=clock, is_paused=is_paused)}"
        for call in recipient.calls
    ]
    is_planned = any(call.outcome is None for call in recipient.calls)
    waits = WAITS_PAUSED if is_paused else WAITS_FOR_A_LINE
    return told if is_planned or recipient.state is RecipientState.FINAL else [*told, waits]


def person_says(recipient: RecipientResults) -> str:
    """What they got, and what is still to come."""
    notes = ["to go"] if recipient.state is not RecipientState.FINAL else []
    notes += [f"left on {recipient.left_on}"] if recipient.left_on else []
    notes += ["only dead numbers"] if not recipient.numbers else []
    return f"{recipient.result.words} ({', '.join(notes)})" if notes else recipient.result.words
