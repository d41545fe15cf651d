"""What hinders a node's calls: its trunk, judged by their answers"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

INSTANT = postgresql.TIMESTAMP(timezone=True)


def upgrade() -> None:
    op.add_column("node", sa.Column("trunk_fault", sa.String(length=300), nullable=True))
    op.add_column("node", sa.Column("trunk_fault_since", INSTANT, nullable=True))
