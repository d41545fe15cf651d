"""The police office of the tests: everything a broadcast needs on a fresh database, and verbs to use it."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from procrastinate import App
from sqlalchemy import func, select, text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from broadcast.alert.desk import Desk, Sent
from broadcast.audio.sounds import MessageSounds
from broadcast.draft import Draft, FollowUp
from broadcast.engine.attempt_runner import AttemptRunner
from broadcast.engine.open_attempts import OpenAttempts
from broadcast.engine.sharing import LineSharing
from broadcast.engine.spool import Spool
from broadcast.engine.upkeep import Upkeep
from broadcast.engine.worker import register, work
from broadcast.ledger.lease import Claimant, Lease
from broadcast.ledger.ledger import Ledger
from broadcast.ledger.queue import AttemptQueue
from broadcast.ledger.taking import Taken
from broadcast.policy import BroadcastPolicy, NodePolicy, RetryPolicy
from broadcast.ports import CallOutcome, Dialler
from broadcast.responses.answer import answer_draft
from broadcast.results.results import Progress, RecipientResults, progress, results_of
from broadcast.rules.follow_ups import usual
from broadcast.states import AttemptState, BroadcastState, FollowUpKind, Outcome, Whom
from broadcast.steering.follow_up import follow_up_draft
from broadcast.tables import Attempt, Broadcast, Recipient
from directory.actor import Actor
from prompts.zone import zone_names
from tests.fakes.voice import HummingVoice
from tests.support.people import ADMIN, DE_BIST

AT_ONCE = RetryPolicy(
    busy=0,
    no_answer=0,
    rejected=0,
    dead_number=0,
    voicemail=0,
    partial=0,
    congestion=0,
    congestion_longest=0,
)
"""The product's table with every wait cut out."""
TEXT = "Inbraak in de Dorpsstraat, let op een witte bestelwagen."
NODE = "westerlo"
PATIENCE = 30.0
"""Seconds after which a condition that never comes fails the test."""


@dataclass
class Office:
    engine: AsyncEngine
    app: App
    sounds_folder: Path
    retry: RetryPolicy = AT_ONCE
    policy: BroadcastPolicy = field(default_factory=BroadcastPolicy)
    voice: HummingVoice = field(default_factory=HummingVoice)
    nodes: NodePolicy = field(default_factory=NodePolicy)
    leases: dict[str, Lease] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.sharing = LineSharing(self.engine)

    async def lease_of(self, node: str) -> Lease:
        """The lease of this node, claimed when it is first asked for."""
        if node not in self.leases:
            who = Claimant(node, uuid4(), uuid4())
            self.leases[node] = Lease(self.engine, who, self.nodes)
            assert await self.leases[node].claim()
        return self.leases[node]

    @property
    def lease(self) -> Lease:
        """That of the node that every office has."""
        return self.leases[NODE]

    @property
    def spool(self) -> Spool:
        return Spool(self.sounds_folder / "outcomes")

    def runner(self, dialler: Dialler, folder: Path | None = None) -> AttemptRunner:
        sounds = MessageSounds(self.engine, folder or self.sounds_folder)
        return AttemptRunner(
            self.ledger, dialler, sounds, self.lease, self.spool, attempts=OpenAttempts(dialler.stop)
        )

    @property
    def ledger(self) -> Ledger:
        return Ledger(self.engine, AttemptQueue(self.app), self.retry)

    @property
    def desk(self) -> Desk:
        return Desk(self.engine, self.ledger, self.voice, self.policy, zones=zone_names("Zuiderkempen"))

    @property
    def upkeep(self) -> Upkeep:
        return Upkeep(self.engine, self.app, self.ledger, self.policy, self.nodes, sharing=self.sharing)

    async def sends(
        self,
        texts: Mapping[str, str] | None = None,
        *,
        to: Sequence[str] = (DE_BIST,),
        urgent: bool = True,
        now: datetime | None = None,
    ) -> Sent:
        draft = Draft(to, {"nl": TEXT} if texts is None else texts, urgent=urgent)
        return await self.desk.send(ADMIN, draft, now=now)

    async def follows_up(
        self,
        first: int,
        kind: FollowUpKind,
        whom: Whom | None = None,
        *,
        text: str = "De politie is ter plaatse.",
        by: Actor = ADMIN,
        urgent: bool = True,
    ) -> Sent:
        follow_up = FollowUp(first, kind, whom or usual(kind))
        async with self.engine.begin() as connection:
            draft = await follow_up_draft(connection, follow_up, urgent=urgent, texts={"nl": text})
        return await self.desk.send(by, draft)

    async def answers(self, report: int, *, by: Actor = ADMIN) -> Sent:
        """Tell the reporter of this report something."""
        async with self.engine.connect() as connection:
            draft = await answer_draft(connection, report, urgent=True, texts={"nl": TEXT})
        return await self.desk.send(by, draft)

    # One call at a time, by hand

    async def open_calls(self) -> dict[str, UUID]:
        """The open attempts by number."""
        async with self.engine.connect() as connection:
            rows = await connection.execute(
                select(Attempt.e164, Attempt.id).where(Attempt.state != AttemptState.DONE)
            )
            found = [(number, attempt) for number, attempt in rows]
        assert len(found) == len(dict(found)), "two open attempts to one number"
        return dict(found)

    async def takes(self, number: str, *, node: str = NODE) -> Taken:
        """Begin to dial the open attempt to this number."""
        attempt = (await self.open_calls())[number]
        by = (await self.lease_of(node)).tenure
        ready = (await self.ledger.audio_of([attempt])).values()
        [taken] = await self.ledger.take([attempt], by, ready=ready)
        return taken

    async def calls(self, number: str, outcome: Outcome) -> list[UUID]:
        """Dial the open attempt to this number, which ends so; returns the calls that are to be stopped."""
        taken = await self.takes(number)
        return await self.ends(taken.attempt, outcome)

    async def ends(self, attempt: UUID, outcome: Outcome) -> list[UUID]:
        return await self.ledger.record({attempt: CallOutcome(outcome, ended_at=datetime.now(UTC))})

    async def called(self, broadcast: int, number: str, outcome: Outcome) -> None:
        """Dial the open attempt of this broadcast to this number, which ends so."""
        [attempt] = await self._ids(
            "SELECT id FROM attempt WHERE broadcast_id = :b AND e164 = :n AND state <> 'done'",
            b=broadcast,
            n=number,
        )
        ready = (await self.ledger.audio_of([attempt])).values()
        [taken] = await self.ledger.take([attempt], self.lease.tenure, ready=ready)
        await self.ends(taken.attempt, outcome)

    async def rung_once(self, broadcast: int, outcomes: Mapping[str, Outcome]) -> None:
        """The first calls to these numbers have ended so; who got less than all is called later."""
        later = {"busy": 600, "voicemail": 600, "partial": 600, "no_answer": 600}
        self.retry = self.retry.model_copy(update=later)
        for number, outcome in outcomes.items():
            await self.calls(number, outcome)
        assert (await self.progress(broadcast)).being_called == 0

    async def called_with(self, broadcast: int) -> set[str]:
        """The numbers of open attempts of this broadcast."""
        asked = "SELECT e164 FROM attempt WHERE broadcast_id = :b AND state <> 'done'"
        return set(await self._ids(asked, b=broadcast))

    async def in_order(self, broadcast: int) -> Sequence[str]:
        """Whom jobs were made for, in the order in which workers fetch them."""
        asked = (
            "SELECT e164 FROM procrastinate_jobs JOIN attempt ON queueing_lock = attempt.id::text"
            " WHERE broadcast_id = :b ORDER BY priority DESC, procrastinate_jobs.id"
        )
        return await self._ids(asked, b=broadcast)

    async def _ids(self, asked: str, **values: object) -> Sequence[Any]:
        async with self.engine.connect() as connection:
            return (await connection.scalars(text(asked), values)).all()

    # The whole broadcast, by itself

    @asynccontextmanager
    async def at_work(self, dialler: Dialler) -> AsyncIterator[AttemptRunner]:
        """Workers and upkeep are running."""
        runner = self.runner(dialler)
        register(self.app, runner, dialler, self.sharing)
        running = [
            asyncio.create_task(work(self.app, self.nodes, channels=10)),
            asyncio.create_task(self._tend_always()),
            asyncio.create_task(self.lease.keep(runner.forget_what_was_taken_over)),
        ]
        try:
            yield runner
        finally:
            for task in running:
                task.cancel()
            await asyncio.wait(running)
            await runner.finished()

    async def _tend_always(self) -> None:
        while True:
            await self.upkeep.tend()
            await asyncio.sleep(0.05)

    async def until(self, condition: Callable[[Progress], bool], broadcast: int) -> Progress:
        async with asyncio.timeout(PATIENCE):
            while not condition(seen := await self.progress(broadcast)):
                await asyncio.sleep(0.02)
        return seen

    async def until_closed(self, broadcast: int) -> Progress:
        return await self.until(lambda seen: seen.state is BroadcastState.CLOSED, broadcast)

    # What is to be seen

    async def progress(self, broadcast: int) -> Progress:
        async with self.engine.connect() as connection:
            return await progress(connection, broadcast)

    async def recipients(self, broadcast: int) -> dict[str, RecipientResults]:
        """The results, by name."""
        async with self.engine.connect() as connection:
            return {recipient.name: recipient for recipient in await results_of(connection, broadcast)}

    async def results(self, broadcast: int) -> dict[str, tuple[str, str]]:
        """State and result by name."""
        return {
            name: (recipient.state, recipient.result)
            for name, recipient in (await self.recipients(broadcast)).items()
        }

    async def jobs(self) -> int:
        """Jobs that are waiting or being done."""
        return await self.count("procrastinate_jobs WHERE status IN ('todo', 'doing')")

    async def count(self, rows: str) -> int:
        async with self.engine.connect() as connection:
            return int(await connection.scalar(text(f"SELECT count(*) FROM {rows}")) or 0)

    async def now(self) -> datetime:
        """By the database's clock, which decides."""
        async with self.engine.connect() as connection:
            now: datetime = (await connection.scalars(select(func.clock_timestamp()))).one()
        return now

    async def was_dialled(self, attempt: UUID, at: datetime) -> None:
        async with self.engine.begin() as connection:
            await connection.execute(update(Attempt).where(Attempt.id == attempt).values(dialled_at=at))

    async def expire(self, broadcast: int) -> None:
        """An hour has gone by."""
        async with self.engine.begin() as connection:
            await connection.execute(
                update(Broadcast).where(Broadcast.id == broadcast).values(expires_at=func.now())
            )

    async def open_recipients(self) -> int:
        async with self.engine.connect() as connection:
            return len((await connection.scalars(select(Recipient.id).where(Recipient.opened))).all())


async def lapse(office: Office, node: str = NODE) -> None:
    """The database has not heard of this node for the whole of its lease."""
    async with office.engine.begin() as connection:
        await connection.execute(
            text("UPDATE node SET leased_until = now(), renewed_at = now() WHERE name = :n"), {"n": node}
        )


async def until_somebody_waits(office: Office) -> None:
    """Some statement waits for a row that another transaction holds."""
    waiting = "pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    async with asyncio.timeout(PATIENCE):
        while not await office.count(waiting):
            await asyncio.sleep(0.02)
