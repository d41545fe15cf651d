"""Workers look for jobs while some may be due, and hardly at all while there is nothing to do."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Notification

from broadcast.engine import worker
from broadcast.engine.worker import DUE_WITHIN, GatedJobManager, register, work
from tests.fakes.dialler import FakeDialler
from tests.support.office import PATIENCE, Office
from tests.support.people import network_of, phone

QUEUES = ("urgent",)
AN = phone(10)
ROUNDS = 200
"""Of the event loop, in each of which a worker could be reminded once."""


@dataclass
class Told:
    """What a worker is told, on a clock that the test sets."""

    now: float = 1000.0
    may_take: bool = True
    jobs: int = 0
    reminders: int = 0
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def tell(self, *, channel: str, notification: Notification) -> None:
        self.jobs += bool(channel)
        self.reminders += not channel
        self.news.set()

    async def is_reminded(self) -> bool:
        """Whether it is reminded from now on."""
        for _ in range(2):  # what was under way does not count
            before = self.reminders
            for _ in range(ROUNDS):
                await asyncio.sleep(0)
        return self.reminders > before

    async def hears_of_a_job(self, office: Office) -> None:
        async with asyncio.timeout(PATIENCE):
            while not self.jobs:  # the first one may come before anybody listens
                self.news.clear()
                await office.sends()
                await office.upkeep.tend()
                await asyncio.wait({asyncio.create_task(self.news.wait())}, timeout=1.0)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> Told:
    monkeypatch.setattr(worker, "POLL_SECONDS", 0.0)
    return Told()


@asynccontextmanager
async def listening(office: Office, told: Told) -> AsyncIterator[None]:
    manager = GatedJobManager(
        office.app.connector, FakeDialler(lines=1), lambda: told.may_take, clock=lambda: told.now
    )
    ears = asyncio.create_task(manager.listen_for_jobs(on_notification=told.tell, queues=QUEUES))
    try:
        yield
    finally:
        ears.cancel()
        await asyncio.wait({ears})


async def test_a_worker_is_reminded_for_as_long_as_a_job_may_become_due(office: Office, told: Told) -> None:
    async with listening(office, told):
        assert await told.is_reminded()
        told.now += DUE_WITHIN
        assert await told.is_reminded()
        told.now += 1.0
        assert not await told.is_reminded()


async def test_the_word_of_a_job_wakes_who_sleeps(office: Office, told: Told) -> None:
    await network_of(office.engine, {"An": [AN]})
    async with listening(office, told):
        assert await told.is_reminded()
        told.now += DUE_WITHIN + 1.0
        assert not await told.is_reminded()
        await told.hears_of_a_job(office)
        assert await told.is_reminded()


async def test_who_may_not_take_calls_yet_does_so_as_soon_as_they_may(office: Office, told: Told) -> None:
    async with listening(office, told):
        assert await told.is_reminded()
        told.may_take = False
        told.now += DUE_WITHIN + 1.0
        assert await told.is_reminded()
        told.may_take = True
        assert not await told.is_reminded()


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
