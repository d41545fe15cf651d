"""Alerts that are paused, that go slower than the trunk allows, or to which people are added"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, TIMESTAMP

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

INSTANT = TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.add_column("broadcast", sa.Column("paused_at", INSTANT, nullable=True))
    op.add_column("broadcast", sa.Column("paused_by", sa.String(length=100), nullable=True))
    op.add_column("broadcast", sa.Column("calls_per_second", sa.Double(), nullable=True))
    op.add_column("broadcast", sa.Column("most_lines", sa.Integer(), nullable=True))
    op.add_column(
        "broadcast", sa.Column("begun", ARRAY(INSTANT), server_default=sa.text("'{}'"), nullable=False)
    )
    op.add_column("broadcast", sa.Column("additions", sa.Integer(), server_default="0", nullable=False))
    op.add_column("broadcast", sa.Column("added_from", sa.Integer(), nullable=True))
    op.add_column("broadcast_text", sa.Column("position", sa.Integer(), server_default="0", nullable=False))
