"""Brings a database to this release's schema, once, however many processes ask at the same time."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, make_url, text

from buurtbel.errors import NewerDatabase
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
    """Run the steps that this database has not seen; blocks until they are done.

    Raises NewerDatabase when it has seen steps that this release does not know.
    """
    engine = create_engine(make_url(database_url).set(drivername="postgresql+psycopg"), connect_args=UTF_8)
    try:
        with engine.connect() as connection, connection.begin():
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            config = alembic_config(connection)
            _check_is_not_newer(connection, config)
            command.upgrade(config, "head")
    finally:
        engine.dispose()


def _check_is_not_newer(connection: Connection, config: Config) -> None:
    seen = MigrationContext.configure(connection).get_current_revision()
    known = {step.revision for step in ScriptDirectory.from_config(config).walk_revisions()}
    if seen is not None and seen not in known:
        raise NewerDatabase(
            f"The database was brought to step {seen} by a newer release of Buurtbel: start that release."
        )
