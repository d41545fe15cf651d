"""No telephone has two calls of ours at once: whoever comes second waits, and gets through."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from uuid import UUID

import pytest
from sqlalchemy import func, select, text, update

from broadcast.leave_tables import LeaveCall
from broadcast.ledger.open_calls import is_taken, occupy
from broadcast.ledger.taking import Taken
from broadcast.policy import RetryPolicy
from broadcast.ports import CallOutcome
from broadcast.service_calls import duty, leaving, own_calls, trials
from broadcast.service_calls.duty_policy import DutyPolicy
from broadcast.service_calls.leave_policy import LeavePolicy
from broadcast.states import AttemptState, Outcome
from broadcast.tables import Attempt, OpenCall
from broadcast.trial_tables import TrialCall
from tests.broadcast.test_duty import on_duty_are
from tests.fakes.dialler import FakeDialler
from tests.support.office import NODE, PATIENCE, Office
from tests.support.people import ADMIN, network_of, phone
from tests.support.reports import reported

AN = phone(10, 1)
OTHER_NODE = "tongerlo"
SLOWLY = RetryPolicy(busy=60, lost_per_person=100)

pytestmark = pytest.mark.timeout(PATIENCE)


async def two_alerts(office: Office, *, first_urgent: bool = True) -> tuple[int, int]:
    """To the same person, one after the other."""
    await network_of(office.engine, {"An": [AN]})
    first = (await office.sends()).broadcast
    if not first_urgent:
        async with office.engine.begin() as connection:  # sent as urgent, for tests run by night too
            await connection.execute(text("UPDATE broadcast SET urgent = false"))
    return first, (await office.sends()).broadcast


async def waiting(office: Office, broadcast: int) -> UUID:
    """The attempt of it that is queued."""
    async with office.engine.connect() as connection:
        queued = select(Attempt.id).where(
            Attempt.broadcast_id == broadcast, Attempt.state == AttemptState.QUEUED
        )
        return (await connection.scalars(queued)).one()


async def takes(office: Office, *attempts: UUID, node: str = NODE) -> list[Taken]:
    by = (await office.lease_of(node)).tenure
    ready = set((await office.ledger.audio_of(attempts)).values())
    return await office.ledger.take(attempts, by, ready=ready)


async def taken(office: Office, *broadcasts: int) -> list[int]:
    """Of which of these broadcasts the call is placed when all are asked for."""
    attempts = [await waiting(office, one) for one in broadcasts]
    return [one.broadcast for one in await takes(office, *attempts)]


async def has_jobs(office: Office) -> set[int]:
    """The broadcasts whose attempt would be tried, once all that were fetched have been."""
    async with office.engine.begin() as connection:
        await connection.execute(text("TRUNCATE procrastinate_jobs CASCADE"))
    await office.upkeep.tend()
    async with office.engine.connect() as connection:
        job = select(Attempt.broadcast_id).where(
            text(
                "EXISTS (SELECT FROM procrastinate_jobs"
                " WHERE status = 'todo' AND queueing_lock = attempt.id::text)"
            )
        )
        return set(await connection.scalars(job))


async def is_held(office: Office, number: str) -> bool:
    """By a call that nobody knows."""
    async with office.engine.begin() as connection:
        return await occupy(connection, number, UUID(int=1), seconds=600)


async def test_the_second_alert_waits_for_the_first_as_it_was_and_is_next(office: Office) -> None:
    first, second = await two_alerts(office)
    [call] = await takes(office, await waiting(office, first))
    before = await waiting(office, second)
    assert await taken(office, second) == []
    assert await has_jobs(office) == set(), "who would only be turned away needs no line"
    await office.ends(call.attempt, Outcome.CONFIRMED)
    assert await has_jobs(office) == {second}
    assert [one.attempt for one in await takes(office, before)] == [before], "nothing was used up"


async def test_an_urgent_alert_goes_first_though_it_came_later(office: Office) -> None:
    message, alert = await two_alerts(office, first_urgent=False)
    assert await taken(office, message) == []
    assert await has_jobs(office) == {alert}
    assert await taken(office, message, alert) == [alert]


async def test_of_two_urgent_alerts_the_older_goes_first(office: Office) -> None:
    first, second = await two_alerts(office)
    assert await taken(office, second) == []
    assert await taken(office, second, first) == [first]


async def test_between_two_tries_of_an_urgent_alert_the_other_message_gets_its_turn(office: Office) -> None:
    office.retry = SLOWLY
    message, alert = await two_alerts(office, first_urgent=False)
    [call] = await takes(office, await waiting(office, alert))
    await office.ends(call.attempt, Outcome.BUSY)
    assert await has_jobs(office) == {message}
    assert await taken(office, message) == [message]


async def test_nodes_that_take_two_alerts_in_the_same_moment_place_one_call(office: Office) -> None:
    office.retry = SLOWLY
    people = {f"Lid {n}": [phone(10, n)] for n in range(1, 30)}
    await network_of(office.engine, people)
    broadcasts = [(await office.sends()).broadcast for _ in range(2)]
    async with office.engine.connect() as connection:
        rows = (await connection.execute(select(Attempt.broadcast_id, Attempt.id))).all()
    first, second = ([id_ for of, id_ in rows if of == one] for one in broadcasts)
    await office.lease_of(OTHER_NODE)
    both = await asyncio.gather(
        takes(office, *first),
        takes(office, *reversed(second), node=OTHER_NODE),
        takes(office, *reversed(first), node=OTHER_NODE),
    )
    numbers = [one.number for those in both for one in those]
    assert sorted(numbers) == sorted(number for [number] in people.values())


@pytest.mark.parametrize("outcome", [Outcome.UNKNOWN, Outcome.LOST, Outcome.EXPIRED, Outcome.CANCELLED])
async def test_however_a_call_ends_its_telephone_is_free(office: Office, outcome: Outcome) -> None:
    office.retry = SLOWLY
    first, _ = await two_alerts(office)
    [call] = await takes(office, await waiting(office, first))
    await office.ends(call.attempt, outcome)
    assert await office.count("open_call") == 0


async def test_an_alert_that_is_stopped_lets_the_next_one_through_when_its_call_is_over(
    office: Office,
) -> None:
    first, second = await two_alerts(office)
    [call] = await takes(office, await waiting(office, first))
    await office.desk.stop(ADMIN, first)
    assert await taken(office, second) == []
    await office.ends(call.attempt, Outcome.PARTIAL)
    assert await taken(office, second) == [second]


async def test_an_alert_that_waits_no_more_is_no_longer_waited_for(office: Office) -> None:
    first, second = await two_alerts(office)
    await office.desk.stop(ADMIN, first)
    assert await taken(office, second) == [second]


async def test_who_reports_after_the_alert_is_not_rung_until_they_have_hung_up(office: Office) -> None:
    first, second = await two_alerts(office)
    [call] = await takes(office, await waiting(office, first))
    reports = CallOutcome(Outcome.HEARD, ended_at=datetime.now(UTC), goes_on_for=900.0)
    await office.ledger.record({call.attempt: reports})
    assert await taken(office, second) == []
    assert await office.upkeep.free_numbers() == 0
    assert await office.ledger.gone_on(OTHER_NODE) == {}
    assert await office.ledger.gone_on(NODE) == {call.attempt: AN}
    dialler = FakeDialler()
    await office.runner(dialler).free_telephones()
    assert await taken(office, second) == [second]


async def test_what_nobody_will_release_is_free_when_its_call_must_be_over(office: Office) -> None:
    """As of a call that was written ahead by a node that died."""
    first, _ = await two_alerts(office)
    assert await is_held(office, AN)
    assert await office.upkeep.free_numbers() == 0
    async with office.engine.begin() as connection:
        await connection.execute(update(OpenCall).values(over_by=func.now()))
    assert await office.upkeep.free_numbers() == 1
    [call] = await takes(office, await waiting(office, first))
    async with office.engine.begin() as connection:
        await connection.execute(update(OpenCall).values(over_by=func.now()))
    assert await office.upkeep.free_numbers() == 0, "an attempt that is being dialled holds it"
    assert call.number == AN


async def test_a_test_call_waits_for_an_alert_and_an_alert_for_a_test_call(office: Office) -> None:
    first, second = await two_alerts(office)

    async def rings() -> trials.TrialRing | None:
        async with office.engine.begin() as connection:
            await trials.order(connection, ADMIN, AN, "nl")
            return await trials.take(connection, NODE)

    assert await rings() is None, "an urgent alert is due there"
    [call] = await takes(office, await waiting(office, first))
    await office.desk.stop(ADMIN, second)
    assert await rings() is None
    assert await is_taken(office.engine, AN)
    await office.ends(call.attempt, Outcome.CONFIRMED)
    assert not await is_taken(office.engine, AN)
    trial = await rings()
    assert trial is not None
    third = (await office.sends()).broadcast
    assert await taken(office, third) == []
    async with office.engine.begin() as connection:
        await own_calls.close(connection, TrialCall, trial.id, Outcome.BUSY)
    assert await taken(office, third) == [third]


async def test_who_asked_to_leave_is_rung_when_no_alert_rings_them(office: Office) -> None:
    first, second = await two_alerts(office)
    policy = LeavePolicy(after=0, again=0)

    async def rings() -> leaving.LeaveRing | None:
        async with office.engine.begin() as connection:
            return await leaving.take(connection, NODE, policy)

    async with office.engine.begin() as connection:
        assert await leaving.ask_to_leave(connection, AN, policy)
    assert await rings() is None
    await office.desk.stop(ADMIN, second)
    [call] = await takes(office, await waiting(office, first))
    assert await rings() is None
    await office.ends(call.attempt, Outcome.CONFIRMED)
    ring = await rings()
    assert ring is not None
    third = (await office.sends()).broadcast
    assert await taken(office, third) == []
    async with office.engine.begin() as connection:
        await own_calls.close(connection, LeaveCall, ring.id, "stayed")
    assert await taken(office, third) == [third]


async def test_an_officer_in_another_call_is_passed_over_for_the_next_on_duty(office: Office) -> None:
    await on_duty_are(office)
    await two_alerts(office)
    await reported(office.engine)
    assert await is_held(office, phone(29, 0))
    async with office.engine.begin() as connection:
        ring = await duty.take(connection, NODE, DutyPolicy(after=0, again=0))
    assert ring is not None
    assert await office.count(f"open_call WHERE e164 = '{phone(29, 1)}'") == 1


async def test_a_confirmation_of_one_alert_is_none_of_the_other_though_both_wait_for_one_phone(
    office: Office,
) -> None:
    first, second = await two_alerts(office)
    await office.ledger.confirm_by_callback(second, AN)
    assert await office.results(first) == {"An": ("waiting", "nothing")}
    assert await office.results(second) == {"An": ("final", "confirmed")}
    [call] = await takes(office, await waiting(office, first))
    assert await office.ledger.confirm_by_callback(second, AN) == [], "the call of the other alert goes on"
    await office.ends(call.attempt, Outcome.HEARD)
    assert await office.results(first) == {"An": ("final", "heard")}


@asynccontextmanager
async def at_work(office: Office) -> AsyncIterator[FakeDialler]:
    """Its phones fail the test when they are rung twice at once."""
    dialler = FakeDialler(lines=20, hold=0.05)
    async with office.at_work(dialler):
        yield dialler


@pytest.mark.thorough
async def test_alerts_to_the_same_people_all_get_through(office: Office) -> None:
    await network_of(office.engine, {f"Lid {n}": [phone(10 + n % 8, n)] for n in range(30)})
    async with at_work(office) as dialler:
        sent = [(await office.sends()).broadcast for _ in range(3)]
        for broadcast in sent:
            await office.until_closed(broadcast)
    assert not await office.count("open_call")
    for broadcast in sent:
        assert {state for state, _ in (await office.results(broadcast)).values()} == {"final"}
    assert {dialler.calls_to(phone(10, n)) for n in (0, 8, 16, 24)} == {3}


async def test_an_alert_whose_sound_is_spoilt_keeps_no_telephone_from_others(office: Office) -> None:
    await network_of(office.engine, {"An": [AN]})
    spoilt = (await office.sends()).broadcast
    second = (await office.sends({"nl": "Brand in de kerk."})).broadcast
    async with office.engine.begin() as connection:
        of_first = "sha256 = (SELECT audio FROM pass WHERE broadcast_id = :first)"
        await connection.execute(text(f"UPDATE audio SET flac = 'torn' WHERE {of_first}"), {"first": spoilt})
    async with at_work(office):
        await office.until_closed(second)
    assert (await office.results(second))["An"][0] == "final"
    assert (await office.results(spoilt))["An"][0] == "waiting"
