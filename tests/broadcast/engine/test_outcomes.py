"""What a call came to is not forgotten when the database is away, and not even when the process dies then."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from broadcast.engine.outcome_writer import OutcomeWriter
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.queue import AttemptQueue
from broadcast.ports import CallOutcome
from broadcast.states import Outcome
from storage.engine import make_engine
from tests.fakes.dialler import FakeDialler
from tests.support.office import PATIENCE, Office
from tests.support.people import network_of, phone

AN, BERT = phone(10, 1), phone(10, 2)
CONFIRMED = CallOutcome(
    Outcome.CONFIRMED,
    answered_at=datetime(2026, 11, 24, 20, tzinfo=UTC),
    ended_at=datetime(2026, 11, 24, 20, 1, tzinfo=UTC),
    cause=16,
    evidence={"keys": [["1", 4.5]], "judgement": "person"},
)

pytestmark = pytest.mark.timeout(PATIENCE)


def outcomes_of(office: Office, engine: AsyncEngine) -> OutcomeWriter:
    ledger = Ledger(engine, AttemptQueue(office.app), office.retry)
    return OutcomeWriter(ledger, office.spool, lambda _: None)


async def until_kept(office: Office, attempt: UUID) -> None:
    while office.spool.kept() != {attempt: CONFIRMED}:
        await asyncio.sleep(0.02)


@pytest.mark.parametrize("end", ["killed", "told to end"])
async def test_who_confirmed_is_not_rung_again_because_database_and_process_went_away(
    office: Office, end: str
) -> None:
    await network_of(office.engine, {"An": [AN]})
    sent = await office.sends()
    an = await office.takes(AN)
    nowhere = make_engine("postgresql:///none?host=/nowhere")
    writing = asyncio.create_task(outcomes_of(office, nowhere).write(an.attempt, CONFIRMED))
    if end == "killed":
        await until_kept(office, an.attempt)
    else:
        await asyncio.sleep(0)
    writing.cancel()
    await asyncio.wait({writing})
    assert office.spool.kept() == {an.attempt: CONFIRMED}
    dialler = FakeDialler()
    successor = office.runner(dialler)
    assert await successor.adopt_all() == 0
    assert await office.results(sent.broadcast) == {"An": ("final", "confirmed")}
    assert (dialler.adopted, dialler.orders, office.spool.kept()) == ([], [], {})


async def test_what_was_written_at_last_waits_on_disk_no_more(office: Office) -> None:
    await network_of(office.engine, {"An": [AN]})
    await office.sends()
    an = await office.takes(AN)
    async with office.engine.begin() as lock:
        await lock.exec_driver_sql("SELECT FROM recipient FOR UPDATE")
        writing = asyncio.create_task(outcomes_of(office, office.engine).write(an.attempt, CONFIRMED))
        await until_kept(office, an.attempt)
    await writing
    assert office.spool.kept() == {}
    assert await office.open_calls() == {}


async def test_an_outcome_that_others_have_written_or_closed_changes_nothing(office: Office) -> None:
    await network_of(office.engine, {"An": [AN]})
    sent = await office.sends()
    an = await office.takes(AN)
    await office.ends(an.attempt, Outcome.UNKNOWN)
    office.spool.keep(an.attempt, CONFIRMED)
    assert await outcomes_of(office, office.engine).write_kept() == 1
    [recipient] = (await office.recipients(sent.broadcast)).values()
    assert [call.outcome for call in recipient.calls] == ["unknown", None]


async def test_what_the_database_never_takes_does_not_keep_the_line_from_starting(office: Office) -> None:
    await network_of(office.engine, {"An": [AN]})
    sent = await office.sends()
    an = await office.takes(AN)
    office.spool.keep(an.attempt, replace(CONFIRMED, evidence={"no text": "\0"}))
    dialler = FakeDialler()
    assert await office.runner(dialler).adopt_all() == 0
    assert dialler.adopted == []
    assert await office.results(sent.broadcast) == {"An": ("final", "confirmed")}
    assert office.spool.kept() == {}


def test_a_torn_file_or_a_full_disk_is_told_and_stops_nothing(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    spool = office.spool
    spool.keep(uuid4(), CONFIRMED)
    [file] = (office.sounds_folder / "outcomes").iterdir()
    file.write_bytes(file.read_bytes()[:20])
    assert spool.kept() == {}
    file.unlink()
    file.parent.rmdir()
    file.parent.touch()
    spool.keep(uuid4(), CONFIRMED)
    assert caplog.text.count("look at the disk") == 2


async def test_what_the_database_refuses_is_written_without_its_evidence_and_harms_no_other(
    office: Office,
) -> None:
    await network_of(office.engine, {"An": [AN], "Bert": [BERT]})
    sent = await office.sends()
    an, bert = await office.takes(AN), await office.takes(BERT)
    outcomes = outcomes_of(office, office.engine)
    poisoned = replace(CONFIRMED, evidence={"keys": "\x00"})
    await asyncio.gather(outcomes.write(an.attempt, poisoned), outcomes.write(bert.attempt, CONFIRMED))
    recipients = await office.recipients(sent.broadcast)
    assert {name: recipient.result for name, recipient in recipients.items()} == {
        "An": "confirmed",
        "Bert": "confirmed",
    }
    assert (recipients["An"].calls[0].evidence, recipients["Bert"].calls[0].evidence) == (
        {},
        CONFIRMED.evidence,
    )
