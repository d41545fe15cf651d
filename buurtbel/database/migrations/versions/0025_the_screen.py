"""Who signs in on the screen, their sessions, and the alerts that they write there"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
NOW = sa.text("clock_timestamp()")
USER = "screen_user.id"


def upgrade() -> None:
    op.create_table(
        "screen_user",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), primary_key=True),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("folded", sa.String(200), nullable=False),
        sa.Column("role", sa.String(40), nullable=False),
        sa.Column("all_networks", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("language", sa.String(2), server_default="nl", nullable=False),
        sa.Column("password_hash", sa.String(200)),
        sa.Column("totp_secret", sa.String(64)),
        sa.Column("totp_step", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("removed_at", INSTANT),
        sa.CheckConstraint("role ~ '^[a-z_]+$'", name=op.f("ck_screen_user_role")),
        sa.CheckConstraint("language IN ('nl', 'fr', 'de', 'en')", name=op.f("ck_screen_user_language")),
    )
    op.create_index(
        "uq_screen_user_folded",
        "screen_user",
        ["folded"],
        unique=True,
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.create_table(
        "screen_user_network",
        sa.Column("user_id", sa.Integer(), sa.ForeignKey(USER, ondelete="CASCADE"), primary_key=True),
        sa.Column(
            "network_id", sa.Integer(), sa.ForeignKey("network.id", ondelete="CASCADE"), primary_key=True
        ),
    )
    op.create_index("ix_screen_user_network_network_id", "screen_user_network", ["network_id"])
    _sessions()
    _drafts()


def _sessions() -> None:
    op.create_table(
        "invitation",
        sa.Column("token_hash", sa.String(64), primary_key=True),
        sa.Column("user_id", sa.Integer(), sa.ForeignKey(USER, ondelete="CASCADE"), nullable=False),
        sa.Column("totp_secret", sa.String(64), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.UniqueConstraint("user_id", name=op.f("uq_invitation_user_id")),
    )
    op.create_table(
        "screen_session",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), primary_key=True),
        sa.Column("user_id", sa.Integer(), sa.ForeignKey(USER, ondelete="CASCADE"), nullable=False),
        sa.Column("token_hash", sa.String(64), nullable=False),
        sa.Column("opened_at", INSTANT, server_default=NOW, nullable=False),
        sa.Column("seen_at", INSTANT, server_default=NOW, nullable=False),
        sa.UniqueConstraint("token_hash", name=op.f("uq_screen_session_token_hash")),
    )
    op.create_index("ix_screen_session_user_id", "screen_session", ["user_id"])
    op.create_table(
        "screen_device",
        sa.Column("token_hash", sa.String(64), primary_key=True),
        sa.Column("user_id", sa.Integer(), sa.ForeignKey(USER, ondelete="CASCADE"), nullable=False),
        sa.Column("seen_at", INSTANT, server_default=NOW, nullable=False),
    )
    op.create_index("ix_screen_device_user_id", "screen_device", ["user_id"])


def _drafts() -> None:
    op.create_table(
        "kept_draft",
        sa.Column("request", sa.Uuid(), primary_key=True),
        sa.Column("user_id", sa.Integer(), sa.ForeignKey(USER, ondelete="CASCADE"), nullable=False),
        sa.Column("street", sa.String(120), server_default="", nullable=False),
        sa.Column("networks", sa.ARRAY(sa.String(60)), server_default="{}", nullable=False),
        sa.Column("texts", postgresql.JSONB(), server_default="{}", nullable=False),
        sa.Column("urgent", sa.Boolean()),
        sa.Column("report_id", sa.Integer(), sa.ForeignKey("member_report.id", ondelete="CASCADE")),
        sa.Column("follows", sa.Integer(), sa.ForeignKey("broadcast.id", ondelete="CASCADE")),
        sa.Column("kind", sa.String(20)),
        sa.Column("changed_at", INSTANT, server_default=NOW, nullable=False),
        sa.Column("due_at", INSTANT),
        sa.Column("not_begun_at", INSTANT),
    )
    op.create_index("ix_kept_draft_user_id", "kept_draft", ["user_id"])
    op.create_index(
        "ix_kept_draft_due_at", "kept_draft", ["due_at"], postgresql_where=sa.text("due_at IS NOT NULL")
    )


def downgrade() -> None:
    for table in (
        "kept_draft",
        "screen_device",
        "screen_session",
        "invitation",
        "screen_user_network",
        "screen_user",
    ):
        op.drop_table(table)
