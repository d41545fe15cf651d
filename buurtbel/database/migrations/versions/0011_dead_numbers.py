"""Numbers are dead by the word of two alerts, and real calls are told from simulated ones

The flags of before are taken away: one refused call had set each of them, perhaps by a trunk that refused
everybody or that was a simulation, and nothing could take them back. Such a number is called with the next
alert. One that does not exist costs a call of a second, twice; one that does was lost for ever.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

INSTANT = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    # Of calls of before nobody knows which trunk they took: null, and they are no evidence.
    op.add_column("attempt", sa.Column("simulated", sa.Boolean(), nullable=True))
    op.add_column("number", sa.Column("said_dead_since", INSTANT, nullable=True))
    op.add_column("number", sa.Column("said_dead_at", INSTANT, nullable=True))
    op.execute("UPDATE number SET dead_since = NULL WHERE dead_since IS NOT NULL")
    op.create_check_constraint(
        op.f("ck_number_dead"),
        "number",
        "num_nulls(said_dead_since, said_dead_at) <> 1 AND (dead_since IS NULL OR said_dead_at IS NOT NULL)",
    )
    op.create_index(
        "ix_number_said_dead", "number", ["e164"], postgresql_where=sa.text("said_dead_at IS NOT NULL")
    )
