"""When a member may be rung: an urgent alert always, anything else by the clock on the member's own wall."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Allowed:
    """Call now."""


@dataclass(frozen=True, slots=True)
class HeldUntil:
    """Not now; the member's hours begin at this moment (aware, UTC)."""

    at: datetime


def may_send_now(
    urgent: bool, hours_from: time, hours_until: time, now: datetime, zone: ZoneInfo
) -> Allowed | HeldUntil:
    """Tell whether a member may be rung at `now`, which must be aware, and if not, from when.

    The hours run from `hours_from` up to but not including `hours_until`, as read on a wall clock in `zone`.
    They may run over midnight; when both are equal they are the whole day.
    """
    if now.tzinfo is None:
        raise ValueError("The hours of a member need an aware time; hand over datetime.now(UTC).")
    if urgent or _is_open(hours_from, hours_until, now, zone):
        return Allowed()
    moments = _possible_openings(hours_from, now, zone)
    return HeldUntil(min(at for at in moments if at > now and _is_open(hours_from, hours_until, at, zone)))


def _is_open(hours_from: time, hours_until: time, at: datetime, zone: ZoneInfo) -> bool:
    clock = at.astimezone(zone).time()
    if hours_from < hours_until:
        return hours_from <= clock < hours_until
    return clock >= hours_from or clock < hours_until


def _possible_openings(hours_from: time, now: datetime, zone: ZoneInfo) -> list[datetime]:
    """List the moments at which the wall clock can come to read an open hour.

    Those are the start of the hours on each day, both times when the clock reads it twice, and the changes of
    the clock, which fall on a whole hour of UTC and can jump over the start of the hours or back into them.
    Four days, because hours that fall wholly in the one skipped in spring stay shut for almost two days.
    """
    today = now.astimezone(zone).date()
    days = [today + timedelta(days=n) for n in range(4)]
    starts = [
        datetime.combine(day, hours_from.replace(fold=fold), tzinfo=zone).astimezone(UTC)
        for day in days
        for fold in (0, 1)
    ]
    hour = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    return starts + [hour + timedelta(hours=n) for n in range(1, 49)]
