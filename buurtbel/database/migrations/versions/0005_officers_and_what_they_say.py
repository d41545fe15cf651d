"""Officers who send by phone, and alerts that were spoken instead of typed"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

INSTANT = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    _what_they_say()
    _officers()
    _lockout()


def _what_they_say() -> None:
    op.create_table(
        "broadcast_recording",
        sa.Column("broadcast_id", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=2), nullable=False),
        sa.Column("audio", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["broadcast_id"], ["broadcast.id"], name=op.f("fk_broadcast_recording_broadcast_id_broadcast")
        ),
        sa.ForeignKeyConstraint(["audio"], ["audio.sha256"], name=op.f("fk_broadcast_recording_audio_audio")),
        sa.PrimaryKeyConstraint("broadcast_id", name=op.f("pk_broadcast_recording")),
    )
    op.add_column("broadcast", sa.Column("request", sa.Uuid(), nullable=True))
    op.create_unique_constraint(op.f("uq_broadcast_request"), "broadcast", ["request"])
    op.add_column("broadcast", sa.Column("stopped_at", INSTANT, nullable=True))
    op.add_column("broadcast", sa.Column("stopped_by", sa.String(length=100), nullable=True))
    op.add_column("member_report", sa.Column("led_to", sa.Integer(), nullable=True))
    op.create_foreign_key(
        op.f("fk_member_report_led_to_broadcast"), "member_report", "broadcast", ["led_to"], ["id"]
    )


def _officers() -> None:
    op.create_table(
        "officer",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("number", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("e164", sa.String(length=16), nullable=False),
        sa.Column("language", sa.String(length=2), server_default="nl", nullable=False),
        sa.Column("pin_hash", sa.String(length=200), nullable=False),
        sa.CheckConstraint("number ~ '^[0-9]{3,10}$'", name=op.f("ck_officer_number")),
        sa.CheckConstraint("e164 ~ '^[+][1-9][0-9]{6,14}$'", name=op.f("ck_officer_e164")),
        sa.CheckConstraint("language IN ('nl', 'fr', 'de', 'en')", name=op.f("ck_officer_language")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_officer")),
        sa.UniqueConstraint("number", name=op.f("uq_officer_number")),
    )
    op.create_table(
        "officer_network",
        sa.Column("officer_id", sa.Integer(), nullable=False),
        sa.Column("network_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["officer_id"],
            ["officer.id"],
            name=op.f("fk_officer_network_officer_id_officer"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["network_id"],
            ["network.id"],
            name=op.f("fk_officer_network_network_id_network"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("officer_id", "network_id", name=op.f("pk_officer_network")),
    )
    op.create_index(op.f("ix_officer_network_network_id"), "officer_network", ["network_id"])


def _lockout() -> None:
    op.create_table(
        "lockout",
        sa.Column("whom", sa.String(length=32), nullable=False),
        sa.Column("guesses", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("whom", name=op.f("pk_lockout")),
    )
    op.create_index(op.f("ix_lockout_last_at"), "lockout", ["last_at"])
