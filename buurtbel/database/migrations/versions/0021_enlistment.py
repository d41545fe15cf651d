"""How far the recipients of a broadcast are written, while its first phones ring"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "enlistment",
        sa.Column("broadcast_id", sa.Integer(), nullable=False),
        sa.Column("networks", postgresql.ARRAY(sa.Integer()), nullable=False),
        sa.Column("after", sa.Integer(), nullable=False),
        sa.Column("until", sa.Integer(), nullable=False),
        sa.Column("dead_again", sa.Float(), nullable=False),
        sa.Column("unwritten", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["broadcast_id"], ["broadcast.id"], name=op.f("fk_enlistment_broadcast_id_broadcast")
        ),
        sa.PrimaryKeyConstraint("broadcast_id", name=op.f("pk_enlistment")),
    )
