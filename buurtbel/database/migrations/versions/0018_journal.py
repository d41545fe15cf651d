"""The journal of what people do, from this entry on"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from directory.journal.table import STEPS

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

SHAPES = {
    "actor": "^[a-z_]+$",
    "role": "^[a-z_]+$",
    "act": "^[a-z_]+[.][a-z_]+$",
    "ids": '^[]a-z0-9_{}":,[-]*$',
}


def upgrade() -> None:
    op.create_table(
        "journal",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=True),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("actor", sa.String(length=20), nullable=False),
        sa.Column("actor_id", sa.BigInteger(), nullable=True),
        sa.Column("role", sa.String(length=40), nullable=False),
        sa.Column("act", sa.String(length=40), nullable=False),
        sa.Column("ids", sa.Text(), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=True),
        sa.Column("hash", sa.String(length=64), nullable=True),
        *(
            sa.CheckConstraint(f"{column} ~ '{shape}'", name=op.f(f"ck_journal_{column}"))
            for column, shape in SHAPES.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_journal")),
        sa.UniqueConstraint("position", name=op.f("uq_journal_position")),
    )
    for step in STEPS:
        op.get_bind().exec_driver_sql(step)
    op.execute(
        "INSERT INTO journal (actor, role, act, ids) VALUES ('system', 'system', 'journal.open', '{}')"
    )
    # Chained now, for later steps may change this table in the same transaction.
    op.execute("SET CONSTRAINTS ALL IMMEDIATE")
