"""A trunk fails in the middle of an alert and is mended later: nobody is judged by it, all are reached."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import select, update

from broadcast.engine.nodes import nodes, tell_trunk_fault, trunk_fault
from broadcast.ledger.hastening import hasten
from broadcast.ledger.queue import SOON
from broadcast.policy import RetryPolicy
from broadcast.rules.retry import FOR_THE_TRUNK
from broadcast.states import AttemptState, Outcome
from broadcast.tables import Attempt, Node
from ivr.outbound.trunk_health import DIFFERENT_NUMBERS, SAID_AGAIN_AFTER
from ivr.pbx.trunk import Trunk
from tests.fakes.ari_call import FakeCall
from tests.fakes.ari_server import FakeAri
from tests.fakes.neighbours import Behaviour
from tests.ivr.conftest import SPEED, LineDesk, line_on, until
from tests.support.office import AT_ONCE, NODE, Office
from tests.support.people import network_of, phone

pytestmark = pytest.mark.thorough

MEMBERS = 40
RESTS = 60.0
"""Seconds for which a number would rest after the trunk's first refusal: longer than the test may take."""
SOON_AFTER = 30.0
"""Seconds after it was mended within which all calls are over; a call lasts half a second."""


def says(cause: int, status: int) -> Behaviour:
    async def refuse(call: FakeCall) -> None:
        call.refuse(cause, status)

    return refuse


async def says_nothing_at_all(call: FakeCall) -> None:
    """Not even 100; at last our Asterisk gives up."""
    await call.passes(8)
    call.refuse(18, 408)


@asynccontextmanager
async def line_of(
    office: Office, ari: FakeAri, folder: Path, *, said_again_after: float = SAID_AGAIN_AFTER
) -> AsyncIterator[LineDesk]:
    """The office's alerts go out on it, and the office is told how its trunk fares."""

    async def tell(says: str | None) -> None:
        await tell_trunk_fault(office.engine, NODE, says)
        await hasten(office.engine)

    # Few calls at once: 503 speaks against a trunk only once it carries none of ours.
    trunk = Trunk(channels=3, calls_per_second=30)
    async with (
        line_on(
            ari, folder, trunk=trunk, tell=tell, doubted_for=5, said_again_after=said_again_after
        ) as desk,
        office.at_work(desk.dialler),
    ):
        telling = asyncio.create_task(tell_always(desk))
        yield desk
        telling.cancel()
        await asyncio.wait({telling})


async def tell_always(desk: LineDesk) -> None:
    while True:
        await desk.trunk_watch.tell()
        await asyncio.sleep(0.05)


@pytest.mark.timeout(120)
async def test_ten_people_whose_first_number_is_dead_are_reached_on_their_second(
    office: Office, tmp_path: Path
) -> None:
    """Ten different numbers that do not exist speak against the trunk, until one that does is tried."""
    await network_of(office.engine, {f"Lid {n}": [phone(20, n), phone(10, n)] for n in range(10)})
    sent = await office.sends()
    async with FakeAri(speed=SPEED) as ari, line_of(office, ari, tmp_path):
        await office.until(lambda seen: seen.trunk_fault is not None, sent.broadcast)
        await office.until_closed(sent.broadcast)
    assert {result for _, result in (await office.results(sent.broadcast)).values()} == {"confirmed"}


@pytest.mark.timeout(120)
async def test_when_only_dead_numbers_are_left_they_are_believed_all_the_same(
    office: Office, tmp_path: Path
) -> None:
    people = {f"Lid {n}": [phone(20, n)] for n in range(DIFFERENT_NUMBERS)}
    await network_of(office.engine, {"An": [phone(10)], **people})
    sent = await office.sends()
    async with FakeAri(speed=SPEED) as ari, line_of(office, ari, tmp_path, said_again_after=0.5):
        await office.until(lambda seen: seen.trunk_fault is not None, sent.broadcast)
        are_believed = len(people)
        await office.until(
            lambda seen: seen.outcomes.get(Outcome.DEAD_NUMBER, 0) >= are_believed, sent.broadcast
        )
    recipients = await office.recipients(sent.broadcast)
    assert [call.outcome for call in recipients.pop("An").calls] == [Outcome.CONFIRMED]
    for recipient in recipients.values():
        first, *others = [call.outcome for call in recipient.calls]
        assert first is Outcome.TRUNK_AT_FAULT
        assert Outcome.DEAD_NUMBER in others


@pytest.mark.parametrize(
    ("refuses", "told"),
    [
        (says(21, 401), "user name and password (401)"),
        (says(34, 503), "full or out of service (503)"),
        (says(1, 404), "does not exist (404)"),
        (says_nothing_at_all, "does not reply"),
    ],
    ids=["wrong password", "out of service", "knows nobody", "no reply"],
)
@pytest.mark.timeout(120)
async def test_a_trunk_that_fails_in_the_middle_of_an_alert_and_is_mended_costs_nobody_anything(
    office: Office, tmp_path: Path, refuses: Behaviour, told: str
) -> None:
    office.retry = AT_ONCE.model_copy(update={"congestion": RESTS, "congestion_longest": 4 * RESTS})
    await network_of(office.engine, {f"Lid {n}": [phone(10, n)] for n in range(MEMBERS)})
    sent = await office.sends()
    async with FakeAri(speed=SPEED) as ari, line_of(office, ari, tmp_path) as desk:
        await office.until(lambda seen: seen.to_go <= MEMBERS - 10, sent.broadcast)
        ari.refuses = refuses
        seen = await office.until(lambda seen: seen.trunk_fault is not None, sent.broadcast)
        assert seen.trunk_fault is not None
        assert told in seen.trunk_fault
        tries = len(ari.posts)
        await until(lambda: len(ari.posts) >= tries + 3)
        ari.refuses = None
        mended = asyncio.get_running_loop().time()
        closed = await office.until_closed(sent.broadcast)
        assert asyncio.get_running_loop().time() - mended < SOON_AFTER
        assert closed.outcomes[Outcome.CONFIRMED] == MEMBERS
        assert closed.outcomes.keys() <= {Outcome.CONFIRMED, Outcome.TRUNK_AT_FAULT, *FOR_THE_TRUNK}
        assert closed.outcomes[Outcome.TRUNK_AT_FAULT] >= 3
        await until(lambda: desk.trunk_watch.fault is None)
        assert set(ari.posts.values()) == {1}
    assert {result for _, result in (await office.results(sent.broadcast)).values()} == {"confirmed"}


# Who waits for the trunk's sake


async def due_in(office: Office) -> dict[str, float]:
    """Seconds from now at which the open call to each number is due."""
    now = await office.now()
    async with office.engine.connect() as connection:
        rows = await connection.execute(
            select(Attempt.e164, Attempt.due_at).where(Attempt.state == AttemptState.QUEUED)
        )
        return {number: (due - now).total_seconds() for number, due in rows}


@pytest.mark.parametrize("rest", [SOON.total_seconds() / 2, SOON.total_seconds() * 6])
async def test_who_rests_because_the_trunk_refused_their_call_is_due_at_once_and_nobody_else(
    office: Office, rest: float
) -> None:
    """Be there a job for it already or not."""
    waits = RetryPolicy().model_dump(include={"busy", "rejected", "no_answer"})
    office.retry = AT_ONCE.model_copy(update={**waits, "congestion": rest, "congestion_longest": rest})
    trunks = [Outcome.CONGESTION, Outcome.TRUNK_DOWN, Outcome.TRUNK_REFUSED, Outcome.INCOMPATIBLE]
    persons = [Outcome.BUSY, Outcome.REJECTED, Outcome.NO_ANSWER, Outcome.REDIRECTED]
    numbers = {phone(10, n): outcome for n, outcome in enumerate([*trunks, *persons])}
    await network_of(office.engine, {f"Lid {number}": [number] for number in numbers})
    await office.sends()
    for number, outcome in numbers.items():
        await office.calls(number, outcome)
    assert await hasten(office.engine) == len(trunks)
    due = await due_in(office)
    assert {numbers[number] for number, seconds in due.items() if seconds <= 0} == set(trunks)
    await office.upkeep.tend()
    jobs = "procrastinate_jobs JOIN attempt ON queueing_lock = attempt.id::text WHERE state = 'queued'"
    assert await office.count(f"{jobs} AND coalesce(scheduled_at, now()) <= now()") == len(trunks)
    assert await hasten(office.engine) == 0


async def test_a_call_that_the_trunk_refused_before_a_person_was_engaged_hastens_nobody(
    office: Office,
) -> None:
    office.retry = AT_ONCE.model_copy(update={"busy": 60})
    await network_of(office.engine, {"An": [phone(10)]})
    await office.sends()
    await office.calls(phone(10), Outcome.TRUNK_DOWN)
    await office.calls(phone(10), Outcome.BUSY)
    assert await hasten(office.engine) == 0


# What others see of it


async def test_calls_wait_for_the_trunk_only_when_that_of_every_node_at_work_is_at_fault(
    office: Office,
) -> None:
    async def seen() -> str | None:
        async with office.engine.connect() as connection:
            return await trunk_fault(connection)

    await office.lease_of("herentals")
    assert await seen() is None
    await tell_trunk_fault(office.engine, NODE, "The trunk takes no calls: one.")
    assert await seen() is None
    await tell_trunk_fault(office.engine, "herentals", "The trunk takes no calls: two.")
    assert await seen() == "The trunk takes no calls: one."
    await office.leases["herentals"]._return()
    await tell_trunk_fault(office.engine, NODE, None)
    assert await seen() is None
    await tell_trunk_fault(office.engine, NODE, "The trunk takes no calls: three.")
    assert await seen() == "The trunk takes no calls: three.", "who is away takes no calls either"
    async with office.engine.begin() as connection:
        await connection.execute(update(Node).values(drained_at=await office.now()))
    assert await seen() is None, "other words are there for a drained node"


async def test_since_when_a_trunk_is_at_fault_stays_though_the_words_for_it_change(office: Office) -> None:
    async def state() -> tuple[str | None, object]:
        [node] = await nodes(office.engine)
        return node.trunk_fault, node.trunk_fault_since

    await tell_trunk_fault(office.engine, NODE, "one")
    _, since = await state()
    await tell_trunk_fault(office.engine, NODE, "two")
    assert await state() == ("two", since)
    await tell_trunk_fault(office.engine, NODE, None)
    assert await state() == (None, None)
