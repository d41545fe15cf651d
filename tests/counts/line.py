"""A whole line, as the product makes it; its phones are faked, its statements and requests are counted.

What goes by the clock is left out: workers that look for jobs, chores, the lease.
"""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from uuid import UUID

import numpy as np
import psycopg
from procrastinate.jobs import Job, Status
from sqlalchemy.ext.asyncio import AsyncSession

from bench.somebody import BENCH
from bench.sql_wire import Asked, counting
from broadcast.alert.desk import Desk
from broadcast.draft import Draft
from broadcast.engine.worker import GatedJobManager
from broadcast.ledger.lease import Lease
from buurtbel.assembly import Assembly, ari_client, assemble
from buurtbel.line.parts import LineParts, make_parts
from buurtbel.line.sounds import TO_CALLERS, speak_what_lacks
from buurtbel.serve.installation import claimant
from buurtbel.settings.settings import Database, Pbx, Settings
from directory.registry import add_member, add_network
from ivr.ari.connection import AriConnection
from ivr.outbound.alert_policy import AlertPolicy
from ivr.outbound.placement import ENDPOINT
from ivr.pbx.trunk import Trunk
from prompts.audio import Audio
from tests.fakes.ari_server import FakeAri
from tests.fakes.neighbours import Behaviour

SENTENCE = 0.25
"""Seconds."""
RINGS_FOR = 3.0
"""Seconds after which nobody answers."""
BATCH = 50
WITHIN = 60.0
SIGNED = date(2014, 9, 15)
URGENT = frozenset({"urgent"})
_ID = re.compile(r"[\w.-]*[0-9a-f]{8}[\w.%-]*")
_SOUND = "SELECT min(audio) FROM pass WHERE broadcast_id = %s"
_ENDED = "SELECT count(*) FROM attempt WHERE broadcast_id = %s AND state = 'done'"


@dataclass(frozen=True)
class Counts:
    """What some calls asked for, all together."""

    statements: int
    """To PostgreSQL, besides BEGIN, COMMIT and ROLLBACK;"""
    round_trips: int
    """and with them."""
    transactions: int
    requests: int
    """To Asterisk."""
    frames: int
    """Events that Asterisk sent, each as often as it did."""
    wal: int
    """Bytes of write-ahead log; they differ a little from run to run."""
    asked: Mapping[str, int] = field(default_factory=dict, repr=False)
    """How often each statement and each request was made."""


class ClickVoice:
    """Says everything in a moment."""

    languages = frozenset({"nl", "fr", "de", "en"})

    def mark(self, language: str) -> str:
        return f"click {language}"

    async def speak(self, text: str, language: str) -> Audio:
        return Audio(np.full(round(SENTENCE * 8000), 0.1, np.float32), 8000)


@dataclass
class CountedLine:
    """A line at work, and what it asks for."""

    assembly: Assembly
    parts: LineParts
    lease: Lease
    ari: FakeAri
    asked: Asked
    url: str
    """Of the same database, past the wire that counts."""
    worker: int = 0
    people: int = 0

    async def calls(self, behaviour: Behaviour, count: int = 1) -> Counts:
        """What one try at so many people costs, from their jobs to what follows from the outcomes."""
        slug = await self._network_of(behaviour, count)
        sent = await self.assembly.desk.send(BENCH, Draft([slug], {"nl": "Blijf binnen."}, urgent=True))
        sound = self._ask(_SOUND, sent.broadcast)
        await self.parts.reports.sounds.ensure(str(sound))
        assert await self.lease.renew() or await self.lease.claim()
        before = self._clear()
        await self._work_off_jobs()
        await _until(lambda: self._ask(_ENDED, sent.broadcast) == count)
        await _until(lambda: not self.ari.calls and not self.ari.recordings and self.ari.is_idle)
        await self.parts.runner.finished()
        return self._counts(before)

    async def _work_off_jobs(self) -> None:
        """As a worker does: it fetches until there is nothing more."""
        manager, working = self.assembly.app.job_manager, list[asyncio.Task[None]]()
        while (job := await manager.fetch_job(URGENT, self.worker)) is not None or not working:
            if job is None:  # nobody tells it of jobs here: it asks nothing for a moment, and then again
                await asyncio.sleep(0.1)
            else:
                working.append(asyncio.create_task(self._work_off(job)))
        await asyncio.gather(*working)

    async def _work_off(self, job: Job) -> None:
        manager = self.assembly.app.job_manager
        assert isinstance(manager, GatedJobManager)
        assert job.id is not None
        with manager.claim(job.id) as reservation:
            await self.parts.runner.dial(UUID(str(job.task_kwargs["attempt"])), reservation)
        await manager.finish_job_by_id_async(job.id, Status.SUCCEEDED, delete_job=True)

    async def _network_of(self, behaviour: Behaviour, count: int) -> str:
        slug = f"net-{self.people}"
        async with AsyncSession(self.assembly.engine) as session, session.begin():
            await add_network(
                session,
                BENCH,
                slug,
                name=slug,
                municipality="Westerlo",
                charter_approved_on=date(2014, 9, 15),
            )
            for _ in range(count):
                self.people += 1
                number = f"+3214{self.people:06d}"
                self.ari.phones[number] = behaviour
                await add_member(
                    session, BENCH, slug, name=f"Lid {self.people}", numbers=[number], language="nl"
                )
        return slug

    def _ask(self, sql: str, *values: object) -> object:
        with psycopg.connect(self.url, client_encoding="utf8") as connection:
            row = connection.execute(sql, values).fetchone()
            assert row is not None
            return row[0]

    def _wal(self) -> int:
        return int(str(self._ask("SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')")))

    def _clear(self) -> int:
        self.asked.clear()
        self.ari.requests.clear()
        self.ari.frames.clear()
        return self._wal()

    def _counts(self, before: int) -> Counts:
        asked = self.asked
        statements = asked.statements.total()
        return Counts(
            statements,
            statements + asked.boundaries,
            asked.transactions,
            len(self.ari.requests),
            self.ari.frames.total(),
            self._wal() - before,
            {**asked.statements, **Counter(_kind(*one) for one in self.ari.requests)},
        )


def _kind(method: str, path: str) -> str:
    """A request without the ids in it."""
    return f"{method} {_ID.sub('...', path)}"


@asynccontextmanager
async def counted_line(url: str, folder: Path) -> AsyncIterator[CountedLine]:
    """A line on this database, with a folder of its own, whose phones are faked."""
    async with FakeAri(speed=1.0) as ari, counting(url, folder) as (counted_url, asked):
        settings = _settings(counted_url, folder, ari)
        settings.sounds_folder.mkdir()
        with claimant(folder, settings.node) as who:
            async with assemble(settings, connections=8) as made, made.app.open_async():
                assembly = replace(made, voice=ClickVoice(), desk=_desk(made))
                await speak_what_lacks(assembly, TO_CALLERS)
                async with _at_work(assembly, Lease(assembly.engine, who, settings.nodes)) as (parts, lease):
                    line = CountedLine(assembly, parts, lease, ari, asked, url)
                    line.worker = await assembly.app.job_manager.register_worker()
                    yield line


@asynccontextmanager
async def _at_work(assembly: Assembly, lease: Lease) -> AsyncIterator[tuple[LineParts, Lease]]:
    assert await lease.claim()
    async with ari_client(assembly.settings) as client:
        parts = await make_parts(assembly, client, lease)
        await parts.says
        connection = AriConnection(client, parts.router, trunk=ENDPOINT)
        running = asyncio.create_task(connection.run())
        try:
            await connection.wait_until_ready()
            yield parts, lease
        finally:
            parts.lines.close()
            running.cancel()
            await asyncio.wait({running})


def _settings(url: str, folder: Path, ari: FakeAri) -> Settings:
    return Settings(
        data_dir=folder,
        database=Database(url=url),
        pbx=Pbx(ari_url=ari.url, ari_user=ari.user, ari_password=ari.password),
        trunk=Trunk(simulated=False, channels=2 * BATCH, calls_per_second=1000),
        alert=AlertPolicy(ring=RINGS_FOR),
    )


def _desk(assembly: Assembly) -> Desk:
    policy, zones = assembly.settings.broadcast, assembly.settings.speech.zones
    return Desk(assembly.engine, assembly.ledger, ClickVoice(), policy, zones=zones)


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(WITHIN):
        while not condition():
            await asyncio.sleep(0.02)
