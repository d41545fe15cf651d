"""Brings a database to this release's schema, once, however many processes ask at the same time."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, create_engine, make_url, text

from storage.engine import UTF_8

MIGRATIONS = Path(__file__).parent / "migrations"
LOCK = 0x42554C
"""Of PostgreSQL's advisory locks, the one that whoever migrates holds."""


def alembic_config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def upgrade(database_url: str) -> None:
    """Run the steps that this database has not seen; blocks until they are done."""
    engine = create_engine(make_url(database_url).set(drivername="postgresql+psycopg"), connect_args=UTF_8)
    try:
        with engine.connect() as connection, connection.begin():
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            command.upgrade(alembic_config(connection), "head")
    finally:
        engine.dispose()
