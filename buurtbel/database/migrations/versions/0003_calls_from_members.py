"""Calls from members: what they confirm by calling back, and what they report"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

INSTANT = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.alter_column("attempt", "outcome", type_=sa.String(length=30), existing_nullable=True)
    op.create_table(
        "member_report",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("recording", sa.Uuid(), nullable=False),
        sa.Column("node", sa.String(length=100), nullable=False),
        sa.Column("state", sa.String(length=20), server_default="recording", nullable=False),
        sa.Column("created_at", INSTANT, server_default=sa.text("now()"), nullable=False),
        sa.Column("e164", sa.String(length=16), nullable=True),
        sa.Column("member_id", sa.Integer(), nullable=True),
        sa.Column("network_id", sa.Integer(), nullable=True),
        sa.Column("broadcast_id", sa.Integer(), nullable=True),
        sa.Column("audio", sa.String(length=64), nullable=True),
        sa.Column("kept_at", INSTANT, nullable=True),
        sa.Column("claimed_by", sa.String(length=100), nullable=True),
        sa.Column("claimed_at", INSTANT, nullable=True),
        sa.Column("worth", sa.String(length=20), nullable=True),
        sa.Column("judged_by", sa.String(length=100), nullable=True),
        sa.Column("judged_at", INSTANT, nullable=True),
        sa.ForeignKeyConstraint(
            ["member_id"],
            ["member.id"],
            name=op.f("fk_member_report_member_id_member"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["network_id"], ["network.id"], name=op.f("fk_member_report_network_id_network")
        ),
        sa.ForeignKeyConstraint(
            ["broadcast_id"], ["broadcast.id"], name=op.f("fk_member_report_broadcast_id_broadcast")
        ),
        sa.ForeignKeyConstraint(["audio"], ["audio.sha256"], name=op.f("fk_member_report_audio_audio")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_report")),
        sa.UniqueConstraint("recording", name=op.f("uq_member_report_recording")),
    )
    op.create_index(
        "ix_member_report_recording",
        "member_report",
        ["node"],
        unique=False,
        postgresql_where=sa.text("state = 'recording'"),
    )
    op.create_index(
        "ix_member_report_open",
        "member_report",
        ["id"],
        unique=False,
        postgresql_where=sa.text("state IN ('new', 'claimed')"),
    )
