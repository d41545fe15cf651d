"""A line on a fake PBX: client, event socket, exchange, lines and dialler, as the line process makes them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from uuid import UUID, uuid4

import pytest

from broadcast.ports import CallOrder, CallResult
from ivr.alert_policy import AlertPolicy
from ivr.ari.client import AriClient
from ivr.ari.connection import AriConnection
from ivr.call import Sound
from ivr.dialler import AriDialler
from ivr.exchange import Exchange
from ivr.lines import Lines
from ivr.trunk import Trunk
from tests.fakes.ari_call import FakeCall
from tests.fakes.ari_server import FakeAri

SPEED = 20.0
"""How much faster than ours the phones' clocks run."""
MESSAGE_SECONDS = 8.0
"""On the phones' clocks."""
PATIENCE = 20.0
"""Wall seconds after which a condition that never comes fails the test."""

NOTE_NEEDED = 0.1
"""Wall seconds after which a note of the PBX that was read is removed."""


@dataclass
class LineDesk:
    ari: FakeAri
    client: AriClient
    connection: AriConnection
    lines: Lines
    exchange: Exchange
    dialler: AriDialler
    message: Path

    def order(
        self, number: str, *, attempt: UUID | None = None, expires_in: float = 3600.0, language: str = "nl"
    ) -> CallOrder:
        return CallOrder(
            attempt=attempt or uuid4(),
            broadcast=1,
            number=number,
            language=language,
            sound=self.message,
            sound_seconds=MESSAGE_SECONDS / SPEED,
            expires_at=monotonic() + expires_in,
        )

    async def calls(self, order: CallOrder) -> CallResult:
        """Place the call once there is a place on the line, and stay to its end."""
        async with asyncio.timeout(PATIENCE):
            assert await self.dialler.places(urgent=True, at_most=1)
            return await self.dialler.call(order)

    async def is_cut_off(self) -> None:
        """The event socket breaks; over when we have noticed."""
        self.ari.drop_sockets()
        await until(lambda: not self.connection.ready)

    async def is_back(self) -> None:
        async with asyncio.timeout(PATIENCE):
            await self.connection.wait_until_ready()

    def speaks_to(self, order: CallOrder) -> bool:
        """Whether the first call to this phone was answered and hears the message."""
        heard = self.ari.heard[order.number]
        return bool(heard and heard[0])

    def channel(self, order: CallOrder) -> FakeCall | None:
        return self.ari.calls.get(str(order.attempt))


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE):
        while not condition():
            await asyncio.sleep(0.005)


@asynccontextmanager
async def line_on(
    ari: FakeAri,
    folder: Path,
    *,
    trunk: Trunk | None = None,
    connected: bool = True,
    url: str = "",
    hard_limit: float = 60.0,
    listens: bool = True,
) -> AsyncIterator[LineDesk]:
    """A line process, ready to place calls when `connected`; `url` is another way to the PBX."""
    trunk = trunk or Trunk(calls_per_second=1000)
    message, thanks, stopped = folder / "message", folder / "thanks", folder / "stopped"
    leave_sure = folder / "leave-sure"
    for sound, seconds in ((message, MESSAGE_SECONDS), (thanks, 1.0), (stopped, 1.0), (leave_sure, 1.0)):
        sound.with_suffix(".alaw").write_bytes(b"\xd5" * int(seconds * 8000))
    async with AriClient(url or ari.url, ari.user, ari.password, app="buurtbel") as client:
        lines = Lines(trunk)
        exchange = Exchange(client, lines, trunk="trunk", listens=listens, note_needed=NOTE_NEEDED)
        policy = AlertPolicy(ring=10, pause=1.0 / SPEED, hard_limit=hard_limit)
        dialler = AriDialler(
            client,
            exchange,
            lines,
            trunk=trunk,
            policy=policy,
            thanks=dict.fromkeys(("nl", "fr", "de", "en"), Sound(thanks, 1.0 / SPEED)),
            stopped=dict.fromkeys(("nl", "fr", "de", "en"), Sound(stopped, 1.0 / SPEED)),
            leave_sure=dict.fromkeys(("nl", "fr", "de", "en"), Sound(leave_sure, 1.0 / SPEED)),
        )
        connection = AriConnection(client, exchange, trunk="trunk", backoff=(0.02, 0.05))
        desk = LineDesk(ari, client, connection, lines, exchange, dialler, message)
        running = asyncio.create_task(connection.run())
        try:
            if connected:
                await desk.is_back()
            yield desk
        finally:
            running.cancel()
            await asyncio.wait({running})


@pytest.fixture
async def line_desk(tmp_path: Path) -> AsyncIterator[LineDesk]:
    async with FakeAri(speed=SPEED) as ari, line_on(ari, tmp_path) as desk:
        yield desk
