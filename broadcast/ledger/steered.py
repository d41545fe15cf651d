"""Which alerts go on by themselves: those that nobody has paused or slowed down."""

from sqlalchemy import ColumnElement, or_

from broadcast.tables import Broadcast


def is_steered(alert: type[Broadcast] = Broadcast) -> ColumnElement[bool]:
    """It is paused or has a pace of its own, so that none of its attempts gets a job by itself."""
    return alert.paused_at.is_not(None) | is_paced(alert)


def is_paced(alert: type[Broadcast] = Broadcast) -> ColumnElement[bool]:
    """It has a pace of its own."""
    return or_(alert.calls_per_second.is_not(None), alert.most_lines.is_not(None))
