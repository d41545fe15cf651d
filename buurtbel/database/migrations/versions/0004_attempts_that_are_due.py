"""Attempts by when they are due"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    waiting = sa.text("state = 'queued'")
    op.create_index("ix_attempt_due", "attempt", ["due_at"], postgresql_where=waiting)


def downgrade() -> None:
    op.drop_index("ix_attempt_due", "attempt")
