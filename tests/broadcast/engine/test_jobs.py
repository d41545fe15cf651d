"""Attempts become calls: taken, dialled, seen through and recorded, also when something breaks on the way."""

import asyncio
from datetime import timedelta
from pathlib import Path
from time import monotonic
from uuid import UUID, uuid4

import psycopg
import pytest
from procrastinate.jobs import Status
from sqlalchemy import text, update

from broadcast.audio.sounds import MessageSounds
from broadcast.engine.attempt_runner import AttemptRunner
from broadcast.engine.open_attempts import OpenAttempts
from broadcast.engine.worker import make_app
from broadcast.ledger.queue import SOON
from broadcast.ports import CallOrder, CallOutcome
from broadcast.reservation import Reservation
from broadcast.states import Outcome
from broadcast.tables import Attempt
from tests.fakes.dialler import FakeDialler
from tests.support.office import AT_ONCE, PATIENCE, Office
from tests.support.people import network_of, phone

AN, BERT, HOME = phone(10, 1), phone(10, 2), phone(12, 3)


async def dial(runner: AttemptRunner, dialler: FakeDialler, attempt: UUID) -> None:
    """As a worker does: first a line, then the job; then the call takes its course."""
    [line] = await dialler.reserve(urgent=True, at_most=1)
    await runner.dial(attempt, line)
    await runner.finished()


async def test_the_called_person_hears_the_pass_made_for_them_until_the_alert_expires(office: Office) -> None:
    await network_of(office.engine, {"Chris": [AN]}, languages={"Chris": "fr"})
    sent = await office.sends()
    dialler = FakeDialler()
    await dial(office.runner(dialler), dialler, (await office.open_calls())[AN])
    [order] = dialler.orders
    assert (order.number, order.language) == (AN, "fr")
    left = sent.expires_at - await office.now()
    assert order.expires_at - monotonic() == pytest.approx(left.total_seconds(), abs=5)
    assert order.sound_seconds == pytest.approx(sent.passes["fr"], abs=0.01)
    for suffix, bytes_a_second in ((".alaw", 8000), (".ulaw", 8000), (".sln16", 32000)):
        seconds = order.sound.with_suffix(suffix).stat().st_size / bytes_a_second
        assert seconds == pytest.approx(order.sound_seconds, abs=0.01)
    assert dialler.lines_taken == 0


async def test_two_jobs_for_one_attempt_place_one_call(office: Office) -> None:
    await network_of(office.engine, {"An": [AN]})
    await office.sends()
    dialler = FakeDialler()
    runner = office.runner(dialler)
    attempt = (await office.open_calls())[AN]
    await asyncio.gather(*(dial(runner, dialler, attempt) for _ in range(10)))
    assert (dialler.placed[attempt], dialler.lines_taken) == (1, 0)


async def test_an_alert_that_expired_on_the_way_is_not_dialled(office: Office) -> None:
    await network_of(office.engine, {"An": [AN, BERT]})
    sent = await office.sends()
    attempt = (await office.open_calls())[AN]
    await office.expire(sent.broadcast)
    dialler = FakeDialler()
    await dial(office.runner(dialler), dialler, attempt)
    assert (dialler.orders, dialler.lines_taken) == ([], 0)
    an = (await office.recipients(sent.broadcast))["An"]
    assert [call.outcome for call in an.calls] == ["expired"]
    assert (an.state, an.result) == ("final", "nothing")


async def test_an_attempt_whose_sound_cannot_be_stored_stays_and_is_tried_again(
    office: Office, tmp_path: Path
) -> None:
    no_folder = tmp_path / "file"
    no_folder.touch()
    await network_of(office.engine, {"An": [AN]})
    await office.sends()
    dialler = FakeDialler()
    attempt = (await office.open_calls())[AN]
    async with office.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE procrastinate_jobs SET status = 'doing'")
    await dial(office.runner(dialler, no_folder), dialler, attempt)
    assert (dialler.orders, dialler.lines_taken) == ([], 0)
    assert (await office.open_calls())[AN] == attempt
    assert await office.count("procrastinate_jobs WHERE status = 'todo' AND scheduled_at > now()") == 1


async def test_a_dialler_that_breaks_loses_nobody(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    class BrokenDialler(FakeDialler):
        async def call(self, order: CallOrder, reservation: Reservation) -> CallOutcome:
            raise KeyError("nl")

    await network_of(office.engine, {"An": [AN]})
    sent = await office.sends()
    dialler = BrokenDialler()
    first = (await office.open_calls())[AN]
    await dial(office.runner(dialler), dialler, first)
    again = (await office.open_calls())[AN]
    assert again != first
    [recipient] = (await office.recipients(sent.broadcast)).values()
    assert [call.outcome for call in recipient.calls] == ["unknown", None]
    assert AN not in caplog.text


async def test_a_call_outlives_the_job_that_began_it(office: Office) -> None:
    await network_of(office.engine, {"An": [AN]})
    sent = await office.sends()
    dialler = FakeDialler()
    picked_up = dialler.rings_until[AN] = asyncio.Event()
    runner = office.runner(dialler)
    placed = asyncio.Event()
    dialler.on_call = lambda _: placed.set()
    job = asyncio.create_task(dial(runner, dialler, (await office.open_calls())[AN]))
    await placed.wait()
    job.cancel()
    await asyncio.wait({job})
    picked_up.set()
    await runner.finished()
    assert await office.results(sent.broadcast) == {"An": ("final", "confirmed")}


async def test_an_outcome_is_written_when_the_database_is_back(office: Office, postgres_url: str) -> None:
    await network_of(office.engine, {"An": [AN]})
    sent = await office.sends()
    dialler = FakeDialler()
    runner = office.runner(dialler)
    cut = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND usename = current_user"
    )

    def lose_all_connections(_: CallOrder) -> None:
        with psycopg.connect(postgres_url, autocommit=True) as admin:
            admin.execute(cut, (office.engine.url.database,))

    dialler.on_call = lose_all_connections
    await dial(runner, dialler, (await office.open_calls())[AN])
    assert await office.results(sent.broadcast) == {"An": ("final", "confirmed")}
    assert len(dialler.orders) == 1


async def test_after_a_restart_a_node_stays_with_the_calls_it_placed_and_places_none_again(
    office: Office,
) -> None:
    await network_of(office.engine, {"An": [AN], "Bert": [BERT]})
    sent = await office.sends()
    mine = await office.takes(AN)
    bert = (await office.open_calls())[BERT]
    dialler = FakeDialler()
    runner = office.runner(dialler)
    assert await runner.adopt_all() == 1
    await runner.finished()
    assert [order.attempt for order in dialler.adopted] == [mine.attempt]
    assert (dialler.orders, dialler.lines_taken) == ([], 0)
    assert (await office.results(sent.broadcast))["An"] == ("final", "confirmed")
    assert await office.open_calls() == {BERT: bert}


async def test_another_nodes_calls_are_not_ours_to_adopt(office: Office) -> None:
    await network_of(office.engine, {"An": [AN]})
    await office.sends()
    await office.takes(AN)
    sounds, tongerlo = MessageSounds(office.engine, office.sounds_folder), await office.lease_of("tongerlo")
    dialler = FakeDialler()
    attempts = OpenAttempts(dialler.stop)
    elsewhere = AttemptRunner(office.ledger, dialler, sounds, tongerlo, office.spool, attempts=attempts)
    assert await elsewhere.adopt_all() == 0


async def test_a_phone_that_still_rings_is_stopped_when_its_person_has_confirmed_elsewhere(
    office: Office,
) -> None:
    await network_of(office.engine, {"An": [AN, HOME], "Bert": [HOME]})
    sent = await office.sends()
    dialler = FakeDialler()
    dialler.rings_until[AN] = asyncio.Event()
    async with office.at_work(dialler):
        await office.until_closed(sent.broadcast)
    assert len(dialler.stopped) == 1
    assert set((await office.results(sent.broadcast)).values()) == {("final", "heard")}


@pytest.mark.parametrize("state", ["doing", "failed"])
async def test_an_attempt_whose_job_died_with_its_worker_or_failed_gets_a_new_one(
    office: Office, state: str
) -> None:
    await network_of(office.engine, {"An": [AN], "Bert": [BERT]})
    await office.sends()
    async with office.engine.begin() as connection:
        await connection.exec_driver_sql(
            "UPDATE procrastinate_jobs SET status = %(state)s::procrastinate_job_status, worker_id = NULL"
            " WHERE id = (SELECT min(id) FROM procrastinate_jobs)",
            {"state": state},
        )
    assert await office.upkeep.mend_stalled() == 1
    assert await office.count("procrastinate_jobs WHERE status = 'todo'") == 2
    assert await office.upkeep.mend_stalled() == 0


async def test_an_attempt_that_was_written_ahead_gets_no_second_job(office: Office) -> None:
    await network_of(office.engine, {"An": [AN]})
    await office.sends()
    await office.takes(AN)
    async with office.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE procrastinate_jobs SET status = 'doing', worker_id = NULL")
    assert await office.upkeep.mend_stalled() == 0
    assert await office.jobs() == 0


async def test_a_job_for_an_attempt_that_is_gone_gives_its_place_back(office: Office) -> None:
    dialler = FakeDialler()
    async with asyncio.timeout(PATIENCE):
        await dial(office.runner(dialler), dialler, uuid4())
    assert dialler.lines_taken == 0


async def test_the_broadcast_stays_open_while_somebody_is_on_the_phone(office: Office) -> None:
    """An has confirmed at home; her mobile was answered too, and is listened to."""
    await network_of(office.engine, {"An": [AN, HOME], "Bert": [HOME]})
    await office.sends()
    mobile, home = await office.takes(AN), await office.takes(HOME)
    await office.ends(home.attempt, Outcome.CONFIRMED)
    assert (await office.upkeep.tend()).closed == 0
    await office.ends(mobile.attempt, Outcome.CONFIRMED)
    assert (await office.upkeep.tend()).closed == 1


async def test_a_worker_fetches_no_more_jobs_than_there_are_places_and_gives_back_the_rest(
    office: Office,
) -> None:
    await network_of(office.engine, {f"Lid {n}": [phone(10, n)] for n in range(5)})
    sent = await office.sends()
    dialler = FakeDialler(lines=3, hold=0.01)
    async with office.at_work(dialler):
        await office.until_closed(sent.broadcast)
    assert dialler.most_at_once <= 3
    assert sorted(dialler.placed.values()) == [1] * 5
    assert dialler.lines_taken == 0
    assert await office.jobs() == 0


async def test_a_job_that_vanished_while_it_was_done_keeps_no_other_on_the_list(office: Office) -> None:
    await network_of(office.engine, {"An": [AN], "Bert": [BERT]})
    await office.sends()
    async with office.engine.begin() as connection:
        ids = (await connection.exec_driver_sql("SELECT id FROM procrastinate_jobs")).scalars().all()
        await connection.exec_driver_sql("UPDATE procrastinate_jobs SET status = 'doing'")
    finish = office.app.job_manager.finish_job_by_id_async
    await asyncio.gather(*(finish(job, Status.SUCCEEDED, delete_job=True) for job in (ids[0], -1, ids[1])))
    assert await office.jobs() == 0


async def test_what_the_database_address_asks_for_is_kept_beside_what_the_engine_needs(
    database_url: str,
) -> None:
    app = make_app(
        f"{database_url}{'&' if '?' in database_url else '?'}options=-c%20statement_timeout%3D12345"
    )
    async with app.open_async():
        asked = "SELECT current_setting('statement_timeout') AS own, current_setting('enable_sort') AS ours"
        row = await app.connector.execute_query_one_async(asked)
    assert row == {"own": "12345ms", "ours": "off"}


async def test_an_attempt_gets_its_job_when_it_is_due_soon(office: Office) -> None:
    """Its only job: the first one, done with, was taken off the list."""
    office.retry = AT_ONCE.model_copy(update={"busy": 60})
    await network_of(office.engine, {"An": [AN]})
    await office.sends()
    async with office.engine.begin() as connection:
        await connection.exec_driver_sql("DELETE FROM procrastinate_jobs")
    call = await office.takes(AN)
    ended = await office.now()
    await office.ledger.record({call.attempt: CallOutcome(Outcome.BUSY, ended_at=ended)})
    await office.upkeep.tend()
    assert await office.jobs() == 0
    async with office.engine.begin() as connection:
        await connection.execute(update(Attempt).values(due_at=ended + SOON - timedelta(seconds=1)))
    await office.upkeep.tend()
    await office.upkeep.tend()
    async with office.engine.connect() as connection:
        [at] = await connection.scalars(text("SELECT scheduled_at FROM procrastinate_jobs"))
    assert at == ended + SOON - timedelta(seconds=1)
