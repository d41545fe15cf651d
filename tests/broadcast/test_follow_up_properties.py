"""However an alert goes on beside its follow-up: nobody who is meant is lost, and nobody else is called."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from broadcast.engine.worker import make_app
from broadcast.ports import CallOutcome, TextOutcome
from broadcast.rules.follow_ups import ENDS_THE_FIRST, is_for
from broadcast.states import AttemptState, BroadcastState, FollowUpKind, Outcome, Result, Whom
from broadcast.tables import Attempt
from storage.engine import make_engine
from tests.support.office import NODE, Office
from tests.support.people import network_of, phone

NUMBERS = [phone(10, n) for n in range(5)]
STREETS = st.lists(
    st.lists(st.sampled_from(NUMBERS), min_size=1, max_size=2, unique=True), min_size=1, max_size=5
)
ENDS = st.lists(
    st.sampled_from(
        [
            Outcome.CONFIRMED,
            Outcome.HEARD,
            Outcome.VOICEMAIL,
            Outcome.PARTIAL,
            Outcome.BUSY,
            Outcome.NO_ANSWER,
            Outcome.REFUSED,
        ]
    ),
    min_size=1,
    max_size=12,
)
KINDS = st.sampled_from(
    [
        (FollowUpKind.CORRECTION, Whom.ALL),
        (FollowUpKind.CORRECTION, Whom.HEARD),
        (FollowUpKind.ALL_CLEAR, Whom.HEARD),
        (FollowUpKind.ALL_CLEAR, Whom.UNCONFIRMED),
        (FollowUpKind.MORE, Whom.HEARD),
        (FollowUpKind.MORE, Whom.UNCONFIRMED),
        (FollowUpKind.MORE, Whom.ALL),
    ]
)
STREETS_BUILT = count(1)
MOST_ROUNDS = 200


@dataclass
class Evening:
    """An alert and what follows it; calls end as drawn, round and round."""

    office: Office
    ends: Sequence[Outcome]
    first: int = 0
    second: int = 0
    placed_after: int = 0
    """Calls of the first that were placed though a follow-up had ended it."""
    nth: int = 0

    def outcome(self) -> Outcome:
        self.nth += 1
        return self.ends[self.nth % len(self.ends)]

    async def open(self, state: AttemptState) -> Sequence[tuple[UUID, int]]:
        async with self.office.engine.connect() as connection:
            found = select(Attempt.id, Attempt.broadcast_id).where(Attempt.state == state)
            return [(id_, of) for id_, of in await connection.execute(found.order_by(Attempt.e164))]

    async def take(self, *, ended: bool) -> int:
        """Place all calls that may be placed now."""
        queued = [attempt for attempt, _ in await self.open(AttemptState.QUEUED)]
        if not queued:
            return 0
        ready = set((await self.office.ledger.audio_of(queued)).values())
        taken = await self.office.ledger.take(queued, self.office.lease.tenure, ready=ready)
        self.placed_after += sum(ended and one.broadcast == self.first for one in taken)
        return len(taken)

    async def end(self, at_most: int, *, goes_over: bool) -> None:
        """End so many calls that are up; those of the first have said the new text too if they go over."""
        for attempt, broadcast in (await self.open(AttemptState.DIALLING))[:at_most]:
            new: tuple[TextOutcome, ...] = ()
            if goes_over and broadcast == self.first and self.nth % 2:
                new = (TextOutcome(self.second, self.outcome(), {"passes": [[0.0, 9.0, True]]}),)
            result = CallOutcome(self.outcome(), ended_at=datetime.now(UTC), new_texts=new)
            await self.office.ledger.record({attempt: result})


@pytest.fixture
def runner() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture
def office(runner: asyncio.Runner, database_url: str, tmp_path: Path) -> Iterator[Office]:
    app, engine = make_app(database_url), make_engine(database_url)
    made = Office(engine, app, tmp_path)

    async def begin() -> None:
        await app.open_async()
        await made.lease_of(NODE)

    async def end() -> None:
        await app.close_async()
        await engine.dispose()

    runner.run(begin())
    yield made
    runner.run(end())


async def an_evening(
    office: Office,
    street: Sequence[Sequence[str]],
    ends: Sequence[Outcome],
    kind: tuple[FollowUpKind, Whom],
    before: int,
) -> None:
    async with office.engine.begin() as connection:
        await connection.exec_driver_sql("TRUNCATE broadcast, procrastinate_jobs, open_call CASCADE")
    await office.lease.renew()
    slug = f"straat-{next(STREETS_BUILT)}"
    await network_of(office.engine, {f"Huis {n}": numbers for n, numbers in enumerate(street)}, slug=slug)
    evening = Evening(office, ends)
    evening.first = (await office.sends(to=[slug])).broadcast
    for _ in range(before):
        await evening.take(ended=False)
        await evening.end(1, goes_over=False)
    before_it = await office.results(evening.first)
    is_over = all(state == "final" for state, _ in before_it.values())
    if is_over and not any(is_for(kind[1], Result(result)) for _, result in before_it.values()):
        return  # refused: nobody is meant, and nobody will be
    evening.second = (await office.follows_up(evening.first, *kind)).broadcast
    is_ended = kind[0] in ENDS_THE_FIRST
    for rounds in range(MOST_ROUNDS):
        await office.upkeep.tend()
        if not await evening.take(ended=is_ended) and rounds % 3 == 0:
            await evening.end(3, goes_over=is_ended)
        else:
            await evening.end(1, goes_over=is_ended)
        seen = [await office.progress(one) for one in (evening.first, evening.second)]
        if all(one.state is BroadcastState.CLOSED for one in seen):
            break
    else:
        pytest.fail("it has no end")
    assert not evening.placed_after
    await judge(office, evening, kind, before_it)


async def judge(
    office: Office,
    evening: Evening,
    kind: tuple[FollowUpKind, Whom],
    before_it: dict[str, tuple[str, str]],
) -> None:
    of_first = {name: Result(result) for name, (_, result) in (await office.results(evening.first)).items()}
    of_second = await office.results(evening.second)
    meant = {name for name, result in of_first.items() if is_for(kind[1], result)}
    if kind[0] is FollowUpKind.CORRECTION:
        meant |= {name for name, (state, got) in before_it.items() if state != "final" or got != "nothing"}
    told = set(of_second)
    assert meant <= told, "nobody is lost"
    if kind[0] is not FollowUpKind.CORRECTION:
        # Who heard it on the call that went over was told it, whatever they had got by then.
        on_the_call = {
            line.name
            for line in (await office.recipients(evening.second)).values()
            if any("on" in call.evidence for call in line.calls)
        }
        # Of whom nobody had confirmed when they joined, some do so by a number that they share.
        assert told <= meant | on_the_call | ({*of_first} if kind[1] is Whom.UNCONFIRMED else set())
    assert all(state == "final" for state, _ in of_second.values())


@given(street=STREETS, ends=ENDS, kind=KINDS, before=st.integers(0, 6))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
def test_everybody_who_is_meant_is_called_and_nobody_else(
    office: Office,
    runner: asyncio.Runner,
    street: list[list[str]],
    ends: list[Outcome],
    kind: tuple[FollowUpKind, Whom],
    before: int,
) -> None:
    runner.run(an_evening(office, street, ends, kind, before))
