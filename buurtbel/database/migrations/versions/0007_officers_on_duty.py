"""Officers on duty, and the calls that ring them"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0005"
branch_labels = None
depends_on = None

INSTANT = postgresql.TIMESTAMP(timezone=True)
OPEN = sa.text("ended_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "duty",
        sa.Column("officer_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["officer.id"], name=op.f("fk_duty_officer_id_officer"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("officer_id", name=op.f("pk_duty")),
        sa.UniqueConstraint("position", name=op.f("uq_duty_position")),
    )
    op.create_table(
        "duty_call",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Integer(), nullable=False),
        sa.Column("officer_id", sa.Integer(), nullable=False),
        sa.Column("node", sa.String(length=100), nullable=False),
        sa.Column("placed_at", INSTANT, server_default=sa.text("clock_timestamp()"), nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.ForeignKeyConstraint(
            ["report_id"],
            ["member_report.id"],
            name=op.f("fk_duty_call_report_id_member_report"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["officer_id"], ["officer.id"], name=op.f("fk_duty_call_officer_id_officer"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duty_call")),
    )
    op.create_index(
        "uq_duty_call_open_report", "duty_call", ["report_id"], unique=True, postgresql_where=OPEN
    )
    op.create_index(
        "uq_duty_call_open_officer", "duty_call", ["officer_id"], unique=True, postgresql_where=OPEN
    )
    op.create_index("ix_duty_call_report_id", "duty_call", ["report_id"])
