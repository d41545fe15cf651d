"""Officers who are called back before an alert goes out, and a line that calls them."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from broadcast.service_calls.pending_alerts import ReleaseBook, ReleaseRing
from ivr.call.values import Sound
from ivr.outbound.own_calls import OwnCalls
from ivr.outbound.placement import Placement
from ivr.pbx.trunk import Trunk
from ivr.service_calls.call_backs import CallBacks
from prompts.catalogue import Key
from storage.transactions import Transactions
from tests.fakes.ari_call import FakeCall
from tests.fakes.ari_server import FakeAri
from tests.fakes.neighbours import Behaviour
from tests.ivr.conftest import PATIENCE, LineDesk, line_on
from tests.ivr.officers import OfficersHouse, calling_back
from tests.support.office import NODE
from tests.support.stirring import taken_as_by_a_line

AUDIBLE: tuple[Key, ...] = (
    "police_confirm",
    "police_sent",
    "police_not_sent",
    "police_failed",
    "line_wrong_key",
)


@dataclass
class Town:
    """Officers who are called back, and a line that calls them."""

    house: OfficersHouse
    desk: LineDesk

    @property
    def ari(self) -> FakeAri:
        return self.desk.ari

    def process(self) -> OwnCalls[ReleaseRing]:
        """What rings officers, as a line process has it that begins."""
        placement = Placement(self.desk.client, self.desk.exchange, self.desk.lines, trunk=Trunk())
        office = self.house.office
        return OwnCalls(Transactions(office.engine), placement, office.lease, CallBacks(self.house.resources))

    async def asked(self, *, hangs_up: bool = True) -> None:
        """Maes has spoken an alert and pressed 1."""
        station, maes = await self.house.comes()
        assert (await (await self.house.plans(maes)).send()).says == "police_calls_back"
        if hangs_up:
            await self.house.leaves(station)

    async def until(
        self, process: OwnCalls[ReleaseRing], condition: Callable[[list[str | None]], bool]
    ) -> None:
        """It works until this holds of what the calls came to, in their order."""
        async with asyncio.timeout(PATIENCE):
            while not condition(await self.outcomes()):
                await process.tend()
                await asyncio.sleep(0.01)

    async def until_forgotten(self, process: OwnCalls[ReleaseRing]) -> list[str | None]:
        """It works until nobody waits for the alert any more."""
        async with asyncio.timeout(PATIENCE):
            while await self.house.office.count("pending_alert WHERE audio IS NOT NULL"):
                await process.tend()
                await asyncio.sleep(0.01)
        return await self.outcomes()

    async def outcomes(self) -> list[str | None]:
        async with self.house.office.engine.connect() as connection:
            return list(await connection.scalars(text("SELECT outcome FROM release_call ORDER BY placed_at")))

    async def says(self, statement: str) -> None:
        async with self.house.office.engine.begin() as connection:
            await connection.execute(text(statement))

    async def takes(self, node: str = NODE) -> ReleaseRing | None:
        async with self.house.office.engine.begin() as connection:
            book = ReleaseBook(ring=10, rounds=2, within=900)
            return await taken_as_by_a_line(connection, book, node)

    async def sent(self) -> int:
        return await self.house.office.count("broadcast")


def presses(key: str, *, busy_first: bool = False) -> Behaviour:
    async def behaves(call: FakeCall) -> None:
        if busy_first and call.nth == 1:
            call.refuse(17, 486)
            return
        call.pick_up()
        await call.sound_ends()  # what it is about
        await call.passes(0.05)
        call.press(key)
        await call.stay()

    return behaves


async def hangs_up_after_the_answer(call: FakeCall) -> None:
    call.pick_up()
    await call.passes(0.1)
    call.put_down()


async def is_engaged(call: FakeCall) -> None:
    call.refuse(17, 486)


@asynccontextmanager
async def called_back(house: OfficersHouse, folder: Path) -> AsyncIterator[Town]:
    says = dict((await house.resources.says)["nl"])
    for key in AUDIBLE:
        (folder / f"{key}.alaw").write_bytes(b"\xd5" * 800)
        says[key] = Sound(folder / key, 0.1)
    spoken: asyncio.Future[object] = asyncio.get_running_loop().create_future()
    spoken.set_result({"nl": says})
    object.__setattr__(house.resources, "says", spoken)
    calling_back(house, call_back_ring=2.0)
    async with FakeAri(speed=1.0) as ari, line_on(ari, folder) as desk:
        yield Town(house, desk)
