"""What a restore closed, and what retention has cleared"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

INSTANT = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.add_column("broadcast", sa.Column("not_resumed_at", INSTANT))
    op.add_column("broadcast", sa.Column("cleared_at", INSTANT))
    op.add_column("member", sa.Column("erased_at", INSTANT))
