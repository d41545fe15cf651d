"""Alerts by phone that wait for a call to the officer's registered number, as tables."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ARRAY, ForeignKey, Index, String, func, text
from sqlalchemy.orm import Mapped, mapped_column

from broadcast.own_call import LOST as CALL_LOST
from broadcast.own_call import OPEN, OwnCall
from broadcast.tables import Instant
from storage.base import Base


class ReleaseOutcome(StrEnum):
    """What a call to the officer's registered number came to; without one it is under way."""

    SENT = "sent"
    """The alert was released, and has begun."""
    FAILED = "failed"
    """It was released, and may not be sent any more."""
    KEPT = "kept"
    """Whoever answered did not release it."""
    UNANSWERED = "unanswered"
    LOST = CALL_LOST
    """The call vanished with a node; it does not count as one."""


class PendingAlert(Base):
    """An alert that an officer spoke, and that goes out only once their registered number releases it."""

    __tablename__ = "pending_alert"
    __table_args__ = (Index("ix_pending_alert_open", "asked_at", postgresql_where=text("audio IS NOT NULL")),)

    request: Mapped[UUID] = mapped_column(primary_key=True)
    """That of its broadcast, of which there is never a second one."""
    officer_id: Mapped[int] = mapped_column(ForeignKey("officer.id", ondelete="CASCADE"))
    networks: Mapped[list[str]] = mapped_column(ARRAY(String(60)))
    urgent: Mapped[bool]
    language: Mapped[str] = mapped_column(String(2))
    audio: Mapped[str | None] = mapped_column(ForeignKey("audio.sha256"))
    """What was said; None when nobody waits for it any more."""
    asked_at: Mapped[datetime] = mapped_column(Instant, server_default=func.clock_timestamp())
    due_at: Mapped[datetime] = mapped_column(Instant)
    """When the officer has hung up, as far as is known: it may be the same telephone."""


class ReleaseCall(OwnCall, Base):
    """One call that asks whether it may go."""

    __tablename__ = "release_call"
    __table_args__ = (
        Index("uq_release_call_open", "request", unique=True, postgresql_where=OPEN),
        Index("ix_release_call_request", "request"),
    )

    request: Mapped[UUID] = mapped_column(ForeignKey("pending_alert.request", ondelete="CASCADE"))
