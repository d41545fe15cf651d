"""A line on a fake PBX: client, event socket, exchange, lines and dialler, as the line process makes them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from uuid import UUID, uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from broadcast.ports import CallOrder, CallOutcome
from ivr.ari.client import AriClient
from ivr.ari.connection import AriConnection
from ivr.ari.events import ReportedChannel
from ivr.call.values import Sound
from ivr.inbound.admission import Admission, LineDemand
from ivr.inbound.reception import LONGEST, Callers, Reception
from ivr.outbound.alert_policy import AlertPolicy
from ivr.outbound.dialler import AriDialler
from ivr.outbound.giving_way import GivingWay
from ivr.outbound.placement import Placement
from ivr.outbound.trunk_health import SAID_AGAIN_AFTER
from ivr.outbound.trunk_watch import Tell, TrunkWatch
from ivr.pbx.capacity import Lines
from ivr.pbx.event_router import EventRouter
from ivr.pbx.exchange import Exchange
from ivr.pbx.live_call import LiveCall
from ivr.pbx.trunk import Trunk
from ivr.scripts.alert_call import Wants
from prompts.languages import LANGUAGES
from tests.fakes.ari_call import FakeCall
from tests.fakes.ari_server import FakeAri
from tests.ivr.officers import OfficersHouse, officers_house

SPEED = 20.0
"""How much faster than ours the phones' clocks run."""
MESSAGE_SECONDS = 8.0
"""On the phones' clocks."""
PATIENCE = 60.0
"""Wall seconds after which a condition that never comes fails the test."""

DOUBTED_FOR = 0.2
"""Wall seconds for which a number that does not exist is doubted."""
NOTE_NEEDED = 0.1
"""Wall seconds after which a note of the PBX that was read is removed."""


SENTENCES = {"thanks": "thanks", "stopped": "stopped", "changed": "changed", "leave_sure": "leave-sure"}
"""Said on an alert, by the file that it is in."""


class Told(list[str | None]):
    """What the database is told of the trunk."""

    async def __call__(self, says: str | None) -> None:
        self.append(says)


@dataclass
class ANode:
    """A node in which so many urgent calls wait, and what it was told."""

    waiting: int = 0
    told: list[int] = field(default_factory=list)
    admitted: list[int] = field(default_factory=list)

    async def urgent_calls(self) -> int:
        return self.waiting

    async def tell_callers(self, lines: int) -> None:
        self.told.append(lines)

    async def limit_callers(self, callers: int) -> None:
        self.admitted.append(callers)


def nobody(*_: object) -> None:
    raise AssertionError("there is no reception")


@dataclass
class FrontDesk:
    """Takes callers, and alerts that lead to more, for a reception that a test makes afterwards."""

    receives: Callable[[LiveCall, ReportedChannel], None] = nobody
    goes_on: Callable[[LiveCall, CallOrder, Wants], None] = nobody

    def router_of(
        self, client: AriClient, exchange: Exchange, lines: Lines, watch: TrunkWatch, *, listens: bool
    ) -> EventRouter:
        return EventRouter(
            client,
            exchange,
            lines,
            trunk="trunk",
            listens=listens,
            receive=self.receive,
            tell_of_trunk=watch.note_reachable,
        )

    def receive(self, live: LiveCall, channel: ReportedChannel) -> None:
        self.receives(live, channel)

    def go_on(self, live: LiveCall, order: CallOrder, wants: Wants) -> None:
        self.goes_on(live, order, wants)


@dataclass
class LineDesk:
    ari: FakeAri
    client: AriClient
    connection: AriConnection
    lines: Lines
    trunk_watch: TrunkWatch
    told: Told
    exchange: Exchange
    router: EventRouter
    dialler: AriDialler
    message: Path
    front: FrontDesk

    @property
    def giving_way(self) -> GivingWay:
        return self.dialler._giving_way

    def order(
        self,
        number: str,
        *,
        attempt: UUID | None = None,
        expires_in: float = 3600.0,
        language: str = "nl",
        urgent: bool = True,
    ) -> CallOrder:
        return CallOrder(
            attempt=attempt or uuid4(),
            broadcast=1,
            number=number,
            language=language,
            sound=self.message,
            sound_seconds=MESSAGE_SECONDS / SPEED,
            expires_at=monotonic() + expires_in,
            urgent=urgent,
        )

    async def calls(self, order: CallOrder) -> CallOutcome:
        """Place the call once a line is free for it, and stay to its end."""
        async with asyncio.timeout(PATIENCE):
            [line] = await self.dialler.reserve(urgent=True, at_most=1)
            return await self.dialler.call(order, line)

    def received_by(self, callers: Callers, node: LineDemand | None = None, *, most: int = 1) -> Reception:
        """Who calls is told apart by `callers`."""
        admission = Admission(self.lines, node or ANode(), self.giving_way, most=most, channels=2)
        reception = Reception(self.client, self.exchange, admission, callers, trunk=Trunk())
        self.front.receives, self.front.goes_on = reception.receive, reception.go_on
        return reception

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


def laid(sound: Path, seconds: float) -> Sound:
    """So many seconds of quiet, on the phones' clocks, in a file."""
    sound.with_suffix(".alaw").write_bytes(b"\xd5" * int(seconds * 8000))
    return Sound(sound, seconds / SPEED)


@asynccontextmanager
async def line_on(
    ari: FakeAri,
    folder: Path,
    *,
    trunk: Trunk | None = None,
    connected: bool = True,
    url: str = "",
    hard_limit: float = 60.0,
    ring: float = 10.0,
    doubted_for: float = DOUBTED_FOR,
    said_again_after: float = SAID_AGAIN_AFTER,
    tell: Tell | None = None,
    listens: bool = True,
) -> AsyncIterator[LineDesk]:
    """A line process, ready to place calls when `connected`; `url` is another way to the PBX."""
    trunk = trunk or Trunk(calls_per_second=1000)
    message = laid(folder / "message", MESSAGE_SECONDS).path
    says = {key: dict.fromkeys(LANGUAGES, laid(folder / file, 1.0)) for key, file in SENTENCES.items()}
    async with AriClient(url or ari.url, ari.user, ari.password, app="buurtbel") as client:
        lines, told, front = Lines(trunk), Told(), FrontDesk()
        watch = TrunkWatch(
            lines,
            calls_per_second=trunk.calls_per_second,
            tell=tell or told,
            doubted_for=doubted_for,
            said_again_after=said_again_after,
        )
        exchange = Exchange(client, note_needed=NOTE_NEEDED)
        router = front.router_of(client, exchange, lines, watch, listens=listens)
        dialler = AriDialler(
            placement := Placement(client, exchange, lines, trunk=trunk),
            trunk_watch=watch,
            giving_way=GivingWay(placement.end_ringing),
            policy=AlertPolicy(ring=ring, pause=1.0 / SPEED, hard_limit=hard_limit),
            go_on=front.go_on,
            longest_conversation=LONGEST,
            **says,
        )
        connection = AriConnection(client, router, trunk="trunk", backoff=(0.02, 0.05))
        desk = LineDesk(
            ari, client, connection, lines, watch, told, exchange, router, dialler, message, front
        )
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


@pytest.fixture
async def house(database: AsyncEngine, database_url: str, tmp_path: Path) -> AsyncIterator[OfficersHouse]:
    async with officers_house(database, database_url, tmp_path) as made:
        yield made
