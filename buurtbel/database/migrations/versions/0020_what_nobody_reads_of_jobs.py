"""What the job engine keeps of each job and nobody reads: events, and indexes for locks that we do not use"""

from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

TRIGGERS = (
    "procrastinate_trigger_status_events_insert_v1",
    "procrastinate_trigger_status_events_update_v1",
    "procrastinate_trigger_scheduled_events_v1",
    "procrastinate_trigger_abort_requested_events_v1",
    "procrastinate_trigger_delete_jobs_v1",
)
"""They write `procrastinate_events`, and look for periodic jobs, of which we have none."""
INDEXES = (
    "procrastinate_jobs_queue_name_idx_v1",
    "procrastinate_jobs_id_lock_idx_v1",
    "procrastinate_jobs_lock_idx_v1",
)


def upgrade() -> None:
    for trigger in TRIGGERS:
        op.execute(f"ALTER TABLE procrastinate_jobs DISABLE TRIGGER {trigger}")
    for index in INDEXES:
        op.execute(f"DROP INDEX {index}")
    op.execute("TRUNCATE procrastinate_events")
