"""Alembic's entry: runs the steps on the connection that `buurtbel.schema` hands over."""

from alembic import context

from broadcast import duty_tables, leave_tables
from broadcast import tables as broadcast_tables
from directory import tables as directory_tables
from storage.base import Base

FILLED_BY = (broadcast_tables, duty_tables, leave_tables, directory_tables)
"""The rooms whose tables are in the metadata once they are imported."""

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    include_name=lambda name, kind, _: not (kind == "table" and (name or "").startswith("procrastinate_")),
)
with context.begin_transaction():
    context.run_migrations()
