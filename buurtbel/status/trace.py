"""One call's life: what its rows tell and what this machine's logs said of it, merged by time."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from broadcast.engine.call_ids import CallIds
from broadcast.errors import UnknownCall
from broadcast.results.trace import TracedCall, TracedEvent, in_order
from embedded.logs import BoundedLog, LogLine, read_line

QUIET_LEVEL = "INFO"
"""Of what is as it should be: any other stands before what is said."""


@dataclass(slots=True)
class LogsRead:
    """What logs say of one call, and how far they reach back."""

    events: list[TracedEvent] = field(default_factory=list)
    reach_back_to: datetime | None = None
    """The first event that they still have; None when they have none."""
    unread: list[str] = field(default_factory=list)
    """Files that are there and cannot be read, each with the reason."""


@dataclass(frozen=True, slots=True)
class Trace:
    """A call with everything that is known of it, in the order of time."""

    call: TracedCall
    events: Sequence[TracedEvent]
    lacks: Sequence[str]
    """What cannot be told, each one sentence."""


def merged(call: TracedCall, logs: Sequence[BoundedLog], node: str) -> Trace:
    """Merge them; `node` is this machine, whose logs these are.

    Raises UnknownCall when neither row nor log knows the call.
    """
    read = read_logs(logs, call.id)
    if not call.events and not read.events:
        raise UnknownCall(call=call.id)
    return Trace(call, in_order([*call.events, *read.events]), [*_lacks(call, read, node)])


def read_logs(logs: Sequence[BoundedLog], call: str) -> LogsRead:
    """Every event of this call that is still in them. Nothing that stands in a line is obeyed or raised.

    The first is the line's, which tells of every call: it says how far back they reach.
    """
    found, seen = LogsRead(), set[str]()
    for log in logs:
        for file in log.files:  # the newest first: what is set aside meanwhile is met twice, and not missed
            try:
                began_at = _read(file, call, found.events, seen)
            except FileNotFoundError:
                continue
            except OSError as fault:
                found.unread.append(f"{file.name} cannot be read ({fault.strerror}).")
                continue
            if log is logs[0] and began_at is not None:
                found.reach_back_to = min(found.reach_back_to or began_at, began_at)
    return found


def _read(file: Path, call: str, events: list[TracedEvent], seen: set[str]) -> datetime | None:
    """Add its events of this call that were not seen before; returns when it begins."""
    began_at: datetime | None = None
    with open(file, errors="replace", newline="\n", opener=_opened) as lines:
        for text in lines:
            # Most lines are of other calls: these are not looked at any closer.
            if began_at is not None and call not in text:
                continue
            line = read_line(text)
            if line is None:
                continue
            began_at = began_at or line.at
            ids = CallIds.read(line.about)
            if ids is not None and ids.are_of(call) and text not in seen:
                seen.add(text)
                events.append(TracedEvent(line.at, file.name, _says(line)))
    return began_at


def _opened(file: str, flags: int) -> int:
    """As logs are written: no link is followed, and nothing is waited for."""
    return os.open(file, flags | os.O_NOFOLLOW | os.O_NONBLOCK)


def _says(line: LogLine) -> str:
    return line.text if line.level == QUIET_LEVEL else f"{line.level}: {line.text}"


def _lacks(call: TracedCall, read: LogsRead, node: str) -> Iterator[str]:
    yield from read.unread
    if call.node not in (None, node):
        yield f"Node {call.node} led this call: its log is on that machine."
    elif read.reach_back_to is None:
        if not read.unread:
            yield "There is no log here: only rows are told."
    elif call.began_at is not None and call.began_at < read.reach_back_to:
        yield "The log does not reach back to this call: what it said of its beginning is gone."
