"""What every table of calls that belong to no broadcast has."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import String, func, text
from sqlalchemy.orm import Mapped, mapped_column

from broadcast.states import Outcome
from broadcast.tables import Instant

LOST = Outcome.LOST.value
"""Outcome of a call that vanished with a node; it does not count as one."""
OPEN = text("ended_at IS NULL")


class OwnCall:
    """The columns of such a table; a call without an end is under way."""

    id: Mapped[UUID] = mapped_column(primary_key=True)
    node: Mapped[str] = mapped_column(String(100))
    placed_at: Mapped[datetime] = mapped_column(Instant, server_default=func.clock_timestamp())
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    outcome: Mapped[str | None] = mapped_column(String(20))
