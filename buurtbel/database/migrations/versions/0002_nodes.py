"""Nodes and their leases"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    instant = postgresql.TIMESTAMP(timezone=True)
    op.create_table(
        "node",
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("installation", sa.Uuid(), nullable=False),
        sa.Column("boot", sa.Uuid(), nullable=False),
        sa.Column("term", sa.Integer(), nullable=False),
        sa.Column("leased_until", instant, nullable=False),
        sa.Column("renewed_at", instant, nullable=False),
        sa.Column("drained_at", instant, nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_node")),
    )
