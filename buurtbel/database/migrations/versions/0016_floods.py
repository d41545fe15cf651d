"""Reports beyond what rings, one duty call a reporter, codes that are withdrawn, call-backs of officers"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

INSTANT = postgresql.TIMESTAMP(timezone=True)
OPEN = sa.text("ended_at IS NULL")


def upgrade() -> None:
    _reports()
    _duty_calls()
    op.add_column("broadcast", sa.Column("code_withdrawn_at", INSTANT, nullable=True))
    op.add_column("broadcast", sa.Column("code_withdrawn_by", sa.String(length=100), nullable=True))


def _reports() -> None:
    op.add_column(
        "member_report",
        sa.Column("reporter", sa.String(length=16), server_default="", nullable=False),
    )
    op.execute("UPDATE member_report SET reporter = e164 WHERE e164 IS NOT NULL")
    op.add_column(
        "member_report", sa.Column("beyond_limit", sa.Boolean(), server_default="false", nullable=False)
    )
    for column in ("reporter", "e164"):
        op.create_index(f"ix_member_report_{column}", "member_report", [column, "kept_at"])


def _duty_calls() -> None:
    now = sa.text("clock_timestamp()")
    op.add_column("duty", sa.Column("since", INSTANT, server_default=now, nullable=False))
    # Of calls that are up now nobody says for whom: two of them may be for one reporter.
    op.add_column("duty_call", sa.Column("reporter", sa.String(length=16), nullable=True))
    op.create_index(
        "uq_duty_call_open_reporter", "duty_call", ["reporter"], unique=True, postgresql_where=OPEN
    )
    op.create_index("ix_duty_call_reporter", "duty_call", ["reporter"])
    op.create_index("ix_duty_call_officer_id", "duty_call", ["officer_id"])
