"""Members who leave by phone, and codes of alerts for callers whom nobody knows"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

INSTANT = postgresql.TIMESTAMP(timezone=True)
NOW = sa.text("clock_timestamp()")


def upgrade() -> None:
    op.add_column("broadcast", sa.Column("code", sa.String(length=6), nullable=True))
    op.create_table(
        "leave_wish",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("e164", sa.String(length=16), nullable=False),
        sa.Column("asked_at", INSTANT, server_default=NOW, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leave_wish")),
    )
    op.create_index("ix_leave_wish_e164", "leave_wish", ["e164", "asked_at"])
    op.create_table(
        "leave_call",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("wish_id", sa.Integer(), nullable=False),
        sa.Column("node", sa.String(length=100), nullable=False),
        sa.Column("placed_at", INSTANT, server_default=NOW, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.ForeignKeyConstraint(
            ["wish_id"], ["leave_wish.id"], name=op.f("fk_leave_call_wish_id_leave_wish"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leave_call")),
    )
    op.create_index(
        "uq_leave_call_open",
        "leave_call",
        ["wish_id"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index("ix_leave_call_wish_id", "leave_call", ["wish_id"])
