"""The house behind the police line of the tests: on a real database, with what officers say at hand."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import soundfile
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from broadcast.audio.sounds import MessageSounds
from broadcast.engine.worker import make_app
from directory.officers.lockout_policy import LockoutPolicy
from directory.officers.officers import add_officer
from ivr.call.announcer import Announcements
from ivr.call.values import Sound
from ivr.detached import DetachedWork
from ivr.officers.officer_policy import OfficerPolicy
from ivr.officers.resources import OfficerResources
from ivr.officers.session import SignedIn, SpokenPlan
from ivr.officers.sign_in import OfficerSignIn
from ivr.pbx.trunk import Trunk
from ivr.pronunciation import names_on_calls
from ivr.recordings.spoken_alert import SpokenAlerts
from prompts.catalogue import Key
from prompts.languages import LANGUAGES
from prompts.zone import zone_names
from storage.transactions import Transactions
from tests.ivr.callers import SAYS, TONE
from tests.support.office import NODE, Office
from tests.support.people import ADMIN, DE_BIST, network_of, phone
from tests.support.reports import SPOKEN

AN, BERT, MAES = phone(10, 1), phone(10, 2), phone(10, 9)
PIN = "846203"


@dataclass
class Pbx:
    """What officers said, by the name of the recording."""

    kept: dict[str, bytes] = field(default_factory=dict)

    async def audio_if_there(self, name: str) -> bytes | None:
        return self.kept.get(name)

    async def delete(self, name: str) -> None:
        self.kept.pop(name, None)

    async def names(self) -> list[str]:
        return list(self.kept)


def short(key: Key) -> Sound:
    return Sound(SAYS[key].path, 0.01)


@dataclass
class OfficersHouse:
    office: Office
    resources: OfficerResources
    pbx: Pbx

    async def comes(self, number: str = "4711") -> tuple[OfficerSignIn, SignedIn]:
        station = OfficerSignIn(self.resources, SAYS, None)
        officer = await station.sign_in(number, PIN)
        assert isinstance(officer, SignedIn)
        return station, officer

    async def speaks(self, officer: SignedIn) -> Any:
        message = await officer.begin_message()
        wav = self.office.sounds_folder / "said.wav"
        soundfile.write(wav, SPOKEN.samples, SPOKEN.rate)
        self.pbx.kept[message.recording] = wav.read_bytes()
        assert await message.keep()
        return message

    async def plans(self, officer: SignedIn, *, urgent: bool = True) -> SpokenPlan:
        plan = await officer.plan(await self.speaks(officer), officer.networks, urgent=urgent)
        assert isinstance(plan, SpokenPlan)
        return plan

    async def leaves(self, station: OfficerSignIn) -> None:
        station.close()
        await self.resources.detached.finished()

    def told(self) -> list[str]:
        return [text for _, text in self.office.voice.said]


@asynccontextmanager
async def officers_house(
    database: AsyncEngine, database_url: str, folder: Path
) -> AsyncIterator[OfficersHouse]:
    app = make_app(database_url, idle=0)
    async with app.open_async():
        office = Office(database, app, folder)
        await office.lease_of(NODE)
        await network_of(database, {"An": [AN], "Bert": [BERT]})
        pbx = Pbx()
        client: Any = SimpleNamespace(recordings=pbx)
        sounds = MessageSounds(database, office.sounds_folder)
        says: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        says.set_result({language: {key: short(key) for key in SAYS} for language in LANGUAGES})
        transactions = Transactions(database)
        resources = OfficerResources(
            database=transactions,
            desk=office.desk,
            spoken=SpokenAlerts(transactions, client, sounds),
            sounds=sounds,
            announcements=Announcements(office.voice, sounds.folder, partial(names_on_calls, transactions)),
            detached=DetachedWork(),
            trunk=Trunk(),
            policy=OfficerPolicy(),
            lockout=LockoutPolicy(),
            zones=zone_names("Zuiderkempen"),
            says=says,
            tone=TONE,
        )
        async with AsyncSession(database) as session, session.begin():
            for number, name in (("4711", "Maes"), ("4712", "Claes")):
                await add_officer(session, ADMIN, number, name=name, phone=MAES, pin=PIN, networks=[DE_BIST])
        yield OfficersHouse(office, resources, pbx)


def calling_back(house: OfficersHouse, **policy: Any) -> None:
    object.__setattr__(house.resources, "policy", OfficerPolicy(call_back=True, **policy))
