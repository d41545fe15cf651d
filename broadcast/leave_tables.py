"""Members who ask by phone to leave, and the calls that make sure of it, as tables."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Identity, Index, String, func
from sqlalchemy.orm import Mapped, mapped_column

from broadcast.own_call import LOST as CALL_LOST
from broadcast.own_call import OPEN, OwnCall
from broadcast.tables import Instant
from storage.base import Base


class LeaveOutcome(StrEnum):
    """What a call to whoever asked to leave came to; without one it is under way."""

    LEFT = "left"
    """The key was pressed."""
    STAYED = "stayed"
    """Somebody put the phone down instead, or pressed another key."""
    UNANSWERED = "unanswered"
    """By a person: an answering machine presses no key either."""
    LOST = CALL_LOST
    """The call vanished with a node; it does not count as one."""


class LeaveWish(Base):
    """Somebody who called from this number asked to leave. Caller id can be forged: only a call tells."""

    __tablename__ = "leave_wish"
    __table_args__ = (Index("ix_leave_wish_e164", "e164", "asked_at"),)

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    e164: Mapped[str] = mapped_column(String(16))
    asked_at: Mapped[datetime] = mapped_column(Instant, server_default=func.clock_timestamp())


class LeaveCall(OwnCall, Base):
    """One call to the number that a wish came from."""

    __tablename__ = "leave_call"
    __table_args__ = (
        Index("uq_leave_call_open", "wish_id", unique=True, postgresql_where=OPEN),
        Index("ix_leave_call_wish_id", "wish_id"),
    )

    wish_id: Mapped[int] = mapped_column(ForeignKey("leave_wish.id", ondelete="CASCADE"))
