"""Officers of `make lines`: each with a network, members whose phones are rung, and what they left behind."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bench.lines_stage import LineStage
from broadcast.report import Line, Progress, progress, report
from broadcast.states import BroadcastState
from broadcast.tables import Broadcast
from buurtbel.neighbours.handset import Handset
from directory.officers import add_officer
from directory.registry import add_member, add_network
from prompts.audio import Audio, read
from prompts.catalogue import Key, sentence
from prompts.comparator import compare
from prompts.passes import render_sentence

PIN = "846203"
NAMES = ("BIN Linde", "BIN Populier")
HEARD_AGAIN = 0.85
"""How much of what an officer said must be found on a member's phone: it has been on the line three times."""
PATIENCE = 60.0
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
    networks: Sequence[str]
    members: Sequence[str]
    """The numbers of all members."""

    def says(self, key: Key) -> Audio:
        return self.stage.says(key, self.language)

    async def told(self, key: Key, **slots: str) -> Audio:
        text = sentence(key, self.language, **slots)
        return await render_sentence(self.stage.board.voice, text, self.language)

    async def signs_in(self, call: Handset, *, pin: str = PIN) -> None:
        await call.hears(self.says("police_number"))
        await _types(call, f"{self.officer}#")
        await call.hears(self.says("police_pin"))
        await _types(call, f"{pin}#")

    async def broadcasts(self) -> list[int]:
        """Those that this officer sent."""
        asked = select(Broadcast.id).where(Broadcast.started_by == self.name).order_by(Broadcast.id)
        async with self.stage.board.engine.connect() as connection:
            return list(await connection.scalars(asked))

    @property
    def name(self) -> str:
        return f"Officer {self.officer}"

    async def until(self, condition: Callable[[Progress], bool]) -> list[Line]:
        """Until the one broadcast that was sent is so; gives its report."""
        async with asyncio.timeout(PATIENCE):
            while True:
                sent = await self.broadcasts()
                async with self.stage.board.engine.connect() as connection:
                    if sent and condition(await progress(connection, sent[0])):
                        assert len(sent) == 1, "one was sent"
                        return await report(connection, sent[0])
                await asyncio.sleep(0.2)

    async def until_closed(self) -> list[Line]:
        return await self.until(lambda seen: seen.state is BroadcastState.CLOSED)

    def heard_by(self, phone: str) -> list[Audio]:
        """What this phone heard, call by call."""
        files = sorted(self.stage.phones.recordings.glob(f"{phone.removeprefix('+')}-*.wav"))
        return [read(file) for file in files]

    def recorded(self, phone: str, sound: Audio, share: float = HEARD_AGAIN) -> bool:
        """Whether this phone heard this."""
        return any(
            (found := compare(sound, heard)).found >= share * found.active for heard in self.heard_by(phone)
        )


async def _types(call: Handset, keys: str) -> None:
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

    `registered`: the kind of telephone of the officer's own.
    """
    mark = number[-6:]
    # Hardly a digit twice in a row: where keys are tones in the sound, two of them may run into one.
    officer = f"9{mark[-2]}8{mark[-1]}9"
    slugs = [f"beat-{mark}-{n}" for n in range(networks)]
    own = f"+999{registered}{int(mark) + OWN:06}"
    members = [f"+999{kind}{int(mark) + 1000 * at:06}" for at, kind in enumerate(phones)]
    async with AsyncSession(stage.board.engine) as session, session.begin():
        today = (await session.scalars(select(func.current_date()))).one()
        for at, slug in enumerate(slugs):
            name = NAMES[at]
            await add_network(session, slug, name=name, municipality="Westerlo", charter_approved_on=today)
        for at, member in enumerate(members):
            await add_member(
                session, slugs[at % networks], name=f"Member {member}", numbers=[member], language=language
            )
        await add_officer(
            session,
            officer,
            name=f"Officer {officer}",
            phone=own,
            pin=PIN,
            language=language,
            networks=slugs,
        )
    return Beat(stage, number, officer, language, own, [NAMES[at] for at in range(networks)], members)
