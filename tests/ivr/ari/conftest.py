"""One Asterisk, fake or real, behind a wire that can be cut, and a listener who remembers everything."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit
from uuid import uuid4

import pytest

from ivr.ari.client import AriClient
from ivr.ari.connection import AriConnection
from ivr.ari.events import Event, ReportedChannel
from tests.fakes.ari_server import FakeAri
from tests.fakes.wire import Wire

APP = "buurtbel"
PATIENCE = 30.0
"""Wall seconds after which a condition that never comes fails the test."""
ALAW_BABBLE = (b"\x35" * 10 + b"\xb5" * 10) * 120 + b"\xd5" * 1600
"""Half a second: a word of 400 Hz and a pause, for phones that wait until a message has been spoken."""
E_ = TypeVar("E_", bound=Event)


class Ear:
    """Hears what a connection tells and keeps it all."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.connections: list[tuple[str, Sequence[ReportedChannel]]] = []
        self.drops = 0
        self._news = asyncio.Condition()
        self._telling: set[asyncio.Task[None]] = set()
        self.while_connecting: Callable[[], None] = lambda: None

    async def connected(self, startup_time: str, channels: Sequence[ReportedChannel]) -> None:
        self.while_connecting()
        self.connections.append((startup_time, channels))
        self._tell()

    def feed(self, event: Event) -> None:
        self.events.append(event)
        self._tell()

    def disconnected(self) -> None:
        self.drops += 1
        self._tell()

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE), self._news:
            await self._news.wait_for(condition)

    async def hears(self, kind: type[E_], about: str) -> E_:
        """The first event of this kind about this channel, from the beginning of the test."""
        await self.until(lambda: bool(self.all_of(kind, about)))
        return self.all_of(kind, about)[0]

    def all_of(self, kind: type[E_], about: str) -> list[E_]:
        return [event for event in self.events if type(event) is kind and event.channel_id == about]

    def kinds(self, about: str) -> list[str]:
        return [type(event).__name__ for event in self.events if event.channel_id == about]

    def _tell(self) -> None:
        async def notify() -> None:
            async with self._news:
                self._news.notify_all()

        telling = asyncio.get_running_loop().create_task(notify())
        self._telling.add(telling)
        telling.add_done_callback(self._telling.discard)


@dataclass
class Desk:
    """A client on a live connection, and what it takes to place a call."""

    client: AriClient
    connection: AriConnection
    running: asyncio.Task[None]
    ear: Ear
    wire: Wire
    sounds: Path
    _numbers: int = field(default=0)

    async def calls(self, number: str, *, ring_seconds: float = 20.0) -> str:
        """Call a number of the neighbourhood; the channel's id."""
        channel_id = str(uuid4())
        await self.places(channel_id, number, ring_seconds=ring_seconds)
        return channel_id

    async def rings(self, call: str) -> None:
        """The phone rings now."""
        async with asyncio.timeout(PATIENCE):
            while (await self.client.channels.get(call)).state != "Ringing":
                await asyncio.sleep(0.02)

    async def places(self, channel_id: str, number: str, *, ring_seconds: float = 20.0) -> None:
        await self.client.channels.originate(
            channel_id,
            endpoint=f"PJSIP/{number}@trunk",
            context="alert",
            extension="call",
            caller_id="+3214539600",
            timeout=ring_seconds,
            variables={"TALK_DETECT(set)": "800,256", "CALL_LIMIT": "60"},
        )

    def sound(self, seconds: float) -> str:
        """Something like speech of this length, as media."""
        self._numbers += 1
        file = self.sounds / f"sound-{self._numbers}.alaw"
        file.write_bytes(ALAW_BABBLE * int(seconds * 2))
        return f"sound:{file.with_suffix('')}"


@dataclass(frozen=True)
class Server:
    url: str
    user: str
    password: str
    sounds: Path


@pytest.fixture
async def fake_ari() -> AsyncIterator[FakeAri]:
    async with FakeAri() as ari:
        yield ari


@pytest.fixture(params=["fake", pytest.param("real", marks=pytest.mark.pbx)])
def real_server(request: pytest.FixtureRequest) -> Server | None:
    """A real Asterisk with the neighbourhood behind it, in the tests that ring real phones."""
    if request.param == "fake":
        return None
    pbx = request.getfixturevalue("pbx")
    return Server(pbx.ari_url, pbx.ari_user, pbx.ari_password, pbx.sounds / f"ari-{uuid4()}")


@pytest.fixture
async def server(real_server: Server | None, tmp_path: Path) -> AsyncIterator[Server]:
    """Each test that uses it runs twice: on the fake and on a real Asterisk."""
    if real_server is not None:
        real_server.sounds.mkdir()
        yield real_server
        return
    async with FakeAri() as ari:
        yield Server(ari.url, ari.user, ari.password, tmp_path)


@pytest.fixture
async def desk(server: Server) -> AsyncIterator[Desk]:
    async with desk_at(server) as desk:
        await asyncio.wait_for(desk.connection.wait_until_ready(), PATIENCE)
        try:
            yield desk
        finally:
            await hang_up_everything(server)


@pytest.fixture
async def fake_desk(fake_ari: FakeAri, tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk_at(Server(fake_ari.url, fake_ari.user, fake_ari.password, tmp_path)) as desk:
        await asyncio.wait_for(desk.connection.wait_until_ready(), PATIENCE)
        yield desk


@asynccontextmanager
async def desk_at(server: Server, *, heartbeat: float = 5.0) -> AsyncIterator[Desk]:
    """A client and a running connection, through a wire."""
    port = urlsplit(server.url).port
    assert port is not None
    async with (
        Wire(port) as wire,
        AriClient(wire.url, server.user, server.password, app=APP, timeout=5.0) as client,
    ):
        ear = Ear()
        connection = AriConnection(client, ear, trunk="trunk", heartbeat=heartbeat, backoff=(0.05, 0.2))
        running = asyncio.create_task(connection.run())
        try:
            yield Desk(client, connection, running, ear, wire, server.sounds)
        finally:
            running.cancel()
            await asyncio.wait({running})


async def hang_up_everything(server: Server) -> None:
    async with AriClient(server.url, server.user, server.password, app=APP) as client:
        async with asyncio.timeout(PATIENCE):
            while channels := await client.channels.list():
                for channel in channels:
                    await client.channels.hangup(channel.id)
