"""How people read a moment: on the clock of the zone, never of the machine that happens to tell it."""

from datetime import datetime
from zoneinfo import ZoneInfo


def day(at: datetime, clock: ZoneInfo) -> str:
    """`30/11/2026`."""
    return f"{at.astimezone(clock):%d/%m/%Y}"


def day_and_time(at: datetime, clock: ZoneInfo) -> str:
    """`30/11/2026 03:04`."""
    return f"{at.astimezone(clock):%d/%m/%Y %H:%M}"


def time_of(at: datetime, clock: ZoneInfo, *, now: datetime, seconds: bool = False) -> str:
    """`03:04`, with the day in front when that is another than today's."""
    shown, today = at.astimezone(clock), now.astimezone(clock).date()
    day = "" if shown.date() == today else f"{shown:%d/%m} "
    return f"{day}{shown:%H:%M:%S}" if seconds else f"{day}{shown:%H:%M}"


def moment(at: datetime, clock: ZoneInfo) -> str:
    """`30/11 03:04:05.123`."""
    shown = at.astimezone(clock)
    return f"{shown:%d/%m %H:%M:%S}.{shown.microsecond // 1000:03}"


def iso(at: datetime | None, clock: ZoneInfo) -> str:
    """ISO 8601 with the offset of that clock; empty for what has not been."""
    return at.astimezone(clock).isoformat(timespec="milliseconds") if at else ""
