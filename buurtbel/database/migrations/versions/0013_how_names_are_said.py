"""How names are said, in one network or everywhere"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "pronunciation",
        sa.Column("id", sa.Integer(), sa.Identity(always=True), nullable=False),
        sa.Column("network_id", sa.Integer(), nullable=True),
        sa.Column("language", sa.String(length=2), server_default="", nullable=False),
        sa.Column("written", sa.String(length=80), nullable=False),
        sa.Column("folded", sa.String(length=160), nullable=False),
        sa.Column("said", sa.String(length=160), nullable=False),
        sa.CheckConstraint(
            "language IN ('', 'nl', 'fr', 'de', 'en')", name=op.f("ck_pronunciation_language")
        ),
        sa.ForeignKeyConstraint(
            ["network_id"],
            ["network.id"],
            name=op.f("fk_pronunciation_network_id_network"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_pronunciation")),
    )
    op.create_index(
        "uq_pronunciation_everywhere",
        "pronunciation",
        ["folded", "language"],
        unique=True,
        postgresql_where=sa.text("network_id IS NULL"),
    )
    op.create_index(
        "uq_pronunciation_network", "pronunciation", ["network_id", "folded", "language"], unique=True
    )
