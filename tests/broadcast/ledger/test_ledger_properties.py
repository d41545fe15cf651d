"""The ledger against a small model of it: whatever is asked of it, in whatever order, by two nodes.

Two alerts go to the same people, and test calls to some of them.
"""

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from itertools import count
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from procrastinate.exceptions import AlreadyEnqueued
from sqlalchemy import update

from broadcast.engine.worker import make_app
from broadcast.policy import BroadcastPolicy, NodePolicy
from broadcast.ports import CallOutcome
from broadcast.service_calls import own_calls, trials
from broadcast.states import Outcome
from broadcast.tables import Broadcast
from broadcast.trial_tables import TrialCall
from storage.engine import make_engine
from tests.broadcast.ledger.enlisting_rules import EnlistingRules
from tests.broadcast.ledger.ledger_model import FORWARD, OUTCOMES, PICKS
from tests.broadcast.ledger.steering_rules import SteeringRules
from tests.support.office import NODE, Office
from tests.support.people import ADMIN, network_of, phone

NUMBERS = [phone(10, n) for n in range(4)]
A_CHAIN = [[NUMBERS[0], NUMBERS[1]], [NUMBERS[1]], [NUMBERS[0]]]
"""Who is reached through the second frees the number that the third waits for."""
STREETS = st.one_of(
    st.just(A_CHAIN),
    st.lists(st.lists(st.sampled_from(NUMBERS), min_size=1, max_size=3, unique=True), max_size=7, min_size=2),
)
NODES = (NODE, "herselt")
MOST_ROUNDS = 200
STREETS_BUILT = count(1)


class LedgerMachine(SteeringRules, EnlistingRules, RuleBasedStateMachine):
    """What is asked of the ledger, in any order."""

    def __init__(self, office: Office, runner: asyncio.Runner) -> None:
        EnlistingRules.__init__(self, office, runner)
        RuleBasedStateMachine.__init__(self)

    @initialize(street=STREETS, urgent=st.booleans())
    def send(self, street: list[list[str]], urgent: bool) -> None:
        self.do(self._send({f"Huis {n}": numbers for n, numbers in enumerate(street)}, urgent))

    async def _send(self, people: dict[str, list[str]], urgent: bool) -> None:
        """Two alerts to the same people; the first may be less urgent."""
        async with self.office.engine.begin() as connection:
            await connection.exec_driver_sql(
                "TRUNCATE broadcast, procrastinate_jobs, open_call, trial_order CASCADE"
            )
        slug = f"straat-{next(STREETS_BUILT)}"
        await network_of(self.office.engine, people, slug=slug)
        sent = [(await self.office.sends(to=[slug])).broadcast for _ in range(2)]
        async with self.office.engine.begin() as connection:
            await connection.execute(update(Broadcast).where(Broadcast.id == sent[0]).values(urgent=urgent))
        self.broadcasts = sent
        self.members = len(people)

    # What is asked of the ledger

    @rule(room=st.integers(1, 3), which=st.integers(0, 1))
    def open_window(self, room: int, which: int) -> None:
        async def work() -> None:
            async with self.office.engine.begin() as connection:
                await self.office.ledger.open_window(connection, self.broadcasts[which], room)

        self.do(work())

    @rule()
    def tend(self) -> None:
        self.do(self.office.upkeep.tend())
        assert not self.do(self._jobless())

    async def _jobless(self) -> int:
        """Attempts that could be dialled and that nobody will ask for."""
        return await self.office.count(
            "attempt WHERE state = 'queued' AND due_at < now()"
            " AND NOT EXISTS (SELECT FROM broadcast WHERE id = broadcast_id AND paused_at IS NOT NULL)"
            " AND NOT EXISTS (SELECT FROM procrastinate_jobs WHERE queueing_lock = attempt.id::text)"
            " AND NOT EXISTS (SELECT FROM attempt other WHERE other.e164 = attempt.e164"
            " AND other.id <> attempt.id AND other.state = 'queued')"
            " AND NOT EXISTS (SELECT FROM open_call WHERE open_call.e164 = attempt.e164)"
        )

    @rule(picks=PICKS)
    def take(self, picks: list[int]) -> None:
        """Two nodes want the same attempts at the same time."""
        self._take(self.pick(picks, *FORWARD))

    @rule()
    def take_all(self) -> None:
        self._take(self.seen.those(*FORWARD))

    def _take(self, wanted: list[UUID]) -> None:
        """One of each number whose telephone is free, if all that wait for it are asked for.

        Those of an alert that is paused do not wait.
        """
        taken = self.do(self._taken_by_both(wanted))
        waiting = {id_ for id_ in self.seen.those("queued") if not self.is_paused(id_)}
        queued = waiting & set(wanted)
        assert queued >= set(taken)
        assert not self.dialled & set(taken)
        numbers = [self.seen.attempts[id_][1] for id_ in taken]
        assert len(set(numbers)) == len(numbers)
        assert not self.seen.held.keys() & set(numbers)
        left = {self.seen.attempts[id_][1] for id_ in waiting - queued}
        could = {self.seen.attempts[id_][1] for id_ in queued} - self.seen.held.keys() - left
        assert could <= set(numbers)
        self.dialled |= set(taken)

    async def _taken_by_both(self, wanted: list[UUID]) -> list[UUID]:
        ready = set((await self.office.ledger.audio_of(wanted)).values())
        leases = [await self.office.lease_of(node) for node in NODES]
        taken = await asyncio.gather(
            *(self.office.ledger.take(wanted, lease.tenure, ready=ready) for lease in leases)
        )
        return [one.attempt for those in taken for one in those]

    @rule(picks=PICKS, ends=st.lists(OUTCOMES, min_size=3, max_size=3), goes_on=st.booleans())
    def record(self, picks: list[int], ends: list[Outcome], goes_on: bool) -> None:
        """Also of calls whose end was told before, and of calls that are still up."""
        those = self.pick(picks, "dialling", "done")
        self._end(dict(zip(those, ends, strict=False)), goes_on_for=900.0 if goes_on else 0.0)

    def _end(self, those: dict[UUID, Outcome], *, goes_on_for: float = 0.0) -> None:
        results = {attempt: CallOutcome(end, goes_on_for=goes_on_for) for attempt, end in those.items()}
        self.do(self.office.ledger.record(results))
        for attempt, end in those.items():
            if self.seen.attempts[attempt][2] != "done":
                self.said[attempt] = end
                if goes_on_for:
                    self.goes_on[attempt] = self.seen.attempts[attempt][1]

    @rule()
    def hang_up(self) -> None:
        """Whoever was still spoken to."""

        async def work() -> dict[UUID, str]:
            found = [await self.office.ledger.gone_on(node) for node in NODES]
            await self.office.ledger.end_calls(found[0] | found[1])
            return found[0] | found[1]

        assert self.do(work()) == self.goes_on
        self.goes_on = {}

    @rule(number=st.sampled_from(NUMBERS))
    def try_number(self, number: str) -> None:
        """A test call, unless somebody is on the line or an urgent alert is due there."""

        async def work() -> trials.TrialRing | None:
            async with self.office.engine.begin() as connection:
                order = await trials.order(connection, ADMIN, number, "nl")
                ring = await trials.take(connection, NODE)
                await trials.withdraw(connection, ADMIN, order)
                return ring

        if (ring := self.do(work())) is not None:
            assert number not in self.seen.held
            self.trials[ring.id] = number

    @precondition(lambda self: self.trials)
    @rule()
    def end_trial(self) -> None:
        async def work() -> None:
            async with self.office.engine.begin() as connection:
                for call in self.trials:
                    await own_calls.close(connection, TrialCall, call, "busy")

        self.do(work())
        self.trials = {}

    @precondition(lambda self: self.seen.those("queued"))
    @rule(pick=st.integers(0, 9), end=OUTCOMES)
    def call(self, pick: int, end: Outcome) -> None:
        """One from beginning to end, while nothing else happens."""
        [one] = self.pick([pick], "queued")
        self.take([self.seen.those(*FORWARD).index(one)])
        self._end({one: end})

    @rule(number=st.sampled_from(NUMBERS), which=st.integers(0, 1), is_vouched=st.booleans())
    def call_back(self, number: str, which: int, is_vouched: bool) -> None:
        """And confirm, or not: whoever may be anybody keeps nobody's telephone from ringing."""
        before = set(self.seen.those("dialling"))
        ledger, broadcast = self.office.ledger, self.broadcasts[which]
        if is_vouched:
            assert set(self.do(ledger.confirm_by_callback(broadcast, number))) <= before
        else:
            self.do(ledger.note_callback(broadcast, number))
            self.holds()
            assert set(self.seen.those("dialling")) == before

    @rule(picks=PICKS)
    def requeue(self, picks: list[int]) -> None:
        with suppress(AlreadyEnqueued):
            self.do(self.office.ledger.requeue(self.pick(picks, *FORWARD)))

    @rule()
    def lose_jobs(self) -> None:
        async def work() -> None:
            async with self.office.engine.begin() as connection:
                await connection.exec_driver_sql("TRUNCATE procrastinate_jobs CASCADE")
            await self.office.upkeep.mend_stalled()
            await self.office.upkeep.free_numbers()

        self.do(work())
        assert not self.do(self._jobless())

    @precondition(lambda self: len(self.said) > 3)
    @rule(which=st.integers(0, 1))
    def expire(self, which: int) -> None:
        async def work() -> None:
            await self.office.expire(self.broadcasts[which])
            await self.office.ledger.expire()

        self.do(work())

    def teardown(self) -> None:
        """Whatever happened, everybody is done with in the end, by jobs alone, and all is closed."""
        if not self.broadcasts:
            return
        self.hang_up()
        self.end_trial()
        self.resume_all()
        for _ in range(MOST_ROUNDS):
            self.tend()
            self.holds()
            if all(self.do(self.office.progress(one)).state == "closed" for one in self.broadcasts):
                assert not self.seen.held
                assert self.do(self.office.count("enlistment")) == 0
                assert self.do(self.office.count("recipient")) == 2 * self.members
                return
            self._take(self.do(self._fetched()))
            self.holds()
            self._end(dict.fromkeys(self.seen.those("dialling"), Outcome.NO_ANSWER))
        pytest.fail("somebody waits for ever")

    async def _fetched(self) -> list[UUID]:
        """The attempts of all jobs that there are, which are done with it."""
        async with self.office.engine.begin() as connection:
            jobs = await connection.exec_driver_sql("DELETE FROM procrastinate_jobs RETURNING queueing_lock")
            return [UUID(attempt) for [attempt] in jobs]


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    """The event loop on which a machine, whose steps cannot wait, has its work done."""
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture
def office(runner: asyncio.Runner, database_url: str, tmp_path: Path) -> Iterator[Office]:
    app, engine = make_app(database_url), make_engine(database_url)

    async def begin() -> None:
        await app.open_async()

    async def end() -> None:
        await app.close_async()
        await engine.dispose()

    runner.run(begin())
    policy = BroadcastPolicy(window=4, enlist_at_once=2, enlist_part=1)
    yield Office(engine, app, tmp_path, policy=policy, nodes=NodePolicy(lease=600))
    runner.run(end())


def test_the_ledger_keeps_its_word_whatever_is_asked_of_it(office: Office, runner: asyncio.Runner) -> None:
    half, slow = settings().max_examples // 2, [HealthCheck.too_slow]
    patient = settings(
        max_examples=half, stateful_step_count=25, derandomize=True, suppress_health_check=slow
    )

    class InThisOffice(LedgerMachine):
        def __init__(self) -> None:
            super().__init__(office, runner)

    run_state_machine_as_test(InThisOffice, settings=patient)
