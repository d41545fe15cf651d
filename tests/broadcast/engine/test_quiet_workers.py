"""Workers ask for jobs while some may be due, and hardly at all while there is nothing to do."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job

from broadcast.engine.worker import (
    DUE_WITHIN,
    LOOK_ANYWAY,
    POLL_SECONDS,
    GatedJobManager,
    register,
    work,
)
from tests.fakes.dialler import FakeDialler
from tests.support.office import PATIENCE, Office
from tests.support.people import network_of, phone

QUEUES = ("urgent",)
AN = phone(10)


@dataclass
class Worker:
    """One that hears of jobs, on a clock that the test sets."""

    manager: GatedJobManager
    dialler: FakeDialler
    heard: asyncio.Event
    now: list[float]
    id: int = 0

    @property
    def asked(self) -> int:
        """How often the database was asked: only who would take something holds a place."""
        return self.dialler.asked

    async def looks(self, *, after: float = POLL_SECONDS) -> Job | None:
        self.now[0] += after
        return await self.manager.fetch_job(QUEUES, self.id)


@asynccontextmanager
async def worker(office: Office) -> AsyncIterator[Worker]:
    now = [1000.0]
    dialler = FakeDialler(lines=1)
    manager = GatedJobManager(office.app.connector, dialler, lambda: True, clock=lambda: now[0])
    made = Worker(manager, dialler, asyncio.Event(), now)

    async def told(**_: object) -> None:
        made.heard.set()

    ears = asyncio.create_task(manager.listen_for_jobs(on_notification=told, queues=QUEUES))
    try:
        made.id = await manager.register_worker()
        yield made
    finally:
        ears.cancel()
        await asyncio.wait({ears})


async def falls_asleep(one: Worker) -> None:
    assert await one.looks() is None
    assert await one.looks(after=DUE_WITHIN + POLL_SECONDS) is None


async def test_while_nothing_can_be_due_the_database_is_asked_seldom(office: Office) -> None:
    async with worker(office) as one:
        await falls_asleep(one)
        before = one.asked
        assert await one.looks() is None
        assert one.asked == before
        assert await one.looks(after=LOOK_ANYWAY) is None
        assert one.asked == before + 1


async def test_the_word_of_a_job_wakes_who_sleeps(office: Office) -> None:
    await network_of(office.engine, {"An": [AN]})
    async with worker(office) as one:
        await falls_asleep(one)
        async with asyncio.timeout(PATIENCE):
            while not one.heard.is_set():  # the first job may come before anybody listens
                await office.sends()
                await asyncio.sleep(0.05)
        assert await one.looks(after=0.0) is not None


async def test_after_the_word_of_a_job_nobody_sleeps_until_it_must_be_due(office: Office) -> None:
    await network_of(office.engine, {"An": [AN]})
    async with worker(office) as one:
        await falls_asleep(one)
        async with asyncio.timeout(PATIENCE):
            while not one.heard.is_set():
                await office.sends()
                await asyncio.sleep(0.05)
        while (job := await one.looks(after=0.0)) is not None:
            with one.manager.claim(job.id):
                pass
        for _ in range(3):
            before = one.asked
            assert await one.looks(after=DUE_WITHIN / 4) is None
            assert one.asked == before + 1


@pytest.mark.parametrize("queue", ["urgent", "normal"])
async def test_no_worker_goes_on_alone_when_the_other_no_longer_hears_of_jobs(
    office: Office, queue: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A worker that cannot listen ends without a word: its queue would be nobody's."""
    dialler = FakeDialler(lines=1)
    register(office.app, office.runner(dialler), dialler)
    manager = office.app.job_manager
    listen = manager.listen_for_jobs

    async def hears(*, queues: tuple[str, ...], **how: Any) -> None:
        if queue in queues:
            raise ConnectorException("too many clients")
        await listen(queues=queues, **how)

    monkeypatch.setattr(manager, "listen_for_jobs", hears)
    with pytest.raises(ExceptionGroup) as ended:
        async with asyncio.timeout(PATIENCE):
            await work(office.app, office.nodes, channels=1)
    assert ended.group_contains(ConnectorException)
