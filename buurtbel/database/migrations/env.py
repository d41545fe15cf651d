"""Alembic's entry: runs the steps on the connection that `buurtbel.database.schema` hands over."""

from alembic import context

from broadcast import duty_tables, leave_tables, pending_alert_tables, trial_tables
from broadcast import tables as broadcast_tables
from broadcast.drafting import tables as draft_tables
from directory import tables as directory_tables
from directory.journal import table as journal_table
from directory.users import tables as user_tables
from storage.base import Base

FILLED_BY = (
    broadcast_tables,
    pending_alert_tables,
    duty_tables,
    leave_tables,
    trial_tables,
    directory_tables,
    journal_table,
    user_tables,
    draft_tables,
)
"""The rooms whose tables are in the metadata once they are imported."""

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    include_name=lambda name, kind, _: not (kind == "table" and (name or "").startswith("procrastinate_")),
)
with context.begin_transaction():
    context.run_migrations()
