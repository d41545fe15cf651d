"""Broadcasts that follow others: which, of what kind, for whom, and what is said in place of the first"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("broadcast", sa.Column("follows", sa.Integer(), sa.ForeignKey("broadcast.id")))
    op.create_index("ix_broadcast_follows", "broadcast", ["follows"])
    op.add_column("broadcast", sa.Column("kind", sa.String(20)))
    op.add_column("broadcast", sa.Column("whom", sa.String(20)))
    op.add_column("broadcast", sa.Column("replaced_by", sa.Integer(), sa.ForeignKey("broadcast.id")))
    op.add_column(
        "recipient_number", sa.Column("is_owed", sa.Boolean(), server_default="false", nullable=False)
    )
    op.add_column("member_report", sa.Column("answered_with", sa.Integer(), sa.ForeignKey("broadcast.id")))
