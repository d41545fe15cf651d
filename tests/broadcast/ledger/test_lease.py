"""Who may dial under a node's name, and for how long; and what of it is left after an absence."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from broadcast.audio.sounds import MessageSounds
from broadcast.engine.attempt_runner import AttemptRunner
from broadcast.engine.nodes import drain, resume
from broadcast.engine.open_attempts import OpenAttempts
from broadcast.engine.takeover import Takeover
from broadcast.errors import NodeTaken
from broadcast.ledger.lease import Claimant, Lease, Tenure
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.queue import AttemptQueue
from broadcast.ledger.taking import Taken
from broadcast.policy import NodePolicy
from broadcast.reservation import Reservation
from broadcast.states import Outcome
from tests.fakes.dialler import FakeDialler, begin
from tests.support.office import NODE, PATIENCE, Office, lapse
from tests.support.people import ADMIN, network_of, phone

AN = phone(10, 1)
BRIEF = NodePolicy(lease=0.6, sweep=0.1)
BOOT = uuid4()

pytestmark = pytest.mark.timeout(PATIENCE)


async def an_is_rung(office: Office, runner: AttemptRunner, dialler: FakeDialler) -> tuple[int, UUID]:
    """For as long as she is let ring; the broadcast, and the attempt."""
    await network_of(office.engine, {"An": [AN]})
    sent = await office.sends()
    dialler.rings_until[AN] = asyncio.Event()
    first = (await office.open_calls())[AN]
    await begin(runner, dialler, first)
    while not dialler.orders:
        await asyncio.sleep(0.01)
    return sent.broadcast, first


async def test_two_machines_under_one_name_do_not_both_serve(office: Office) -> None:
    twin = Lease(office.engine, Claimant(NODE, uuid4(), BOOT), office.nodes)
    assert not await twin.claim()
    assert not twin.may_take
    assert office.lease.may_take
    await lapse(office)
    assert await twin.claim()
    assert not await office.lease.renew()


async def test_a_copy_of_a_machine_waits_for_the_lease_of_the_first(office: Office) -> None:
    installation = uuid4()
    first = Lease(office.engine, Claimant("tongerlo", installation, BOOT), office.nodes)
    copy = Lease(office.engine, Claimant("tongerlo", installation, uuid4()), office.nodes)
    assert await first.claim()
    assert not await copy.claim()
    await lapse(office, "tongerlo")
    assert await copy.claim()


async def test_the_next_process_of_an_installation_serves_at_once_and_the_one_before_no_more(
    office: Office,
) -> None:
    who = Claimant("tongerlo", uuid4(), BOOT)
    before, after = (Lease(office.engine, who, office.nodes) for _ in range(2))
    assert await before.claim()
    assert await after.claim()
    assert not await before.renew()
    await network_of(office.engine, {"An": [AN]})
    await office.sends()
    attempts = list((await office.open_calls()).values())
    ready = set((await office.ledger.audio_of(attempts)).values())
    assert await office.ledger.take(attempts, before.tenure, ready=ready) == []
    assert len(await office.ledger.take(attempts, after.tenure, ready=ready)) == 1


async def test_nothing_is_taken_or_relied_on_when_the_lease_is_nearly_over(office: Office) -> None:
    lease = Lease(office.engine, Claimant("tongerlo", uuid4(), BOOT), BRIEF)
    assert not lease.may_take
    await lease.claim()
    tenure = lease.tenure
    assert lease.covers(tenure)
    assert not lease.covers(Tenure("tongerlo", tenure.term - 1))
    while lease.covers(tenure):
        await asyncio.sleep(0.02)
    assert await lease.renew(), "by the database's clock it is not over yet"
    assert lease.covers(tenure)


async def test_a_lease_that_lapsed_is_not_renewed_and_the_new_one_covers_nothing_of_before(
    office: Office,
) -> None:
    before = office.lease.tenure
    await lapse(office)
    assert not await office.lease.renew()
    assert await office.lease.claim()
    assert office.lease.may_take
    assert not office.lease.covers(before)


async def test_a_node_that_lost_its_name_to_another_machine_ends(office: Office) -> None:
    lease = Lease(office.engine, Claimant("tongerlo", uuid4(), BOOT), BRIEF)
    await lease.claim()
    keeping = asyncio.create_task(lease.keep(nothing))
    await lapse(office, "tongerlo")
    assert await Lease(office.engine, Claimant("tongerlo", uuid4(), BOOT), office.nodes).claim()
    with pytest.raises(NodeTaken, match="BUURTBEL_NODE"):
        await keeping


async def nothing() -> None:
    """What is done after a lapse where there are no calls."""


async def expires(office: Office, node: str = NODE) -> float:
    """Seconds for which the database still believes in this node's lease."""
    async with office.engine.connect() as connection:
        asked = text("SELECT extract(epoch FROM leased_until - clock_timestamp()) FROM node WHERE name = :n")
        return float((await connection.execute(asked, {"n": node})).scalar_one())


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    while not await condition():
        await asyncio.sleep(0.02)


async def test_a_lease_that_is_given_up_is_returned_at_once_and_covers_nothing(office: Office) -> None:
    lease, before = office.lease, office.lease.tenure
    keeping = asyncio.create_task(lease.keep(nothing))
    lease.give_up()
    assert not lease.covers(before)
    assert not lease.may_take

    async def is_returned() -> bool:
        return await expires(office) <= 0

    await until(is_returned)
    lease.want_again()

    async def is_held() -> bool:
        return lease.may_take

    await until(is_held)
    assert not lease.covers(before), "others may have taken over what was taken before"
    assert await expires(office) > 0
    keeping.cancel()


async def test_a_lease_that_was_given_up_for_a_moment_and_not_returned_goes_on(office: Office) -> None:
    lease, before = office.lease, office.lease.tenure
    lease.give_up()
    lease.want_again()
    assert lease.covers(before)
    keeping = asyncio.create_task(lease.keep(nothing))

    async def is_renewed() -> bool:
        return lease.covers(before) and await expires(office) > office.nodes.lease - 1

    await until(is_renewed)
    keeping.cancel()


async def test_what_a_node_was_calling_is_called_by_others_while_it_has_given_up_its_lease(
    office: Office,
) -> None:
    """As when its PBX is frozen: nobody waits until the lease would have ended by itself."""
    dialler = FakeDialler()
    runner = office.runner(dialler)
    broadcast, first = await an_is_rung(office, runner, dialler)
    keeping = asyncio.create_task(office.lease.keep(runner.forget_what_was_taken_over))
    office.lease.give_up()
    policy = NodePolicy(urgent_at_once=True)
    others = Takeover(office.engine, office.ledger, policy, longest_call=100, passes=3)
    began = asyncio.get_running_loop().time()

    async def is_taken_over() -> bool:
        return await others.sweep(sparing="tongerlo") == 1

    await until(is_taken_over)
    assert asyncio.get_running_loop().time() - began < office.nodes.lease / 2
    await office.takes(AN, node="tongerlo")
    assert dialler.stopped == [], "its PBX cannot be told yet"
    office.lease.want_again()
    while dialler.stopped != [first]:
        await asyncio.sleep(0.01)
    await runner.finished()
    [recipient] = (await office.recipients(broadcast)).values()
    assert [call.outcome for call in recipient.calls] == ["unknown", None], "the late news changes nothing"
    keeping.cancel()


class StoppedAfterTaking(Ledger):
    """The process is stopped when its write-ahead is committed, and goes on under a new lease."""

    office: Office

    async def take(self, attempts: Collection[UUID], by: Tenure, *, ready: Collection[str]) -> list[Taken]:
        taken = await super().take(attempts, by, ready=ready)
        await lapse(self.office)
        assert await self.office.lease.claim()
        return taken


async def test_what_was_taken_before_a_lapse_is_not_dialled_after_it(office: Office) -> None:
    await network_of(office.engine, {"An": [AN]})
    sent = await office.sends()
    dialler = FakeDialler()
    ledger = StoppedAfterTaking(office.engine, AttemptQueue(office.app), office.retry)
    ledger.office = office
    sounds = MessageSounds(office.engine, office.sounds_folder)
    runner = AttemptRunner(
        ledger, dialler, sounds, office.lease, office.spool, attempts=OpenAttempts(dialler.stop)
    )
    await begin(runner, dialler, (await office.open_calls())[AN])
    await runner.finished()
    assert (dialler.orders, dialler.lines_taken) == ([], 0)
    [recipient] = (await office.recipients(sent.broadcast)).values()
    assert [call.outcome for call in recipient.calls] == ["lost", None]


async def test_a_call_that_others_closed_stops_ringing_when_its_node_is_back(office: Office) -> None:
    dialler = FakeDialler()
    runner = office.runner(dialler)
    broadcast, first = await an_is_rung(office, runner, dialler)
    await office.ends(first, Outcome.UNKNOWN)
    await runner.forget_what_was_taken_over()
    await runner.finished()
    assert dialler.stopped == [first]
    [recipient] = (await office.recipients(broadcast)).values()
    assert [call.outcome for call in recipient.calls] == ["unknown", None], "the late news changes nothing"


class Asked(FakeDialler):
    """Counts how often the engine looked for work."""

    looks = 0

    async def reserve(self, *, urgent: bool, at_most: int) -> Sequence[Reservation]:
        self.looks += 1
        return await super().reserve(urgent=urgent, at_most=at_most)


async def test_no_job_is_fetched_while_the_node_is_drained(office: Office) -> None:
    await network_of(office.engine, {"An": [AN]})
    await drain(office.engine, ADMIN, NODE)
    await office.lease.renew()
    sent = await office.sends()
    dialler = Asked()
    async with office.at_work(dialler):
        while dialler.looks < 6:
            await asyncio.sleep(0.02)
        assert dialler.orders == []
        await resume(office.engine, ADMIN, NODE)
        assert await office.lease.renew()
        await office.until_closed(sent.broadcast)
    assert dialler.calls_to(AN) == 1
    assert dialler.lines_taken == 0


async def test_a_job_that_was_fetched_before_the_node_was_drained_is_left_to_another_node(
    office: Office,
) -> None:
    await network_of(office.engine, {"An": [AN]})
    sent = await office.sends()
    dialler = FakeDialler()
    runner = office.runner(dialler)
    await drain(office.engine, ADMIN, NODE)
    await begin(runner, dialler, (await office.open_calls())[AN])
    await runner.finished()
    assert (dialler.orders, dialler.lines_taken) == ([], 0)
    await resume(office.engine, ADMIN, NODE)
    assert await office.lease.renew()
    async with office.at_work(dialler):
        await office.until_closed(sent.broadcast)
    assert dialler.calls_to(AN) == 1
