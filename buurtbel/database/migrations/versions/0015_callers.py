"""How many lines of a node callers hold, how many it has; and reports of a tone alone"""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("node", sa.Column("callers", sa.Integer(), server_default="0", nullable=False))
    op.add_column("node", sa.Column("lines", sa.Integer(), server_default="0", nullable=False))
    op.add_column(
        "member_report", sa.Column("only_tone", sa.Boolean(), server_default="false", nullable=False)
    )
