"""What PostgreSQL reads for a batch of calls does not grow with how many wait: it is told where to look.

Nothing of these tables has been analysed, as when an installation sends its first alert.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import Executable, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from broadcast.engine.upkeep import QUEUED_WITHOUT_JOB
from broadcast.engine.worker import FETCH
from broadcast.ledger.queue import queue_name
from broadcast.ledger.taking import TAKE
from broadcast.policy import BroadcastPolicy
from broadcast.states import AttemptState
from broadcast.tables import Attempt
from tests.support.office import NODE, PATIENCE, Office
from tests.support.people import network_of, phone

WAIT, BATCH = 1000, 50
FEW = 20
"""Rows that may be read for each one that is wanted."""
_READ = text("SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) FROM pg_stat_xact_user_tables")
pytestmark = [pytest.mark.thorough, pytest.mark.timeout(PATIENCE)]


async def read_by(
    connection: AsyncConnection, statement: Executable, given: Mapping[str, Any]
) -> tuple[int, int]:
    """How many rows the statement gives, and how many PostgreSQL read for it."""
    before = (await connection.scalar(_READ)) or 0
    given_back = len((await connection.execute(statement, given)).all())
    return given_back, int((await connection.scalar(_READ)) or 0) - int(before)


@pytest.fixture
async def attempts(office: Office) -> list[UUID]:
    """They wait to be dialled, and have their jobs."""
    office.policy = BroadcastPolicy(window=WAIT)
    await network_of(office.engine, {f"Member {n}": [phone(10, n)] for n in range(WAIT)})
    await office.sends()
    await office.upkeep.tend()
    async with office.engine.connect() as connection:
        queued = select(Attempt.id).where(Attempt.state == AttemptState.QUEUED).order_by(Attempt.id)
        return list(await connection.scalars(queued))


async def test_attempts_are_taken_without_a_look_at_all_that_wait(
    office: Office, attempts: list[UUID]
) -> None:
    lease = await office.lease_of(NODE)
    assert await lease.renew() or await lease.claim()  # writing so many members may take longer than a lease
    by = lease.tenure
    ready = list(set((await office.ledger.audio_of(attempts)).values()))
    asked = {"attempts": attempts[:BATCH], "by": by.node, "term": by.term, "ready": ready, "simulated": False}
    async with office.engine.begin() as connection:
        taken, read = await read_by(connection, TAKE, asked)
    assert taken == BATCH
    assert read <= WAIT + BATCH * FEW  # once through those that wait, at most


async def test_jobs_are_fetched_without_a_look_at_all_that_wait(office: Office, attempts: list[UUID]) -> None:
    async with office.engine.begin() as connection:
        for setting in ("enable_bitmapscan", "enable_seqscan", "enable_sort"):  # as `make_app` has it
            await connection.execute(text(f"SET LOCAL {setting} = off"))
        worker = await connection.scalar(text("SELECT worker_id FROM procrastinate_register_worker_v1()"))
        before = int(await connection.scalar(_READ) or 0)
        given = {"queues": [queue_name(urgent=True)], "worker_id": worker, "lines": BATCH}
        fetched = (await connection.exec_driver_sql(FETCH, given)).all()
        read = int(await connection.scalar(_READ) or 0) - before
    assert len(fetched) == BATCH < len(attempts)
    assert read <= BATCH * FEW


async def test_who_has_no_job_is_found_in_one_look(office: Office, attempts: list[UUID]) -> None:
    async with office.engine.begin() as connection:
        found, read = await read_by(connection, QUEUED_WITHOUT_JOB, {})
    assert found == 0
    assert read <= len(attempts) * FEW
