"""In which call a report was told"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("member_report", sa.Column("channel", sa.String(length=150), nullable=True))
    op.create_index("ix_member_report_channel", "member_report", ["channel"])
