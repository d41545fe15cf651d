"""Officers of `make lines`: each with a network, members whose phones are rung, and what they left behind."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bench.somebody import BENCH
from broadcast.alert.desk import BRUSSELS
from broadcast.draft import Draft
from broadcast.results.results import RecipientResults, progress
from broadcast.tables import Broadcast
from directory.actor import account
from directory.officers.officers import add_officer
from directory.registry import add_member, add_network
from ivr.scripts.choose_networks import PAGE
from prompts.audio import Audio, read
from prompts.catalogue import Key, sentence
from prompts.comparator import compare
from simulation.phones.handset import Handset
from tests.acceptance.stage import NEWEST, LineStage

PIN = "846203"
NAMES = [
    f"BIN {tree}"
    for tree in ("Linde", "Populier", "Robinia", "Spar", "Taxus", "Tulpenboom", "Vlier", "Wilg", "Zilverspar")
]
"""By name, as they are offered."""
HEARD_AGAIN = 0.85
"""How much of what an officer said must be found on a member's phone: it has been on the line three times."""
PATIENCE = 90.0
BETWEEN_KEYS = 0.4
OWN = 100_000
"""How far the last digits of an officer's own telephone are from those of the first member's."""


@dataclass(frozen=True, slots=True)
class Beat:
    """One officer, who calls from `number`, and whom they send to."""

    stage: LineStage
    number: str
    officer: str
    language: str
    own: str
    """The number that is registered."""
    slugs: Sequence[str]
    networks: Sequence[str]
    """Their names."""
    members: Sequence[str]
    """The numbers of all members."""

    def says(self, key: Key) -> Audio:
        return self.stage.says(key, self.language)

    async def told(self, key: Key, **slots: str) -> Audio:
        return await self.stage.told(key, self.language, **slots)

    async def offers(self, first: int = 0) -> Audio:
        """The question which networks it is for, from this one on."""
        offers = [
            sentence("told_offer", self.language, digit=str(digit), network=name)
            for digit, name in enumerate(self.networks[first : first + PAGE], 1)
        ]
        if len(self.networks) > PAGE:
            offers.append(sentence("told_more", self.language))
        return await self.told("told_networks", offers="; ".join(offers))

    async def figures(self, broadcast: int, *, confirmed: int = 0, to_go: int = 0) -> Audio:
        """What is told of an alert that stands so."""
        async with self.stage.assembly.engine.connect() as connection:
            at = (await progress(connection, broadcast)).started_at.astimezone(BRUSSELS)
        counts = {"confirmed": confirmed, "heard": 0, "voicemail": 0, "to_go": to_go}
        return await self.told(
            "told_figures", time=f"{at:%H:%M}", **{name: str(count) for name, count in counts.items()}
        )

    async def sent_before(self, slug: str) -> int:
        """An alert to one of the networks that did not go out by phone."""
        draft = Draft([slug], NEWEST, urgent=True)
        return (await self.stage.assembly.desk.send(account(0, self.name), draft)).broadcast

    async def signs_in(self, call: Handset, *, pin: str = PIN) -> None:
        await call.hears(self.says("police_number"))
        await types(call, f"{self.officer}#")
        await call.hears(self.says("police_pin"))
        await types(call, f"{pin}#")

    async def broadcasts(self) -> list[int]:
        """Those that this officer sent."""
        asked = select(Broadcast.id).where(Broadcast.started_by == self.name).order_by(Broadcast.id)
        async with self.stage.assembly.engine.connect() as connection:
            return list(await connection.scalars(asked))

    @property
    def name(self) -> str:
        return f"Officer {self.officer}"

    async def until_closed(self) -> list[RecipientResults]:
        """Until the one broadcast that was sent is; gives its report."""
        async with asyncio.timeout(PATIENCE):
            while not (sent := await self.broadcasts()):
                await asyncio.sleep(0.2)
        assert len(sent) == 1, "one was sent"
        return await self.stage.until_closed(sent[0])

    def heard_by(self, phone: str) -> list[Audio]:
        """What this phone heard, call by call."""
        files = sorted(self.stage.phones.recordings.glob(f"{phone.removeprefix('+')}-*.wav"))
        return [read(file) for file in files]

    def recorded(self, phone: str, sound: Audio, share: float = HEARD_AGAIN) -> bool:
        """Whether this phone heard this."""
        return any(
            (found := compare(sound, heard)).found >= share * found.active for heard in self.heard_by(phone)
        )


async def types(call: Handset, keys: str) -> None:
    """As a finger does it: keys that are tones in the sound need quiet between them."""
    for key in keys:
        await call.presses(key)
        await asyncio.sleep(BETWEEN_KEYS)


async def beat(
    stage: LineStage,
    number: str,
    *,
    language: str = "nl",
    phones: Sequence[str] = ("11",),
    networks: int = 1,
    registered: str = "10",
) -> Beat:
    """An officer for who calls from this number, with a member for each of these kinds of phone.

    What is not urgent may ring there at any hour.
    `registered`: the kind of telephone of the officer's own.
    """
    mark = number[-6:]
    # Hardly a digit twice in a row: where keys are tones in the sound, two of them may run into one.
    officer = f"9{mark[-2]}8{mark[-1]}9"
    slugs = [f"beat-{mark}-{n}" for n in range(networks)]
    own = f"+999{registered}{int(mark) + OWN:06}"
    members = [f"+999{kind}{int(mark) + 1000 * at:06}" for at, kind in enumerate(phones)]
    async with AsyncSession(stage.assembly.engine) as session, session.begin():
        today = (await session.scalars(select(func.current_date()))).one()
        for at, slug in enumerate(slugs):
            name = NAMES[at]
            await add_network(
                session,
                BENCH,
                slug,
                name=name,
                municipality="Westerlo",
                charter_approved_on=today,
                hours_from=time.min,
                hours_until=time.max,
            )
        for at, member in enumerate(members):
            name, slug = f"Member {member}", slugs[at % networks]
            await add_member(session, BENCH, slug, name=name, numbers=[member], language=language)
        more = {"name": f"Officer {officer}", "phone": own, "pin": PIN, "language": language}
        await add_officer(session, BENCH, officer, **more, networks=slugs)
    return Beat(stage, number, officer, language, own, slugs, [NAMES[at] for at in range(networks)], members)
