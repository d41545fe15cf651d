"""Databases as administrators make them: prepared at the first start, then used for an alert."""

from collections.abc import Iterator

import psycopg
import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, make_url, text
from sqlalchemy.ext.asyncio import AsyncSession

from broadcast.alert.desk import Desk
from broadcast.draft import Draft
from broadcast.engine.worker import make_app
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.queue import AttemptQueue
from broadcast.policy import BroadcastPolicy, RetryPolicy
from broadcast.results.results import results_of
from buurtbel.database.schema import alembic_config, upgrade
from buurtbel.errors import NewerDatabase
from directory.journal.book import entries, whole
from directory.journal.chain import judge
from directory.registry import add_network, members
from embedded.cluster import ROLE
from prompts.zone import zone_names
from storage.base import Base
from storage.engine import UTF_8, make_engine
from tests.fakes.voice import HummingVoice
from tests.support.databases import superuser
from tests.support.people import ADMIN, DE_BIST, named, network_of, phone

NAME = "Zoë Maïs"


@pytest.fixture(params=["UTF8", "SQL_ASCII"])
def empty_database(postgres_url: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """A database with nothing in it, which keeps text in this encoding; SQL_ASCII is none at all."""
    with psycopg.connect(superuser(postgres_url), autocommit=True) as admin:
        admin.execute(
            f"CREATE DATABASE empty ENCODING '{request.param}' LC_COLLATE 'C' LC_CTYPE 'C' "
            f"TEMPLATE template0 OWNER {ROLE}"
        )
        yield make_url(postgres_url).set(database="empty").render_as_string(hide_password=False)
        admin.execute("DROP DATABASE empty WITH (FORCE)")


async def test_an_alert_can_be_sent_whatever_encoding_the_database_was_made_with(empty_database: str) -> None:
    upgrade(empty_database)
    engine, app = make_engine(empty_database), make_app(empty_database)
    await network_of(engine, {NAME: [phone(10)]})
    ledger = Ledger(engine, AttemptQueue(app), RetryPolicy())
    desk = Desk(engine, ledger, HummingVoice(), BroadcastPolicy(), zones=zone_names("Zuiderkempen"))
    sent = await desk.send(named("inspecteur Daniël"), Draft([DE_BIST], {"nl": "Blijf binnen."}, urgent=True))
    async with app.open_async():
        assert [job.task_name for job in await app.job_manager.list_jobs_async()] == ["dial"]
    async with engine.connect() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM procrastinate_events")) == 0
        at_work = await connection.scalars(
            text(
                "SELECT tgname FROM pg_trigger WHERE tgrelid = 'procrastinate_jobs'::regclass"
                " AND tgenabled <> 'D' AND NOT tgisinternal ORDER BY tgname"
            )
        )
        assert all("notify" in name for name in at_work.all())
    async with AsyncSession(engine) as session:
        assert [member.name for member in await members(session, DE_BIST)] == [NAME]
        assert [one.name for one in await results_of(await session.connection(), sent.broadcast)] == [NAME]
    await engine.dispose()


def test_the_steps_from_release_to_release_make_the_tables_that_the_rooms_declare(
    empty_database: str,
) -> None:
    upgrade(empty_database)
    upgrade(empty_database)
    url = make_url(empty_database).set(drivername="postgresql+psycopg")
    engine = create_engine(url, connect_args=UTF_8)
    with engine.connect() as connection:
        found = MigrationContext.configure(
            connection,
            opts={"include_name": lambda name, kind, _: kind != "table" or "procrastinate" not in name},
        )
        assert compare_metadata(found, Base.metadata) == []
    engine.dispose()


def test_numbers_that_one_refused_call_had_flagged_dead_are_called_again(empty_database: str) -> None:
    url = make_url(empty_database).set(drivername="postgresql+psycopg")
    engine = create_engine(url, connect_args=UTF_8)
    with engine.begin() as connection:
        command.upgrade(alembic_config(connection), "0009")
        connection.exec_driver_sql("INSERT INTO member (name) VALUES ('An')")
        connection.exec_driver_sql(
            f"INSERT INTO number (member_id, e164, dead_since) SELECT id, '{phone(10)}', now() FROM member"
        )
    upgrade(empty_database)
    with engine.connect() as connection:
        kept = connection.exec_driver_sql(
            "SELECT e164, said_dead_since, said_dead_at, dead_since FROM number"
        )
        assert kept.all() == [(phone(10), None, None, None)]
    engine.dispose()


async def test_an_installation_of_before_gets_a_journal_that_begins_now(empty_database: str) -> None:
    url = make_url(empty_database).set(drivername="postgresql+psycopg")
    engine = create_engine(url, connect_args=UTF_8)
    with engine.begin() as connection:
        command.upgrade(alembic_config(connection), "0015")
    engine.dispose()
    upgrade(empty_database)
    later = make_engine(empty_database)
    async with AsyncSession(later) as session, session.begin():
        await add_network(session, ADMIN, DE_BIST, name="BIN De Bist", municipality="Westerlo")
    async with whole(later) as connection:
        found = [one async for one in entries(connection)]
    await later.dispose()
    assert [one["act"] for one in found] == ["journal.open", "network.add"]
    assert judge(found).fault is None


def test_a_database_of_a_newer_release_is_left_alone_and_the_reason_said(empty_database: str) -> None:
    upgrade(empty_database)
    with psycopg.connect(empty_database) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(NewerDatabase, match="step 9999 by a newer release"):
        upgrade(empty_database)
