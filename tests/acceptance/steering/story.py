"""What scenarios are told in: people, alerts and what is done with them, and what each telephone heard."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import time as time_of_day
from itertools import count
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from directory.officers.officers import add_officer
from prompts.audio import Audio, decode
from prompts.catalogue import Key
from prompts.espeak import EspeakVoice
from prompts.passes import render_sentence
from simulation.phones.handset import Handset
from tests.acceptance.officers_stage import PIN, types
from tests.acceptance.steering.alert import Alert
from tests.acceptance.steering.experience import Experience
from tests.acceptance.steering.figures import Figures
from tests.acceptance.steering.hearing import WHOLE, Text
from tests.acceptance.steering.people import BOX, RINGS_OUT, Person
from tests.acceptance.steering.waiting import PATIENCE, until
from tests.acceptance.steering.zones import Zone
from tests.support.people import ADMIN, network_of, phone
from tests.support.server import SECOND_OF_SOUND

MOST_PEOPLE = 500
"""In one scenario."""
ANY_HOUR = (time_of_day.min, time_of_day.max)
_boxes = count(1)
"""Mailboxes, of which the neighbourhood has 99."""


class Story(Experience):
    """What one scenario is told with: its people have numbers that nobody else has."""

    def __init__(self, zone: Zone, figures: Figures, nth: int) -> None:
        super().__init__(zone, figures)
        self._nth = nth
        self._new_numbers = count(100_000 + MOST_PEOPLE * nth)

    # Who there is

    def person(self, name: str, *kinds: int, street: str = "") -> Person:
        """Somebody with a telephone of each of these kinds."""
        return Person(name, tuple(self.number(kind) for kind in kinds), street)

    def number(self, kind: int) -> str:
        return phone(kind, next(_boxes if kind == BOX else self._new_numbers))

    def people(self, how_many: int, kind: int) -> list[Person]:
        return [self.person(f"Neighbour {n} ({kind})", kind) for n in range(1, how_many + 1)]

    async def network(self, name: str, *people: Person) -> str:
        """A network of these people, which may be rung at any hour."""
        slug = self.slug(name)
        await network_of(
            self.zone.assembly.engine,
            {one.name: one.numbers for one in people},
            slug=slug,
            hours=ANY_HOUR,
            streets={one.name: one.street for one in people},
        )
        self._networks[slug] = list(people)
        return slug

    def slug(self, name: str) -> str:
        """The short name of this network of the story."""
        return f"s{self._nth}-{name}"

    async def joins(self, person: Person, network: str) -> None:
        """They are a member of this network too."""
        await self.zone.ask(
            "INSERT INTO membership SELECT member.id, network.id FROM member, network"
            " WHERE network.slug = :slug"
            " AND member.id = (SELECT min(member_id) FROM number WHERE e164 = :number)",
            slug=network,
            number=person.number,
        )

    def people_in(self, name: str) -> list[Person]:
        """Who was in this network of the story from the beginning."""
        return self._networks[self.slug(name)]

    # What officers do

    async def sends(
        self, network: str, words: str, *, urgent: bool = True, expires_in: int = 0, name: str = "the alert"
    ) -> Alert:
        """An alert; `expires_in` so many seconds, as the settings of this officer's machine have it."""
        command = ["send", "--network", network, "--text", f"nl={words}", *(["--urgent"] if urgent else [])]
        expiry = {"broadcast_urgent_expiry": str(expires_in)} if expires_in else {}
        return await self.sent(command, words, self.numbers_in(network), name, **expiry)

    async def sent(
        self, command: Sequence[str], words: str, numbers: set[str], name: str, **settings: str
    ) -> Alert:
        """What this command sends."""
        answer = await self.types(*command, **settings)
        answered = time.monotonic()
        body = await render_sentence(EspeakVoice(), words, "nl")
        text = Text(name, await self._pass_of(answer["broadcast"]), body)
        alert = Alert(self, answer["broadcast"], text, answered, set(numbers))
        self._alerts.append(alert)
        return alert

    async def types(self, *words: str, **settings: str) -> Any:
        """What this command answers."""
        return await self.zone.types(*words, **settings)

    async def officer(self, *networks: str) -> str:
        """Somebody who may send to these; gives their service number."""
        # Hardly a digit twice in a row, as people choose them.
        number = f"9{self._nth:03}1"
        async with AsyncSession(self.zone.assembly.engine) as session, session.begin():
            phone = self.number(RINGS_OUT)
            await add_officer(
                session, ADMIN, number, name=f"Officer {number}", phone=phone, pin=PIN, networks=networks
            )
        return number

    async def follows_by_phone(self, call: Handset, officer: str) -> None:
        """The officer hears how the newest alert goes, to the end of the figures."""
        steps: Sequence[tuple[Key, str]] = (
            ("line_menu", "*"),
            ("police_number", f"{officer}#"),
            ("police_pin", f"{PIN}#"),
            ("police_menu", "2"),
        )
        for key, keys in steps:
            await call.hears(self.says(key).sound, share=WHOLE)
            await types(call, keys)
        await call.hears(self.says("police_figures_menu").sound, share=WHOLE)

    async def _pass_of(self, broadcast: int) -> Audio:
        """What it says to those of one language and network."""
        asked = "SELECT flac FROM audio JOIN pass ON audio = sha256 WHERE broadcast_id = :id LIMIT 1"
        [row] = await self.zone.ask(asked, id=broadcast)
        return await asyncio.to_thread(decode, row[0])

    # What people do

    @asynccontextmanager
    async def picks_up(self, person: Person, number: str = "") -> AsyncIterator[Handset]:
        """The next call to their telephone that we lead, or to this number of theirs."""
        rung = number or person.number
        async with self.zone.phones.called(rung, patience=PATIENCE) as call:
            self._led.setdefault(rung, []).append(call.recording)
            yield call

    @asynccontextmanager
    async def calls_us(self, person: Person) -> AsyncIterator[Handset]:
        async with self.zone.phones.calling(person.number, patience=PATIENCE) as call:
            yield call

    async def until_rings(self, person: Person) -> None:
        """Their telephone is being rung."""
        await until(lambda: self.is_up(person), f"{person.name} is rung")

    def is_up(self, person: Person) -> bool:
        return any(one.ended_at is None for one in self.calls_to(person))

    async def until_heard(self, seconds: float, *people: Person) -> None:
        """Each of them has heard so much, and listens on."""
        files = [self.zone.phones.recordings / f"{one.number.removeprefix('+')}-1.wav" for one in people]
        await until(
            lambda: all(one.exists() and one.stat().st_size > seconds * SECOND_OF_SOUND for one in files),
            f"{len(people)} listen",
        )


Scenario = Callable[[Story], Awaitable[None]]
