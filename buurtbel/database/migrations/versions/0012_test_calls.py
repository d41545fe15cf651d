"""Test calls that are ordered, and what came of them"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

INSTANT = postgresql.TIMESTAMP(timezone=True)
NOW = sa.text("clock_timestamp()")


def upgrade() -> None:
    op.create_table(
        "trial_order",
        sa.Column("id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("e164", sa.String(length=16), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("ordered_at", INSTANT, server_default=NOW, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trial_order")),
    )
    op.create_table(
        "trial_call",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("order_id", sa.Integer(), nullable=False),
        sa.Column("rang_after", sa.Float(), nullable=True),
        sa.Column("answered_after", sa.Float(), nullable=True),
        sa.Column("key", sa.String(length=1), nullable=True),
        sa.Column("was_hung_up", sa.Boolean(), nullable=True),
        sa.Column("sip_status", sa.Integer(), nullable=True),
        sa.Column("node", sa.String(length=100), nullable=False),
        sa.Column("placed_at", INSTANT, server_default=NOW, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.ForeignKeyConstraint(
            ["order_id"],
            ["trial_order.id"],
            name=op.f("fk_trial_call_order_id_trial_order"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trial_call")),
    )
    op.create_index("uq_trial_call_order_id", "trial_call", ["order_id"], unique=True)
