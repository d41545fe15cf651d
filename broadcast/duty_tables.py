"""Calls to the officer on duty, as a table."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, func, text
from sqlalchemy.orm import Mapped, mapped_column

from broadcast.tables import Instant
from storage.base import Base

OPEN = text("ended_at IS NULL")


class DutyOutcome(StrEnum):
    """What a call to an officer on duty came to; without one it is under way."""

    NOT_PROVED = "not_proved"
    """Nobody answered, or nobody who knows the PIN: an answering machine does not."""
    HEARD = "heard"
    """The officer heard the report and left it."""
    TAKEN = "taken"
    """The officer claimed it, or made an alert of it."""
    WITHDRAWN = "withdrawn"
    """Somebody else took the report while it rang."""
    LOST = "lost"
    """The call vanished with a node; it does not count as one."""


class DutyCall(Base):
    """One call to one officer for one report; its id is the id of the channel. Written before it rings."""

    __tablename__ = "duty_call"
    __table_args__ = (
        Index("uq_duty_call_open_report", "report_id", unique=True, postgresql_where=OPEN),
        Index("uq_duty_call_open_officer", "officer_id", unique=True, postgresql_where=OPEN),
        Index("ix_duty_call_report_id", "report_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("member_report.id", ondelete="CASCADE"))
    officer_id: Mapped[int] = mapped_column(ForeignKey("officer.id", ondelete="CASCADE"))
    node: Mapped[str] = mapped_column(String(100))
    placed_at: Mapped[datetime] = mapped_column(Instant, server_default=func.clock_timestamp())
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    outcome: Mapped[DutyOutcome | None] = mapped_column(String(20))
