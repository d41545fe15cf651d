"""The ledger against a small model of it: whatever is asked of it, in whatever order, by two nodes."""

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from procrastinate.exceptions import AlreadyEnqueued
from sqlalchemy import select

from broadcast.jobs import make_app
from broadcast.policy import BroadcastPolicy, NodePolicy
from broadcast.ports import CallResult
from broadcast.rules.retry import result_of_outcome
from broadcast.states import Outcome, Result
from broadcast.tables import Attempt, Recipient, RecipientNumber
from storage.engine import make_engine
from tests.broadcast.conftest import NODE, Office
from tests.people import network_of, phone

NUMBERS = [phone(10, n) for n in range(4)]
A_CHAIN = [[NUMBERS[0], NUMBERS[1]], [NUMBERS[1]], [NUMBERS[0]]]
"""Who is reached through the second frees the number that the third waits for."""
STREETS = st.one_of(
    st.just(A_CHAIN),
    st.lists(st.lists(st.sampled_from(NUMBERS), min_size=1, max_size=3, unique=True), max_size=7, min_size=2),
)
OUTCOMES = st.one_of(
    st.sampled_from([Outcome.CONFIRMED, Outcome.HEARD]),
    st.sampled_from([outcome for outcome in Outcome if outcome is not Outcome.CANCELLED]),
)
PICKS = st.lists(st.integers(0, 9), min_size=1, max_size=3)
"""Which of the attempts there are, by place."""
NODES = (NODE, "herselt")
FORWARD = ("queued", "dialling", "done")
MOST_ROUNDS = 200
STREETS_BUILT = count(1)
_T = TypeVar("_T")


@dataclass
class Seen:
    """Everything that the ledger's rows say at one moment."""

    attempts: dict[UUID, tuple[int, str, str, str | None]] = field(default_factory=dict)
    """Recipient, number, state, outcome."""
    people: dict[int, tuple[str, str, bool]] = field(default_factory=dict)
    """State, result, opened."""

    def those(self, *states: str) -> list[UUID]:
        """In an order that is the same when an example is tried again, as ids are not."""
        return [id_ for id_, (_, _, state, _) in self.attempts.items() if state in states]


class LedgerMachine(RuleBasedStateMachine):
    """The model: who may be dialled by whom, and what was said first of how each call ended."""

    def __init__(self, office: Office, runner: asyncio.Runner) -> None:
        super().__init__()
        self.office = office
        self.runner = runner
        self.broadcast = 0
        self.numbers: dict[int, set[str]] = {}
        self.seen = Seen()
        self.dialled: set[UUID] = set()
        self.said: dict[UUID, Outcome] = {}

    def do(self, work: Coroutine[Any, Any, _T]) -> _T:
        return self.runner.run(work)

    @initialize(street=STREETS)
    def send(self, street: list[list[str]]) -> None:
        self.do(self._send({f"Huis {n}": numbers for n, numbers in enumerate(street)}))

    async def _send(self, people: dict[str, list[str]]) -> None:
        async with self.office.engine.begin() as connection:
            await connection.exec_driver_sql("UPDATE number SET dead_since = NULL")
            await connection.exec_driver_sql("TRUNCATE broadcast, procrastinate_jobs CASCADE")
        slug = f"straat-{next(STREETS_BUILT)}"
        await network_of(self.office.engine, people, slug=slug)
        self.broadcast = (await self.office.sends(to=[slug])).broadcast
        async with self.office.engine.connect() as connection:
            for recipient, number in await connection.execute(
                select(RecipientNumber.recipient_id, RecipientNumber.e164)
            ):
                self.numbers.setdefault(recipient, set()).add(number)

    # What is asked of the ledger

    @rule(room=st.integers(1, 3))
    def open_window(self, room: int) -> None:
        async def work() -> None:
            async with self.office.engine.begin() as connection:
                await self.office.ledger.open_window(connection, self.broadcast, room)

        self.do(work())

    @rule()
    def tend(self) -> None:
        self.do(self.office.upkeep.tend())

    @rule(picks=PICKS)
    def take(self, picks: list[int]) -> None:
        """Two nodes want the same attempts at the same time."""
        wanted = self._pick(picks, *FORWARD)
        taken = self.do(self._taken_by_both(wanted))
        assert sorted(taken) == sorted(id_ for id_ in wanted if self.seen.attempts[id_][2] == "queued")
        assert not self.dialled & set(taken)
        self.dialled |= set(taken)

    async def _taken_by_both(self, wanted: list[UUID]) -> list[UUID]:
        ready = await self.office.ledger.audio_of(wanted)
        leases = [await self.office.lease_of(node) for node in NODES]
        taken = await asyncio.gather(
            *(self.office.ledger.take(wanted, lease.tenure, ready=ready) for lease in leases)
        )
        return [one.attempt for those in taken for one in those]

    @rule(picks=PICKS, ends=st.lists(OUTCOMES, min_size=3, max_size=3))
    def record(self, picks: list[int], ends: list[Outcome]) -> None:
        """Also of calls whose end was told before."""
        self._end(dict(zip(self._pick(picks, "dialling", "done"), ends, strict=False)))

    def _end(self, those: dict[UUID, Outcome]) -> None:
        self.do(self.office.ledger.record({attempt: CallResult(end) for attempt, end in those.items()}))
        for attempt, end in those.items():
            if self.seen.attempts[attempt][2] != "done":
                self.said[attempt] = end

    @precondition(lambda self: self.seen.those("queued"))
    @rule(pick=st.integers(0, 9), end=OUTCOMES)
    def call(self, pick: int, end: Outcome) -> None:
        """One from beginning to end, while nothing else happens."""
        [one] = self._pick([pick], "queued")
        self.take([self.seen.those(*FORWARD).index(one)])
        self._end({one: end})

    @rule(picks=PICKS)
    def requeue(self, picks: list[int]) -> None:
        with suppress(AlreadyEnqueued):
            self.do(self.office.ledger.requeue(self._pick(picks, *FORWARD)))

    @rule()
    def lose_jobs(self) -> None:
        async def work() -> None:
            async with self.office.engine.begin() as connection:
                await connection.exec_driver_sql("TRUNCATE procrastinate_jobs CASCADE")
            await self.office.upkeep.mend_stalled()

        self.do(work())

    @precondition(lambda self: len(self.said) > 3)
    @rule()
    def expire(self) -> None:
        async def work() -> None:
            await self.office.expire(self.broadcast)
            await self.office.ledger.expire()

        self.do(work())

    def _pick(self, picks: list[int], *states: str) -> list[UUID]:
        there = self.seen.those(*states)
        return list(dict.fromkeys(there[pick % len(there)] for pick in picks)) if there else []

    # What always holds

    @invariant()
    def holds(self) -> None:
        if self.broadcast:
            before, self.seen = self.seen, self.do(self._look())
            self._moves_forward(before)
            self._one_call_at_a_time()
            self._nobody_is_lost()
            self._is_what_was_said()

    async def _look(self) -> Seen:
        async with self.office.engine.connect() as connection:
            attempts = await connection.execute(
                select(Attempt.id, Attempt.recipient_id, Attempt.e164, Attempt.state, Attempt.outcome)
            )
            people = await connection.execute(
                select(Recipient.id, Recipient.state, Recipient.result, Recipient.opened)
            )
            jobless = await self.office.count(
                "attempt WHERE state = 'queued' AND due_at < now() AND NOT EXISTS"
                " (SELECT FROM procrastinate_jobs WHERE queueing_lock = attempt.id::text)"
            )
            assert not jobless
            found = {id_: tuple(rest) for id_, *rest in attempts}
            fresh = sorted(found.keys() - self.seen.attempts, key=lambda id_: found[id_][1:3])
            known = [*self.seen.attempts, *fresh]
            return Seen({id_: found[id_] for id_ in known}, {id_: tuple(rest) for id_, *rest in people})

    def _moves_forward(self, before: Seen) -> None:
        for id_, (_, _, state, outcome) in before.attempts.items():
            _, _, now, ended = self.seen.attempts[id_]
            assert FORWARD.index(now) >= FORWARD.index(state)
            assert outcome in {None, ended}
        for id_, (standing, result, opened) in before.people.items():
            now, got, is_open = self.seen.people[id_]
            assert (now, is_open) >= (now if standing == "waiting" else "final", opened)
            assert standing == "waiting" or now == "final"
            assert Result(got).rank >= Result(result).rank

    def _one_call_at_a_time(self) -> None:
        called = [self.seen.attempts[id_] for id_ in self.seen.those("queued", "dialling")]
        assert len({recipient for recipient, *_ in called}) == len(called)
        assert len({number for _, number, *_ in called}) == len(called)

    def _nobody_is_lost(self) -> None:
        called = {self.seen.attempts[id_][1] for id_ in self.seen.those("queued", "dialling")}
        for id_, (standing, _, opened) in self.seen.people.items():
            assert standing == "final" or not opened or self.numbers[id_] & called

    def _is_what_was_said(self) -> None:
        outcomes: dict[str, list[Outcome]] = {}
        for id_ in self.seen.those("done"):
            _, number, _, outcome = self.seen.attempts[id_]
            assert self.said.get(id_, outcome) == outcome
            assert id_ in self.said or outcome in {Outcome.CANCELLED, Outcome.EXPIRED}
            outcomes.setdefault(number, []).append(Outcome(str(outcome)))
        for id_, (_, result, opened) in self.seen.people.items():
            got = [result_of_outcome(end) for number in self.numbers[id_] for end in outcomes.get(number, [])]
            best = max([Result.NOTHING, *got], key=lambda one: one.rank)
            assert result == best or not opened

    def teardown(self) -> None:
        """Whatever happened, everybody is done with in the end, and the broadcast is closed."""
        if not self.broadcast:
            return
        for _ in range(MOST_ROUNDS):
            self.tend()
            self.holds()
            if self.do(self.office.progress(self.broadcast)).state == "closed":
                return
            self.take(list(range(100)))
            self.holds()
            self._end(dict.fromkeys(self.seen.those("dialling"), Outcome.NO_ANSWER))
        pytest.fail("somebody waits for ever")


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
    yield Office(engine, app, tmp_path, policy=BroadcastPolicy(window=4), nodes=NodePolicy(lease=600))
    runner.run(end())


def test_the_ledger_keeps_its_word_whatever_is_asked_of_it(office: Office, runner: asyncio.Runner) -> None:
    patient = settings(
        max_examples=60,
        stateful_step_count=25,
        deadline=None,
        derandomize=True,
        suppress_health_check=[HealthCheck.too_slow],
    )
    run_state_machine_as_test(lambda: LedgerMachine(office, runner), settings=patient)
