"""When a sound was kept: what belongs to nobody a day later is forgotten"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

INSTANT = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.add_column("audio", sa.Column("kept_at", INSTANT, server_default=sa.text("now()"), nullable=False))
