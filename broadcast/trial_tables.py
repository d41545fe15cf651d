"""Test calls that somebody asks for, as tables: never an attempt at a member."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Identity, Index, String, func
from sqlalchemy.orm import Mapped, mapped_column

from broadcast.own_call import LOST as CALL_LOST
from broadcast.own_call import OwnCall
from broadcast.tables import Instant
from storage.base import Base


class TrialOutcome(StrEnum):
    """What a test call came to, besides the outcomes (`Outcome`) of a call that nobody answered."""

    ANSWERED = "answered"
    UNPLACED = "unplaced"
    """The PBX had no way out for it, or our own rules forbid the number."""
    LOST = CALL_LOST
    """The call vanished with a node; it is not placed again."""


class TrialOrder(Base):
    """A test call that was asked for; a day later it is forgotten."""

    __tablename__ = "trial_order"

    id: Mapped[int] = mapped_column(Identity(), primary_key=True)
    e164: Mapped[str] = mapped_column(String(16))
    language: Mapped[str] = mapped_column(String(2))
    ordered_at: Mapped[datetime] = mapped_column(Instant, server_default=func.clock_timestamp())


class TrialCall(OwnCall, Base):
    """The one call for an order."""

    __tablename__ = "trial_call"
    __table_args__ = (Index("uq_trial_call_order_id", "order_id", unique=True),)

    order_id: Mapped[int] = mapped_column(ForeignKey("trial_order.id", ondelete="CASCADE"))
    rang_after: Mapped[float | None]
    """Seconds from placing it to the first sign of a telephone (180, 183); none came without it."""
    answered_after: Mapped[float | None]
    """Seconds from placing it to the answer."""
    key: Mapped[str | None] = mapped_column(String(1))
    """What was pressed."""
    was_hung_up: Mapped[bool | None]
    """By whoever answered, before we did."""
    sip_status: Mapped[int | None]
