"""One call a telephone: the numbers that are in a call, whatever it is for"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

IS_OPEN = sa.text("state <> 'done'")
# Of two calls that are open to one number from before, one is enough to hold it.
CALLS_FROM_BEFORE = """
    INSERT INTO open_call (e164, call, over_by)
    SELECT e164, id, NULL FROM attempt WHERE state = 'dialling'
    UNION ALL
    SELECT e164, duty_call.id, placed_at + interval '10 minutes'
    FROM duty_call JOIN officer ON officer.id = officer_id WHERE ended_at IS NULL
    UNION ALL
    SELECT e164, leave_call.id, placed_at + interval '10 minutes'
    FROM leave_call JOIN leave_wish ON leave_wish.id = wish_id WHERE ended_at IS NULL
    UNION ALL
    SELECT e164, trial_call.id, placed_at + interval '10 minutes'
    FROM trial_call JOIN trial_order ON trial_order.id = order_id WHERE ended_at IS NULL
    ON CONFLICT DO NOTHING
"""


def upgrade() -> None:
    op.create_table(
        "open_call",
        sa.Column("e164", sa.String(length=16), nullable=False),
        sa.Column("call", sa.Uuid(), nullable=False),
        sa.Column("over_by", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("e164", name=op.f("pk_open_call")),
    )
    op.execute(CALLS_FROM_BEFORE)
    _order_by("e164", "broadcast_id")


def downgrade() -> None:
    _order_by("broadcast_id", "e164")
    op.drop_table("open_call")


def _order_by(*columns: str) -> None:
    name = "uq_attempt_open_number"
    op.drop_index(name, "attempt")
    op.create_index(name, "attempt", list(columns), unique=True, postgresql_where=IS_OPEN)
