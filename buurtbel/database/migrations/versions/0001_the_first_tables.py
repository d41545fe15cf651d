"""The first tables"""

import sqlalchemy as sa
from alembic import op
from procrastinate import App, PsycopgConnector
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _audio()
    _broadcast()
    _member()
    _network()
    _broadcast_text()
    _membership()
    _number()
    _pass()
    _recipient()
    _attempt()
    _attempt_indexes()
    _recipient_number()
    op.get_bind().exec_driver_sql(
        App(connector=PsycopgConnector()).schema_manager.get_schema().replace("%", "%%")
    )


def _audio() -> None:
    op.create_table(
        "audio",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("flac", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_audio")),
    )


def _broadcast() -> None:
    op.create_table(
        "broadcast",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("urgent", sa.Boolean(), nullable=False),
        sa.Column("started_by", sa.String(length=100), nullable=False),
        sa.Column(
            "created_at", postgresql.TIMESTAMP(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("closed_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_broadcast")),
    )


def _member() -> None:
    op.create_table(
        "member",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("language", sa.String(length=2), server_default="nl", nullable=False),
        sa.Column("street", sa.String(length=120), server_default="", nullable=False),
        sa.Column("house_number", sa.String(length=20), server_default="", nullable=False),
        sa.Column("left_on", sa.Date(), nullable=True),
        sa.CheckConstraint("language IN ('nl', 'fr', 'de', 'en')", name=op.f("ck_member_language")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member")),
    )


def _network() -> None:
    op.create_table(
        "network",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("slug", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("municipality", sa.String(length=80), nullable=False),
        sa.Column("charter_approved_on", sa.Date(), nullable=True),
        sa.Column("hours_from", sa.Time(), server_default=sa.text("'08:00'"), nullable=False),
        sa.Column("hours_until", sa.Time(), server_default=sa.text("'21:00'"), nullable=False),
        sa.CheckConstraint("hours_from <> hours_until", name=op.f("ck_network_hours")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_network")),
        sa.UniqueConstraint("slug", name=op.f("uq_network_slug")),
    )


def _broadcast_text() -> None:
    op.create_table(
        "broadcast_text",
        sa.Column("broadcast_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["broadcast_id"], ["broadcast.id"], name=op.f("fk_broadcast_text_broadcast_id_broadcast")
        ),
        sa.PrimaryKeyConstraint("broadcast_id", "language", name=op.f("pk_broadcast_text")),
    )


def _membership() -> None:
    op.create_table(
        "membership",
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_membership_member_id_member"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["network_id"], ["network.id"], name=op.f("fk_membership_network_id_network"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("member_id", "network_id", name=op.f("pk_membership")),
    )
    op.create_index(op.f("ix_membership_network_id"), "membership", ["network_id"], unique=False)


def _number() -> None:
    op.create_table(
        "number",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("e164", sa.String(length=16), nullable=False),
        sa.Column("position", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("dead_since", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("e164 ~ '^[+][1-9][0-9]{6,14}$'", name=op.f("ck_number_e164")),
        sa.CheckConstraint("position >= 0", name=op.f("ck_number_position")),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_number_member_id_member"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_number")),
        sa.UniqueConstraint("member_id", "e164", name=op.f("uq_number_member_id")),
    )
    op.create_index(op.f("ix_number_e164"), "number", ["e164"], unique=False)


def _pass() -> None:
    op.create_table(
        "pass",
        sa.Column("broadcast_id", sa.Integer(), nullable=False),
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("audio", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["audio"], ["audio.sha256"], name=op.f("fk_pass_audio_audio")),
        sa.ForeignKeyConstraint(
            ["broadcast_id"], ["broadcast.id"], name=op.f("fk_pass_broadcast_id_broadcast")
        ),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_pass_network_id_network")),
        sa.PrimaryKeyConstraint("broadcast_id", "network_id", "language", name=op.f("pk_pass")),
    )


def _recipient() -> None:
    op.create_table(
        "recipient",
        sa.Column("id", sa.Integer(), sa.Identity(always=False), nullable=False),
        sa.Column("broadcast_id", sa.Integer(), nullable=False),
        sa.Column("member_id", sa.Integer(), nullable=False),
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("state", sa.String(length=20), server_default="waiting", nullable=False),
        sa.Column("result", sa.String(length=20), server_default="nothing", nullable=False),
        sa.Column("opened", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.ForeignKeyConstraint(
            ["broadcast_id"], ["broadcast.id"], name=op.f("fk_recipient_broadcast_id_broadcast")
        ),
        sa.ForeignKeyConstraint(["member_id"], ["member.id"], name=op.f("fk_recipient_member_id_member")),
        sa.ForeignKeyConstraint(["network_id"], ["network.id"], name=op.f("fk_recipient_network_id_network")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recipient")),
    )
    op.create_index(
        "ix_recipient_unopened",
        "recipient",
        ["broadcast_id", "id"],
        unique=False,
        postgresql_where=sa.text("NOT opened"),
    )
    op.create_index(
        "ix_recipient_waiting",
        "recipient",
        ["broadcast_id", "id"],
        unique=False,
        postgresql_where=sa.text("state = 'waiting'"),
    )
    op.create_index("uq_recipient_member", "recipient", ["broadcast_id", "member_id"], unique=True)


def _attempt() -> None:
    op.create_table(
        "attempt",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("broadcast_id", sa.Integer(), nullable=False),
        sa.Column("recipient_id", sa.Integer(), nullable=False),
        sa.Column("e164", sa.String(length=16), nullable=False),
        sa.Column("state", sa.String(length=20), server_default="queued", nullable=False),
        sa.Column("due_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("node", sa.String(length=100), nullable=True),
        sa.Column("dialled_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("answered_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("cause", sa.Integer(), nullable=True),
        sa.Column("sip_status", sa.Integer(), nullable=True),
        sa.Column(
            "evidence",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["broadcast_id"], ["broadcast.id"], name=op.f("fk_attempt_broadcast_id_broadcast")
        ),
        sa.ForeignKeyConstraint(
            ["recipient_id"], ["recipient.id"], name=op.f("fk_attempt_recipient_id_recipient")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempt")),
    )


def _attempt_indexes() -> None:
    op.create_index(
        "ix_attempt_dialling",
        "attempt",
        ["node"],
        unique=False,
        postgresql_where=sa.text("state = 'dialling'"),
    )
    op.create_index("ix_attempt_number", "attempt", ["broadcast_id", "e164"], unique=False)
    op.create_index(op.f("ix_attempt_recipient_id"), "attempt", ["recipient_id"], unique=False)
    op.create_index(
        "uq_attempt_open_number",
        "attempt",
        ["broadcast_id", "e164"],
        unique=True,
        postgresql_where=sa.text("state <> 'done'"),
    )
    op.create_index(
        "uq_attempt_open_recipient",
        "attempt",
        ["recipient_id"],
        unique=True,
        postgresql_where=sa.text("state <> 'done'"),
    )


def _recipient_number() -> None:
    op.create_table(
        "recipient_number",
        sa.Column("recipient_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("broadcast_id", sa.Integer(), nullable=False),
        sa.Column("e164", sa.String(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["broadcast_id"], ["broadcast.id"], name=op.f("fk_recipient_number_broadcast_id_broadcast")
        ),
        sa.ForeignKeyConstraint(
            ["recipient_id"], ["recipient.id"], name=op.f("fk_recipient_number_recipient_id_recipient")
        ),
        sa.PrimaryKeyConstraint("recipient_id", "position", name=op.f("pk_recipient_number")),
    )
    op.create_index("ix_recipient_number_e164", "recipient_number", ["broadcast_id", "e164"], unique=False)
