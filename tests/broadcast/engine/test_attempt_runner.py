"""A node and its attempts when the database, the disk or the person's other phone comes in between."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Collection
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from broadcast.audio.sounds import MessageSounds
from broadcast.engine.attempt_runner import AttemptRunner
from broadcast.engine.open_attempts import OpenAttempts
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.queue import AttemptQueue
from broadcast.ports import CallOrder, CallOutcome
from broadcast.reservation import Reservation
from storage.engine import make_engine
from tests.fakes.dialler import FakeDialler, begin
from tests.support.office import PATIENCE, Office
from tests.support.people import network_of, phone

AN, BERT, CHRIS, HOME = phone(10, 1), phone(10, 2), phone(10, 3), phone(12, 4)
SOCKET = ".s.PGSQL.5432"
WRITE_AHEAD = b"UPDATE attempt SET state"

pytestmark = pytest.mark.timeout(PATIENCE)


class Wire:
    """Between a node and its database: keeps back the answer to one statement, then brings it or not."""

    def __init__(self, folder: Path, far_end: Path) -> None:
        self.folder = folder
        self._far_end = far_end
        self._statement: bytes | None = None
        self._goes_on = asyncio.Event()
        self._is_cut = False
        self.is_holding = asyncio.Event()
        """The database has done it and said so; nobody has heard that."""

    def hold(self, statement: bytes) -> None:
        """From now on keep back the answer to the first statement with these words."""
        self._statement = statement

    def release(self) -> None:
        self._goes_on.set()

    def cut(self) -> None:
        """What is kept back is lost, and its connection too."""
        self._is_cut = True
        self._goes_on.set()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_unix_connection(self._far_end)
        keeps_back = asyncio.Event()
        asking = asyncio.create_task(self._ask(reader, far_writer, keeps_back))
        while said := await far_reader.read(65536):
            if keeps_back.is_set():
                keeps_back.clear()
                self.is_holding.set()
                await self._goes_on.wait()
                if self._is_cut:
                    break
            writer.write(said)
        asking.cancel()
        writer.close()
        far_writer.close()

    async def _ask(
        self, reader: asyncio.StreamReader, far_writer: asyncio.StreamWriter, keeps_back: asyncio.Event
    ) -> None:
        while said := await reader.read(65536):
            if self._statement is not None and self._statement in said:
                self._statement = None
                keeps_back.set()
            far_writer.write(said)
        far_writer.close()


@pytest.fixture
async def wire(database_url: str) -> AsyncIterator[Wire]:
    far_end = make_url(database_url).query["host"]
    assert isinstance(far_end, str)
    with tempfile.TemporaryDirectory(prefix="wire-") as folder:
        made = Wire(Path(folder), Path(far_end) / SOCKET)
        server = await asyncio.start_unix_server(made.carry, made.folder / SOCKET)
        yield made
        server.close()


@pytest.fixture
async def beyond_the_wire(wire: Wire, database_url: str) -> AsyncIterator[AsyncEngine]:
    url = make_url(database_url).update_query_dict({"host": str(wire.folder)})
    engine = make_engine(url.render_as_string(hide_password=False))
    yield engine
    await engine.dispose()


def runner_of(office: Office, dialler: FakeDialler, engine: AsyncEngine | None = None) -> AttemptRunner:
    engine = engine or office.engine
    ledger = Ledger(engine, AttemptQueue(office.app), office.retry)
    sounds = MessageSounds(engine, office.sounds_folder / "sounds")
    return AttemptRunner(
        ledger, dialler, sounds, office.lease, office.spool, attempts=OpenAttempts(dialler.stop)
    )


async def until_stopped(dialler: FakeDialler) -> None:
    while not dialler.stopped:
        await asyncio.sleep(0.01)


async def test_who_was_written_ahead_without_our_learning_of_it_is_lost_and_called_again(
    office: Office, wire: Wire, beyond_the_wire: AsyncEngine
) -> None:
    await network_of(office.engine, {"An": [AN]})
    sent = await office.sends()
    dialler = FakeDialler()
    runner = runner_of(office, dialler, beyond_the_wire)
    wire.hold(WRITE_AHEAD)
    job = asyncio.create_task(begin(runner, dialler, (await office.open_calls())[AN]))
    await wire.is_holding.wait()
    wire.cut()
    with pytest.raises(DBAPIError):
        await job
    assert (dialler.orders, dialler.lines_taken) == ([], 0)
    assert await runner.mend() == 1
    await begin(runner, dialler, (await office.open_calls())[AN])
    assert await runner.mend() == 0
    await runner.finished()
    an = (await office.recipients(sent.broadcast))["An"]
    assert [call.outcome for call in an.calls] == ["lost", "confirmed"]


async def test_a_phone_that_nobody_needs_any_more_once_it_is_written_ahead_does_not_ring(
    office: Office, wire: Wire, beyond_the_wire: AsyncEngine
) -> None:
    await network_of(office.engine, {"An": [AN, HOME], "Bert": [HOME]})
    sent = await office.sends()
    dialler = FakeDialler()
    picked_up = dialler.rings_until[HOME] = asyncio.Event()
    runner = runner_of(office, dialler, beyond_the_wire)
    calls = await office.open_calls()
    await begin(runner, dialler, calls[HOME])
    wire.hold(WRITE_AHEAD)
    job = asyncio.create_task(begin(runner, dialler, calls[AN]))
    await wire.is_holding.wait()
    picked_up.set()
    await until_stopped(dialler)
    wire.release()
    await job
    await runner.finished()
    assert (dialler.calls_to(AN), dialler.lines_taken) == (0, 0)
    assert await office.results(sent.broadcast) == {"An": ("final", "heard"), "Bert": ("final", "heard")}
    assert await office.open_calls() == {}


@pytest.mark.parametrize("fault", ["the disk", "the sound"])
async def test_a_sound_that_cannot_be_laid_out_keeps_nobody_with_another_sound_from_being_called(
    office: Office, fault: str
) -> None:
    await network_of(office.engine, {"An": [AN], "Bert": [BERT]}, slug="de-bist")
    await network_of(office.engine, {"Chris": [CHRIS]}, slug="witven")
    sent = await office.sends(to=["de-bist"])
    dialler = FakeDialler()
    runner = runner_of(office, dialler)
    await begin(runner, dialler, (await office.open_calls())[AN])
    await office.sends({"nl": "Brand in de kerk."}, to=["witven"])
    if fault == "the disk":
        shutil.rmtree(office.sounds_folder / "sounds")
        (office.sounds_folder / "sounds").touch()
    else:
        async with office.engine.begin() as connection:
            await connection.exec_driver_sql("UPDATE audio SET flac = 'torn' WHERE seconds <> 0")
    calls = await office.open_calls()
    async with office.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE procrastinate_jobs SET status = 'doing'")
    jobs = [begin(runner, dialler, calls[number]) for number in (BERT, CHRIS)]
    bert, chris = await asyncio.gather(*jobs, return_exceptions=True)
    await runner.finished()
    assert (bert, chris) == (None, None)
    assert set((await office.results(sent.broadcast)).values()) == {("final", "confirmed")}
    assert (await office.open_calls(), dialler.lines_taken) == ({CHRIS: calls[CHRIS]}, 0)
    assert await office.count("attempt WHERE state = 'queued'") == 1


async def test_who_is_cut_off_while_an_attempt_is_written_ahead_keeps_no_line(
    office: Office, wire: Wire, beyond_the_wire: AsyncEngine
) -> None:
    await network_of(office.engine, {"An": [AN]})
    await office.sends()
    dialler = FakeDialler()
    runner = runner_of(office, dialler, beyond_the_wire)
    wire.hold(WRITE_AHEAD)
    job = asyncio.create_task(begin(runner, dialler, (await office.open_calls())[AN]))
    await wire.is_holding.wait()
    assert dialler.lines_taken == 1
    await runner.leave()
    await asyncio.wait({job})
    assert (dialler.orders, dialler.lines_taken) == ([], 0)
    wire.release()
    assert await runner.mend() == 1


async def test_calls_that_are_left_go_on_and_the_next_process_stays_with_them(office: Office) -> None:
    await network_of(office.engine, {"An": [AN]})
    sent = await office.sends()
    dialler = FakeDialler()
    dialler.rings_until[AN] = asyncio.Event()
    runner = runner_of(office, dialler)
    placed = asyncio.Event()
    dialler.on_call = lambda _: placed.set()
    await begin(runner, dialler, (await office.open_calls())[AN])
    await placed.wait()
    await runner.leave()
    assert dialler.lines_taken == 0
    assert await office.count("attempt WHERE state = 'dialling'") == 1
    successor = runner_of(office, FakeDialler())
    assert await successor.adopt_all() == 1
    await successor.finished()
    assert await office.results(sent.broadcast) == {"An": ("final", "confirmed")}


class Breaks(FakeDialler):
    """Has a fault of its own in the first call, which is up until the PBX is said to have ended it."""

    is_up = False

    async def call(self, order: CallOrder, reservation: Reservation) -> CallOutcome:
        if self.orders:
            return await super().call(order, reservation)
        self.orders.append(order)
        self.is_up = True
        raise ZeroDivisionError

    async def over(self, attempts: Collection[UUID]) -> Collection[UUID]:
        return () if self.is_up else attempts


async def test_a_fault_of_our_own_frees_no_telephone_whose_call_may_be_up(office: Office) -> None:
    await network_of(office.engine, {"An": [AN]})
    sent = await office.sends()
    dialler = Breaks()
    runner = runner_of(office, dialler)
    await begin(runner, dialler, (await office.open_calls())[AN])
    await runner.finished()
    again = (await office.open_calls())[AN]
    await runner.free_telephones()
    await begin(runner, dialler, again)
    await runner.finished()
    assert len(dialler.orders) == 1
    dialler.is_up = False
    await runner.free_telephones()
    await begin(runner, dialler, again)
    await runner.finished()
    an = (await office.recipients(sent.broadcast))["An"]
    assert [call.outcome for call in an.calls] == ["unknown", "confirmed"]
