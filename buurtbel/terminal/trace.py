"""What `buurtbel trace` shows: one call, line by line."""

from uuid import UUID
from zoneinfo import ZoneInfo

from buurtbel.status.trace import Trace
from buurtbel.terminal.plain_table import one_line, table
from buurtbel.times import moment


def short(attempt: UUID) -> str:
    """The beginning of an id, by which an attempt is asked for."""
    return str(attempt)[:8]


def trace_table(found: Trace, clock: ZoneInfo) -> str:
    """Which call it is, and a line for each thing that happened, in the zone's own time."""
    call = found.call
    about = [f"{call.kind} {call.id}"]
    about += [] if call.broadcast is None else [f"broadcast {call.broadcast}"]
    about += [" / ".join(call.names)] if call.names else []
    about += [call.number] if call.number else []
    about += [f"node {call.node}"] if call.node else []
    events = table(
        clock.key,
        "from",
        "what happened",
        rows=[(moment(event.at, clock), event.source, event.says) for event in found.events],
    )
    return f"{one_line(', '.join(about))}\n{events}"
