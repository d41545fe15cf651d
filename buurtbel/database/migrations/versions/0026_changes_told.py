"""Whoever watches is told of what changes"""

from alembic import op

from broadcast.watching.triggers import STEPS

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for step in STEPS:
        op.get_bind().exec_driver_sql(step)
