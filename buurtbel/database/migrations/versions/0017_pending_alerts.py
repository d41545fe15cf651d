"""Alerts by phone that wait for a call to the officer's registered number, and those calls"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

INSTANT = postgresql.TIMESTAMP(timezone=True)
NOW = sa.text("clock_timestamp()")


def upgrade() -> None:
    op.create_table(
        "pending_alert",
        sa.Column("request", sa.Uuid(), nullable=False),
        sa.Column("officer_id", sa.Integer(), nullable=False),
        sa.Column("networks", sa.ARRAY(sa.String(length=60)), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("audio", sa.String(length=64), nullable=True),
        sa.Column("asked_at", INSTANT, server_default=NOW, nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["officer_id"],
            ["officer.id"],
            name=op.f("fk_pending_alert_officer_id_officer"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["audio"], ["audio.sha256"], name=op.f("fk_pending_alert_audio_audio")),
        sa.PrimaryKeyConstraint("request", name=op.f("pk_pending_alert")),
    )
    op.create_index(
        "ix_pending_alert_open", "pending_alert", ["asked_at"], postgresql_where=sa.text("audio IS NOT NULL")
    )
    op.create_table(
        "release_call",
        sa.Column("request", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("node", sa.String(length=100), nullable=False),
        sa.Column("placed_at", INSTANT, server_default=NOW, nullable=False),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.ForeignKeyConstraint(
            ["request"],
            ["pending_alert.request"],
            name=op.f("fk_release_call_request_pending_alert"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_release_call")),
    )
    op.create_index(
        "uq_release_call_open",
        "release_call",
        ["request"],
        unique=True,
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index("ix_release_call_request", "release_call", ["request"])


def downgrade() -> None:
    op.drop_table("release_call")
    op.drop_table("pending_alert")
