"""What we use of procrastinate beside its public interface is as it was when we wrote it."""

import inspect
import re
import tomllib

import pytest
from procrastinate.jobs import Status
from procrastinate.manager import JobManager
from procrastinate.sql import queries

from broadcast.engine.worker import GatedJobManager
from tests.architecture.measures import HOUSE
from tests.support.office import Office

FUNCTIONS = {
    "procrastinate_finish_job_v1": "job_id bigint, end_status procrastinate_job_status, delete_job boolean",
}
"""In the database, with what they take."""
QUERIES = {"finish_job": "procrastinate_finish_job_v1"}
"""Which of them procrastinate itself calls, by its own name for it."""
COLUMNS = {"id", "status", "scheduled_at", "queueing_lock", "worker_id", "queue_name", "priority", "lock"}
FETCHES = """
        SET status = 'doing', worker_id = p_worker_id
        FROM candidate
"""
"""All that procrastinate's own function changes when it fetches a job, which we do in its place."""
REMOVES = """
        DELETE FROM procrastinate_jobs
        WHERE id = job_id AND status IN ('todo', 'doing')
"""
"""And when it removes one."""


async def test_the_functions_that_we_call_take_what_we_hand_them(office: Office) -> None:
    async with office.engine.connect() as connection:
        rows = await connection.exec_driver_sql(
            "SELECT proname, pg_get_function_identity_arguments(oid) AS takes FROM pg_proc"
            " WHERE proname ~ '^procrastinate_'"
        )
        told = ((row["proname"], row["takes"]) for row in rows.mappings())
        found = {name: takes for name, takes in told if name in FUNCTIONS}
    assert found == FUNCTIONS


def test_they_are_the_ones_that_procrastinate_itself_calls() -> None:
    called = {name: re.findall(r"procrastinate_\w+_job_v\d+", queries[name]) for name in QUERIES}
    assert called == {name: [function] for name, function in QUERIES.items()}


@pytest.mark.parametrize(
    ("function", "does"),
    [("procrastinate_fetch_job_v2", FETCHES), ("procrastinate_finish_job_v1", REMOVES)],
)
async def test_what_we_do_in_the_place_of_its_functions_is_what_they_do(
    office: Office, function: str, does: str
) -> None:
    async with office.engine.connect() as connection:
        asked = "SELECT prosrc FROM pg_proc WHERE proname = %s"
        source = (await connection.exec_driver_sql(asked, (function,))).scalar_one()
    assert " ".join(does.split()) in " ".join(source.split())


async def test_jobs_have_the_columns_and_the_states_that_we_read(office: Office) -> None:
    async with office.engine.connect() as connection:
        columns = await connection.exec_driver_sql(
            "SELECT column_name FROM information_schema.columns WHERE table_name = 'procrastinate_jobs'"
        )
        assert set(columns.scalars()) >= COLUMNS
        states = await connection.exec_driver_sql(
            "SELECT unnest(enum_range(NULL::procrastinate_job_status))::text"
        )
        assert set(states.scalars()) == {status.value for status in Status}
    assert {"todo", "doing"} <= {status.value for status in Status}


def test_the_methods_that_we_replace_are_asked_as_before() -> None:
    for name in ("fetch_job", "finish_job_by_id_async", "listen_for_jobs"):
        theirs, ours = getattr(JobManager, name), getattr(GatedJobManager, name)
        assert list(inspect.signature(ours).parameters) == list(inspect.signature(theirs).parameters)


def test_no_later_release_comes_in_unseen() -> None:
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text())["project"]
    [wanted] = [one for one in project["dependencies"] if one.startswith("procrastinate")]
    assert "<" in wanted, "with an upper bound, a release that changes its functions waits for this test"
