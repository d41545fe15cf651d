"""The table of alerts that are being written."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, DateTime, ForeignKey, Index, String, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base


class KeptDraft(Base):
    """An alert as far as it is written; the row goes when the alert begins."""

    __tablename__ = "kept_draft"
    __table_args__ = (Index("ix_kept_draft_due_at", "due_at", postgresql_where=text("due_at IS NOT NULL")),)

    request: Mapped[UUID] = mapped_column(primary_key=True)
    """That of the broadcast that it becomes: of one request there are never two."""
    user_id: Mapped[int] = mapped_column(ForeignKey("screen_user.id", ondelete="CASCADE"), index=True)
    street: Mapped[str] = mapped_column(String(120), default="", server_default="")
    """What was typed to find its networks."""
    networks: Mapped[list[str]] = mapped_column(ARRAY(String(60)), default=list, server_default="{}")
    texts: Mapped[dict[str, str]] = mapped_column(JSONB, default=dict, server_default="{}")
    urgent: Mapped[bool | None]
    """None until somebody has said so."""
    report_id: Mapped[int | None] = mapped_column(ForeignKey("member_report.id", ondelete="CASCADE"))
    follows: Mapped[int | None] = mapped_column(ForeignKey("broadcast.id", ondelete="CASCADE"))
    kind: Mapped[str | None] = mapped_column(String(20))
    changed_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=func.clock_timestamp()
    )
    due_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """When it begins, unless it is cancelled before; None while it is written."""
    not_begun_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    """When it should have begun and could not; None since it was written again."""
