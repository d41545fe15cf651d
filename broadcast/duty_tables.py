"""Calls to the officer on duty, as a table."""

from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from broadcast.own_call import LOST as CALL_LOST
from broadcast.own_call import OPEN, OwnCall
from storage.base import Base


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
    LOST = CALL_LOST
    """The call vanished with a node; it does not count as one."""


class DutyCall(OwnCall, Base):
    """One call to one officer for one report."""

    __tablename__ = "duty_call"
    __table_args__ = (
        Index("uq_duty_call_open_report", "report_id", unique=True, postgresql_where=OPEN),
        Index("uq_duty_call_open_officer", "officer_id", unique=True, postgresql_where=OPEN),
        Index("uq_duty_call_open_reporter", "reporter", unique=True, postgresql_where=OPEN),
        Index("ix_duty_call_reporter", "reporter"),
        Index("ix_duty_call_officer_id", "officer_id"),
        Index("ix_duty_call_report_id", "report_id"),
    )

    report_id: Mapped[int] = mapped_column(ForeignKey("member_report.id", ondelete="CASCADE"))
    reporter: Mapped[str | None] = mapped_column(String(16))
    """That of the report; None in calls of before there was one."""
    officer_id: Mapped[int] = mapped_column(ForeignKey("officer.id", ondelete="CASCADE"))
