"""Who calls back from a number that nobody vouches for confirms nothing: they are rung once more."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from broadcast.ledger.hastening import hasten
from broadcast.policy import BroadcastPolicy, RetryPolicy
from broadcast.states import AttemptState, Outcome
from broadcast.tables import Attempt
from tests.support.office import NODE, PATIENCE, Office
from tests.support.people import network_of, phone

MOBILE, HOME, WORK = phone(17, 1), phone(17, 2), phone(17, 3)
"""They ring out."""
LAST_CALL = timedelta(seconds=RetryPolicy().longest_wait)

pytestmark = pytest.mark.timeout(PATIENCE)


@pytest.fixture(autouse=True)
def shipped_waits(office: Office) -> None:
    office.retry = RetryPolicy()


async def due(office: Office) -> dict[str, datetime]:
    """When the calls that wait are due, by number."""
    async with office.engine.connect() as connection:
        rows = await connection.execute(
            select(Attempt.e164, Attempt.due_at).where(Attempt.state == AttemptState.QUEUED)
        )
        return {row.e164: row.due_at for row in rows}


async def called_back_at(office: Office) -> list[datetime]:
    async with office.engine.connect() as connection:
        rows = select(Attempt.ended_at).where(Attempt.outcome == Outcome.CALLED_BACK)
        return [at for at in await connection.scalars(rows.order_by(Attempt.ended_at)) if at]


async def last_call(office: Office) -> datetime:
    """The moment from which on one call is the last one, for who called back first."""
    return (await called_back_at(office))[0] + LAST_CALL


async def five_minutes_go_by(office: Office) -> None:
    """Everything that was, was so long ago."""
    async with office.engine.begin() as connection:
        for column in ("due_at", "dialled_at", "ended_at"):
            await connection.exec_driver_sql(
                f"UPDATE attempt SET {column} = {column} - interval '300 s' WHERE {column} IS NOT NULL"
            )


async def test_they_are_shown_as_called_back_and_their_next_call_is_put_off(office: Office) -> None:
    await network_of(office.engine, {"An": [MOBILE, HOME]})
    sent = await office.sends()
    await office.calls(MOBILE, Outcome.NO_ANSWER)
    await office.ledger.note_callback(sent.broadcast, MOBILE)
    assert await office.results(sent.broadcast) == {"An": ("waiting", "called_back")}
    assert await due(office) == {HOME: await last_call(office)}
    assert await office.count("attempt WHERE outcome = 'confirmed_by_callback'") == 0


async def test_the_last_call_comes_once(office: Office) -> None:
    await network_of(office.engine, {"An": [MOBILE]})
    sent = await office.sends()
    await office.ledger.note_callback(sent.broadcast, MOBILE)
    await five_minutes_go_by(office)
    await office.calls(MOBILE, Outcome.NO_ANSWER)
    assert await office.results(sent.broadcast) == {"An": ("final", "called_back")}
    assert await office.open_calls() == {}
    await office.upkeep.tend()
    seen = await office.progress(sent.broadcast)
    assert (seen.state, seen.results) == ("closed", {"called_back": 1})


async def test_whoever_presses_the_key_on_the_last_call_has_confirmed(office: Office) -> None:
    await network_of(office.engine, {"An": [MOBILE]})
    sent = await office.sends()
    await office.ledger.note_callback(sent.broadcast, MOBILE)
    await five_minutes_go_by(office)
    await office.calls(MOBILE, Outcome.CONFIRMED)
    assert await office.results(sent.broadcast) == {"An": ("final", "confirmed")}


async def test_a_job_that_was_at_hand_dials_nothing_any_more(office: Office) -> None:
    await network_of(office.engine, {"An": [MOBILE]})
    sent = await office.sends()
    [at_hand] = (await office.open_calls()).values()
    audio = (await office.ledger.audio_of([at_hand])).values()
    await office.ledger.note_callback(sent.broadcast, MOBILE)
    assert await office.ledger.take([at_hand], office.lease.tenure, ready=audio) == []
    async with office.engine.begin() as connection:
        await connection.exec_driver_sql("TRUNCATE procrastinate_jobs CASCADE")
    await office.upkeep.tend()
    assert await office.jobs() == 0, "nobody asks for it before it is due soon"


async def test_more_call_backs_put_nothing_off_and_are_written_once(office: Office) -> None:
    await network_of(office.engine, {"An": [MOBILE, HOME]})
    sent = await office.sends()
    await office.ledger.note_callback(sent.broadcast, MOBILE)
    before, calls = await due(office), await office.open_calls()
    for number in (MOBILE, MOBILE, HOME, MOBILE):
        await office.ledger.note_callback(sent.broadcast, number)
    assert (await due(office), await office.open_calls()) == (before, calls)
    assert len(await called_back_at(office)) == 1
    await five_minutes_go_by(office)
    taken = await office.takes(MOBILE)
    await office.ledger.note_callback(sent.broadcast, MOBILE)
    await office.ends(taken.attempt, Outcome.NO_ANSWER)
    assert await office.results(sent.broadcast) == {"An": ("final", "called_back")}


async def test_who_is_being_rung_goes_on_being_rung_and_is_rung_once_more(office: Office) -> None:
    await network_of(office.engine, {"An": [MOBILE]})
    sent = await office.sends()
    ringing = await office.takes(MOBILE)
    await office.ledger.note_callback(sent.broadcast, MOBILE)
    assert await office.ledger.needless(NODE) == []
    assert await office.results(sent.broadcast) == {"An": ("waiting", "called_back")}
    await office.ends(ringing.attempt, Outcome.NO_ANSWER)
    assert await due(office) == {MOBILE: await last_call(office)}


@pytest.mark.parametrize("outcome", [Outcome.CONFIRMED, Outcome.HEARD])
async def test_a_call_that_was_up_and_reaches_them_ends_it(office: Office, outcome: Outcome) -> None:
    await network_of(office.engine, {"An": [MOBILE, HOME]})
    sent = await office.sends()
    up = await office.takes(MOBILE)
    await office.ledger.note_callback(sent.broadcast, HOME)
    await office.ends(up.attempt, outcome)
    assert await office.results(sent.broadcast) == {"An": ("final", outcome.value)}
    assert await office.open_calls() == {}


async def test_a_last_call_that_rang_nobody_or_is_lost_with_its_node_is_placed_again(office: Office) -> None:
    await network_of(office.engine, {"An": [MOBILE]})
    sent = await office.sends()
    await office.ledger.note_callback(sent.broadcast, MOBILE)
    await five_minutes_go_by(office)
    for fault in (Outcome.UNKNOWN, Outcome.LOST, Outcome.TRUNK_AT_FAULT):
        await office.calls(MOBILE, fault)
        assert (await due(office))[MOBILE] <= await office.now()
    await office.calls(MOBILE, Outcome.BUSY)
    assert await office.results(sent.broadcast) == {"An": ("final", "called_back")}


async def test_who_has_not_been_called_yet_is_called_once(office: Office) -> None:
    office.policy = BroadcastPolicy(window=1)
    await network_of(office.engine, {"An": [WORK], "Bert": [HOME]})
    sent = await office.sends()
    assert (await office.open_calls()).keys() == {WORK}
    await office.ledger.note_callback(sent.broadcast, HOME)
    await office.calls(WORK, Outcome.CONFIRMED)
    await office.upkeep.tend()
    assert await due(office) == {HOME: await last_call(office)}
    await five_minutes_go_by(office)
    await office.calls(HOME, Outcome.NO_ANSWER)
    assert (await office.results(sent.broadcast))["Bert"] == ("final", "called_back")


async def test_the_last_call_comes_before_the_alert_expires(office: Office) -> None:
    office.policy = BroadcastPolicy(urgent_expiry=200)
    await network_of(office.engine, {"An": [MOBILE]})
    sent = await office.sends()
    await office.ledger.note_callback(sent.broadcast, MOBILE)
    [at] = (await due(office)).values()
    in_time = timedelta(seconds=200 - office.retry.last_call)
    assert abs(at - (await office.now() + in_time)) < timedelta(seconds=PATIENCE)
    assert at < await last_call(office)


async def test_only_the_alert_that_they_heard_is_called_back(office: Office) -> None:
    await network_of(office.engine, {"An": [MOBILE]})
    first, second = await office.sends(), await office.sends()
    await office.ledger.note_callback(second.broadcast, MOBILE)
    assert await office.results(first.broadcast) == {"An": ("waiting", "nothing")}
    assert await office.results(second.broadcast) == {"An": ("waiting", "called_back")}
    taken = await takes_of(office, first.broadcast)
    await office.ends(taken, Outcome.CONFIRMED)
    assert await office.results(second.broadcast) == {"An": ("waiting", "called_back")}


async def takes_of(office: Office, broadcast: int) -> UUID:
    async with office.engine.connect() as connection:
        of_it = select(Attempt.id).where(
            Attempt.broadcast_id == broadcast, Attempt.state == AttemptState.QUEUED
        )
        [attempt] = await connection.scalars(of_it)
    audio = (await office.ledger.audio_of([attempt])).values()
    [taken] = await office.ledger.take([attempt], office.lease.tenure, ready=audio)
    return taken.attempt


async def test_who_is_vouched_for_afterwards_has_confirmed_and_who_confirmed_stays_so(office: Office) -> None:
    await network_of(office.engine, {"An": [MOBILE]})
    sent = await office.sends()
    await office.ledger.note_callback(sent.broadcast, MOBILE)
    await office.ledger.confirm_by_callback(sent.broadcast, MOBILE)
    assert await office.results(sent.broadcast) == {"An": ("final", "confirmed")}
    assert await office.open_calls() == {}
    await office.ledger.note_callback(sent.broadcast, MOBILE)
    assert await office.results(sent.broadcast) == {"An": ("final", "confirmed")}
    assert len(await called_back_at(office)) == 1


@pytest.mark.parametrize(
    ("outcome", "result", "rows"),
    [
        (Outcome.HEARD, "heard", 0),
        (Outcome.CONFIRMED, "confirmed", 0),
        (Outcome.REFUSED, "called_back", 1),
    ],
)
async def test_when_all_is_over_nobody_is_called_again_and_what_was_proved_stays(
    office: Office, outcome: Outcome, result: str, rows: int
) -> None:
    await network_of(office.engine, {"An": [MOBILE]})
    sent = await office.sends()
    await office.calls(MOBILE, outcome)
    await office.upkeep.tend()
    await office.ledger.note_callback(sent.broadcast, MOBILE)
    assert await office.results(sent.broadcast) == {"An": ("final", result)}
    assert len(await called_back_at(office)) == rows
    assert await office.open_calls() == {}


async def test_a_number_that_was_not_in_the_broadcast_changes_nothing(office: Office) -> None:
    await network_of(office.engine, {"An": [HOME]})
    sent = await office.sends()
    await office.ledger.note_callback(sent.broadcast, WORK)
    assert await office.results(sent.broadcast) == {"An": ("waiting", "nothing")}


async def test_a_trunk_that_is_mended_hastens_no_call_that_was_put_off(office: Office) -> None:
    await network_of(office.engine, {"An": [MOBILE, HOME], "Bert": [WORK]})
    sent = await office.sends()
    for number in (MOBILE, WORK):
        await office.calls(number, Outcome.CONGESTION)
    await office.ledger.note_callback(sent.broadcast, HOME)
    assert await hasten(office.engine) == 1
    waiting = await due(office)
    assert waiting[MOBILE] == await last_call(office)
    assert waiting[WORK] <= await office.now()
    await five_minutes_go_by(office)
    for number in (MOBILE, HOME):
        await office.calls(number, Outcome.CONGESTION)
    assert await hasten(office.engine) == 1, "now it waits for the trunk alone"
